// SPDX-License-Identifier: Apache-2.0
import JSON
import NIOHTTP1
import Store

/// A question that cannot be answered, and what to do.
struct QueryProblem: Error, Sendable {
  let status: HTTPResponseStatus
  let message: String
  let more: JSONObject

  init(_ status: HTTPResponseStatus, _ message: String, _ more: JSONObject = [:]) {
    self.status = status
    self.message = message
    self.more = more
  }

  var response: ConsoleResponse { .failure(status, message, more) }

  static let recordingIsOff = QueryProblem(
    .notFound, "recording is off: exchanges are counted, but not kept. Name a file under `store:` in belay.yaml.", ["recording": false])
}

/// The filters of `belay list` as a query: `vendor` and `model` (several), `finding`, `verdict`, `outcome`, `status` (503, 5xx or
/// 500-599), `since` and `until` (milliseconds since the epoch, or 90s, 15m, 24h, 7d ago), `text`, and `where`: an expression.
struct FilterQuery {
  private(set) var filter = ExchangeFilter()
  private let now: Int64

  private static let names = ["vendor", "model", "finding", "verdict", "outcome", "status", "since", "until", "text", "where"]

  /// - Parameter more: other names that the question takes.
  init(_ request: ConsoleRequest, taking more: [String] = [], now: Int64) throws {
    self.now = now
    if let unknown = request.query.first(where: { !Self.names.contains($0.name) && !more.contains($0.name) })?.name {
      throw QueryProblem(
        .badRequest, "there is no parameter '\(unknown)': there are \((Self.names + more).joined(separator: ", "))",
        ["parameter": JSONValue(unknown)])
    }
    filter.vendors = request.values("vendor")
    filter.models = request.values("model")
    filter.finding = request.value("finding")
    filter.verdict = request.value("verdict")
    filter.outcome = request.value("outcome")
    filter.text = request.value("text")
    filter.status = try request.value("status").map(Self.status)
    filter.since = try request.value("since").map { try time($0, "since") }
    filter.until = try request.value("until").map { try time($0, "until") }
    if let text = request.value("where") {
      do {
        filter.expression = try FilterExpression(text, now: now)
      } catch {
        throw QueryProblem(.badRequest, error.message, ["parameter": "where", "column": JSONValue(error.column)])
      }
    }
  }

  /// The time range of an overview: `range`, else `since` to `until`, else a day.
  func overview(_ request: ConsoleRequest) throws -> OverviewRequest {
    let until = filter.until ?? now
    var since = filter.since ?? until - 24 * 3_600_000
    if let range = request.value("range") {
      guard let length = Self.milliseconds(range), length > 0 else { throw Self.bad("range", "write 15m, 24h or 7d") }
      since = until - length
    }
    guard since < until else { throw Self.bad("since", "it must come before `until`") }
    var overview = OverviewRequest(since: since, until: until)
    overview.vendor = filter.vendors.last
    overview.model = filter.models.last
    overview.points = try Self.integer("points", request, within: 1...500) ?? 48
    return overview
  }

  static func integer(_ name: String, _ request: ConsoleRequest, within range: ClosedRange<Int> = 0...Int.max) throws -> Int? {
    guard let text = request.value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw bad(name, range.upperBound == .max ? "write a whole number" : "write a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func bad(_ name: String, _ advice: String) -> QueryProblem {
    QueryProblem(.badRequest, "`\(name)` cannot be read: \(advice)", ["parameter": JSONValue(name)])
  }

  private static func status(_ text: String) throws -> ClosedRange<Int> {
    if let number = Int(text), (0...999).contains(number) { return number...number }
    if text.count == 3, text.lowercased().hasSuffix("xx"), let hundreds = text.first?.wholeNumberValue, (1...9).contains(hundreds) {
      return hundreds * 100...hundreds * 100 + 99
    }
    let ends = text.split(separator: "-").map { Int($0) }
    if ends.count == 2, let first = ends[0], let last = ends[1], 0 <= first, first <= last, last <= 999 { return first...last }
    throw bad("status", "write 503, 5xx or 500-599")
  }

  private func time(_ text: String, _ name: String) throws -> Int64 {
    if let number = Int64(text), (0...Int64(1) << 48).contains(number) { return number }
    if let ago = Self.milliseconds(text) { return now - ago }
    throw Self.bad(name, "write milliseconds since 1970, or how long ago: 90s, 15m, 24h, 7d")
  }

  private static func milliseconds(_ text: String) -> Int64? {
    let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), (0...100_000).contains(count) else { return nil }
    return count * unit
  }
}
