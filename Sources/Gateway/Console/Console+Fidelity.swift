// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import NIOHTTP1
import Store

/// `/api/fidelity` and `/api/comparisons`.
extension Console {
  /// Vendors by their fidelity: `range` in days, 7d unless given.
  func fidelity(_ request: ConsoleRequest) throws -> ConsoleResponse {
    try Self.check(request, ["range"])
    guard let fidelity = status.fidelity else { throw QueryProblem(.notFound, "nothing is watched here") }
    let length = request.value("range") ?? "7d"
    guard length.hasSuffix("d"), let count = Int(length.dropLast()), (1...400).contains(count) else {
      throw QueryProblem(.badRequest, "`range` cannot be read: write days, as in 7d", ["parameter": "range"])
    }
    let today = Int(now() / 86_400_000)
    let page = FidelityPage(
      watch: fidelity.watcher.watch, days: today - count + 1...today, now: now(), isCaughtUp: fidelity.watcher.isCaughtUp,
      out: fidelity.rotation.out)
    return .json(page.json)
  }

  /// Single comparisons, the newest first: of a `vendor`, `model`, `cell` (several), `kind`, since so many days (`range`).
  func comparisons(_ request: ConsoleRequest) async throws -> ConsoleResponse {
    try Self.check(request, ["vendor", "model", "cell", "kind", "range", "before", "limit"])
    guard let store = status.store else { throw QueryProblem.recordingIsOff }
    var filter = ComparisonFilter()
    (filter.vendor, filter.model, filter.cells) = (request.value("vendor"), request.value("model"), request.values("cell"))
    if let cell = filter.cells.first(where: { !Self.cells.contains($0) }) {
      throw QueryProblem(.badRequest, "there is no cell '\(cell)': there are \(Self.cells.joined(separator: ", "))", ["parameter": "cell"])
    }
    if let text = request.value("kind") {
      guard let kind = StoredComparison.Kind(rawValue: text) else {
        throw QueryProblem(.badRequest, "`kind` is vendor or reference", ["parameter": "kind"])
      }
      filter.kind = kind
    }
    if let length = request.value("range") {
      guard length.hasSuffix("d"), let count = Int64(length.dropLast()), (1...400).contains(count) else {
        throw QueryProblem(.badRequest, "`range` cannot be read: write days, as in 7d", ["parameter": "range"])
      }
      filter.since = (now() / 86_400_000 - count + 1) * 86_400_000
    }
    var cursor: ComparisonCursor?
    if let text = request.value("before") {
      let parts = text.split(separator: "-").map { Int64($0) }
      guard parts.count == 2, let time = parts[0], let id = parts[1] else {
        throw QueryProblem(.badRequest, "`before` is the `next` of the page before", ["parameter": "before"])
      }
      cursor = ComparisonCursor(time: time, id: id)
    }
    let limit = try FilterQuery.integer("limit", request, within: 1...1000) ?? 50
    return .json(try await store.opened().comparisons(filter, newestFirst: true, after: cursor, limit: limit).json())
  }

  private static let cells = ["tp", "fp", "fn", "tn", "none"]

  private static func check(_ request: ConsoleRequest, _ names: [String]) throws {
    guard let unknown = request.query.first(where: { !names.contains($0.name) })?.name else { return }
    throw QueryProblem(
      .badRequest, "there is no parameter '\(unknown)': there are \(names.joined(separator: ", "))", ["parameter": JSONValue(unknown)])
  }
}
