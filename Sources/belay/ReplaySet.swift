// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Configuration
import Foundation
import Logbook
import Replay

/// Which recorded exchanges `belay replay` sends again, in place of a file.
struct RecordedSet: ParsableArguments {
  @Flag(help: "Replay recorded exchanges in place of a file, the oldest first; the four filters say which.")
  var fromStore = false

  @OptionGroup var store: StoreOption

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp("With --from-store: an expression, such as: vendor == 'groq' && findings has 'arguments'", valueName: "expression"))
  var expression: String?

  @Option(help: "With --from-store: from this time on, 2h or 3d for so long ago, 2026-11-21, 2026-11-21T14:00 (UTC).")
  var since: String?

  @Option(help: "With --from-store: before this time.")
  var until: String?

  @Option(name: .customLong("limit"), help: "With --from-store: the newest so many.")
  var limit: Int?

  func validate() throws {
    let filters = [("--where", expression), ("--since", since), ("--until", until), ("--limit", limit.map { String($0) }), ("--store", store.file)]
    if !fromStore, let given = filters.first(where: { $0.1 != nil }) {
      throw ValidationError("\(given.0) chooses recorded exchanges: write --from-store with it, in place of a file")
    }
  }

  /// The set; nil for a file. Throws `LogbookProblem`.
  func source() async throws -> RequestSource? {
    guard fromStore else { return nil }
    var flags = FilterFlags()
    (flags.expression, flags.since, flags.until) = (expression, since, until)
    let path = try store.path()
    let requests = try await RecordedRequests(flags, limit: limit, storePath: path, now: LogCommand.now)
    return RequestSource(name: "the store \(path)") { () throws(ReplayProblem) in
      requests.count
    } open: { () throws(ReplayProblem) in
      var place = 0
      return { () async throws(ReplayProblem) in
        guard place < requests.count else { return nil }
        defer { place += 1 }
        do {
          switch try await requests.request(at: place) {
          case .success(let body): return Line(number: place + 1, bytes: body)
          case .failure(let unusable): return Line(number: place + 1, leftOut: unusable.reason)
          }
        } catch {
          throw ReplayProblem("\(error)")
        }
      }
    }
  }
}

/// Vendors that `--vendor` may name without a URL: those of belay.yaml, then those of the rules.
enum NamedVendors {
  /// Throws for a belay.yaml with mistakes, as what it says of the vendor is not known then.
  /// - Returns: the vendor, and the file that has it, if one has.
  static func find(
    _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> (vendor: KnownVendor?, file: FoundFile?) {
    if let file = FoundFile(environment: environment) {
      let configuration = try BelayConfiguration.read(path: nil, environment: environment, overrides: Overrides())
      if let vendor = configuration.vendors.first(where: { $0.name == name }) {
        return (KnownVendor(baseURL: vendor.baseURL, key: vendor.apiKey.flatMap { APIKey($0.revealed) }), file)
      }
    }
    return (VendorCatalogue.embedded.entry(named: name).map { KnownVendor(baseURL: $0.baseURLs.first) }, nil)
  }
}
