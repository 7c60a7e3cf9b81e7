// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Store

/// `belay export`: exchanges in a form that something else reads.
package struct ExportCommand: Sendable {
  package enum Format: String, Sendable, CaseIterable { case curl, python, json, k2vv, bundle }

  package var format: Format
  /// Ids, beginnings of ids, or `last`; empty where the filters say which.
  package var ids: [String] = []
  package var flags = FilterFlags()
  /// The newest so many of those that the filters let through; nil for all.
  package var limit: Int?
  /// The request as the client sent it, in place of what the vendor got.
  package var isClients = false
  /// Where replays go, in place of what is known of the exchange's vendor.
  package var baseURL: String?
  /// Base URLs of vendors by name.
  package var addresses: [String: String] = [:]
  /// The environment variable that a replay takes its key from.
  package var keyVariable = "OPENAI_API_KEY"
  /// JSON paths of what is to be taken out.
  package var redactions: [String] = []
  /// A file; nil for standard output, and for a bundle's own name.
  package var output: String?
  /// What a bundle says of the release that made it.
  package var version = ""
  /// Keys are looked for in it, so that no bundle has one.
  package var environment: [String: String] = [:]

  package init(format: Format) {
    self.format = format
  }

  /// - Parameters:
  ///   - now: milliseconds since the epoch.
  ///   - save: writes a file that only its owner may read.
  /// - Throws: `LogbookProblem`.
  package func run(
    storePath: String, on screen: Screen, now: Int64, save: (String, [UInt8]) throws(LogbookProblem) -> Void
  ) async throws {
    try check()
    let redaction = Redaction(senders: BundleRedaction.headers, paths: try paths())
    let store = try LogbookStore(path: storePath)
    defer { store.close() }
    let selection = try await Selection(self, store, now: now)
    if ids.isEmpty, let note = try await store.unindexedNote(flags.filter(now: now)) { screen.note(note) }
    var (file, parts, skipped): ([UInt8], [ExportPart], [String: [String]]) = ([], [], [:])
    var count = 0
    for id in selection.ids {
      guard let stored = try await stored(id, store) else {
        skipped["no longer kept", default: []].append(id)
        continue
      }
      let exchange = redacted(stored, redaction)
      switch ExportPart.make(exchange, self) {
      case .success(let part):
        count += 1
        // Lines go out one by one: a set may be larger than memory.
        if let line = ExportFile.line(of: part, format) {
          if isToStandardOutput { screen.write(line) } else { file += line }
        } else {
          parts.append(part)
        }
      case .failure(let reason): skipped[reason.text, default: []].append(exchange.id)
      }
    }
    try tell(skipped, isAll: count == 0, on: screen)
    if count == 0 { return screen.note(try await store.reasonForNothing(flags)) }
    if !parts.isEmpty { file = ExportFile.bytes(of: parts, self) }
    if isToStandardOutput { return screen.write(file) }
    let name = output ?? Bundle.name(of: parts.map(\.exchange))
    try save(name, file)
    screen.note("\(Quantity.counted(count, "exchange")) in \(name), \(Quantity.bytes(file.count))\n")
    if format == .bundle { screen.note("Look through it before you send it; --redact PATH takes out more.\n") }
  }

  /// Nil for one that the filters chose and that was deleted since, as the oldest are while a gateway records.
  private func stored(_ id: String, _ store: LogbookStore) async throws -> StoredExchange? {
    do {
      return try await store.exchange(id)
    } catch let problem as LogbookProblem where ids.isEmpty && problem.code == .absent {
      return nil
    }
  }

  private var isToStandardOutput: Bool { output == "-" || output == nil && format != .bundle }

  /// Keys are out of all that is stored; what goes to somebody else loses more.
  private func redacted(_ exchange: StoredExchange, _ redaction: Redaction) -> StoredExchange {
    if format == .bundle { return BundleRedaction.apply(redaction, to: exchange, environment: environment) }
    return redaction.paths.isEmpty ? exchange : exchange.redacted(Redaction(paths: redaction.paths))
  }

  private func check() throws(LogbookProblem) {
    if ids.isEmpty, flags.isEmpty, limit == nil {
      throw LogbookProblem(
        .unusable, "which exchanges? Write ids (or `last`), filters as in `belay list`, or --limit N for the newest")
    }
    if !ids.isEmpty, !flags.isEmpty || limit != nil { throw LogbookProblem(.unusable, "write ids or filters, not both") }
    if let limit, limit < 1 { throw LogbookProblem(.unusable, "--limit is a number from 1") }
    let isName = keyVariable.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
    guard isName, keyVariable.utf8.allSatisfy({ $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) }) else {
      throw LogbookProblem(
        .unusable,
        "--key-variable '\(keyVariable.plain)' is no name of an environment variable; write one such as MOONSHOT_API_KEY")
    }
    if let baseURL, !ReplayTarget.isUsable(baseURL) {
      throw LogbookProblem(.unusable, "--base-url '\(baseURL.plain)' is no base URL; write one such as https://api.moonshot.ai/v1")
    }
  }

  private func paths() throws(LogbookProblem) -> [JSONPath] {
    var paths: [JSONPath] = []
    for text in redactions {
      do {
        paths.append(try JSONPath(text))
      } catch {
        let mark = String(repeating: " ", count: error.column - 1) + "^"
        throw LogbookProblem(.unusable, "--redact \(text.plain): \(error.message)\n  \(text.plain)\n  \(mark)")
      }
    }
    return paths
  }

  private func tell(_ skipped: [String: [String]], isAll: Bool, on screen: Screen) throws(LogbookProblem) {
    let lines = skipped.sorted { $0.key < $1.key }.map { reason, ids in
      ids.count == 1 ? "\(ids[0]): \(reason)" : "\(Quantity.count(ids.count)) exchanges, such as \(ids[0]): \(reason)"
    }
    if lines.isEmpty { return }
    if isAll { throw LogbookProblem(.absent, "nothing to export\n  " + lines.joined(separator: "\n  ")) }
    screen.note("left out\n  " + lines.joined(separator: "\n  ") + "\n")
  }
}
