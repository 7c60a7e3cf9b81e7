// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Store

extension LogbookStore {
  /// Where a search of words may miss something: a gateway that stopped, or is busy, has not indexed its last exchanges.
  func unindexedNote(_ filter: ExchangeFilter) async throws -> String? {
    guard filter.asksForWords else { return nil }
    let count = try await ask { try await $0.unindexedCount() }
    guard count > 0 else { return nil }
    return "\(Quantity.counted(count, "exchange")) cannot be found by words yet: `belay serve` indexes them when it has a moment\n"
  }

  /// Why a list is empty, as far as that can be known: a name that the store does not have is the usual reason.
  func reasonForNothing(_ flags: FilterFlags) async throws -> String {
    if flags.isEmpty { return emptyNote }
    let names = try await ask { try await $0.names() }
    var lines = ["no exchange matches"]
    func compare(_ flag: String, _ asked: [String], _ known: [String]) {
      for name in asked where !known.contains(name) {
        let list = known.isEmpty ? "nothing" : known.prefix(20).map(\.plain).joined(separator: ", ")
        lines.append("  \(flag) \(name.plain) is nowhere in this store; it has \(list)")
      }
    }
    compare("--vendor", flags.vendors, names.vendors)
    compare("--model", flags.models, names.models)
    if let finding = flags.finding, !names.findingCodes.contains(where: { $0 == finding || $0.hasPrefix(finding + ".") }) {
      compare("--finding", [finding], names.findingCodes)
    }
    func checkWord(_ flag: String, _ asked: String?, _ words: [String]) {
      guard let asked, !words.contains(asked) else { return }
      lines.append("  \(flag) \(asked.plain) is never said; it is one of \(words.joined(separator: ", "))")
    }
    checkWord("--verdict", flags.verdict, ["valid", "invalid", "unknown"])
    checkWord("--outcome", flags.outcome, ["completed", "refused", "broken", "abandoned"])
    return lines.joined(separator: "\n") + "\n"
  }
}
