// SPDX-License-Identifier: Apache-2.0
import Fidelity
package import Store

/// The filters of commands as they are typed. All that are given must hold.
package struct FilterFlags: Sendable, Equatable {
  package var vendors: [String] = []
  package var models: [String] = []
  package var finding: String?
  package var verdict: String?
  package var outcome: String?
  /// `503`, `5xx`, `500-599`.
  package var status: String?
  /// `2h` (ago), `2026-11-21`, `2026-11-21T14:00`, in UTC.
  package var since: String?
  package var until: String?
  package var text: String?
  /// An expression of the filter language.
  package var expression: String?

  package init() {}

  package var isEmpty: Bool { self == FilterFlags() }

  /// - Parameter now: milliseconds since the epoch, for what is said to be so long ago.
  package func filter(now: Int64) throws(LogbookProblem) -> ExchangeFilter {
    var filter = ExchangeFilter()
    (filter.vendors, filter.models, filter.finding, filter.text) = (vendors, models, finding, text)
    (filter.verdict, filter.outcome) = (verdict, outcome)
    if let status { filter.status = try Self.statuses(status) }
    if let since { filter.since = try Self.time(since, "--since", now) }
    if let until { filter.until = try Self.time(until, "--until", now) }
    if let since = filter.since, let until = filter.until, since >= until {
      throw LogbookProblem(.unusable, "--since is not before --until: no exchange can be between them")
    }
    if let expression {
      do {
        filter.expression = try FilterExpression(expression, now: now)
      } catch {
        throw LogbookProblem(.unusable, "--where: \(error)")
      }
    }
    return filter
  }

  private static func statuses(_ text: String) throws(LogbookProblem) -> ClosedRange<Int> {
    let lower = text.lowercased()
    if let one = Int(lower), (0...999).contains(one) { return one...one }
    if lower.count == 3, lower.hasSuffix("xx"), let hundred = lower.first?.wholeNumberValue, (1...5).contains(hundred) {
      return hundred * 100...hundred * 100 + 99
    }
    let ends = lower.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    if ends.count == 2, let first = ends[0], let last = ends[1], first <= last { return first...last }
    throw LogbookProblem(.unusable, "--status '\(text.plain)' is no status; write 503, 5xx or 500-599")
  }

  private static func time(_ text: String, _ flag: String, _ now: Int64) throws(LogbookProblem) -> Int64 {
    if let time = FilterUnits.time(text) { return time }
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(number.count).lowercased().replacing(" ago", with: "")
    if let number = Double(number), let span = FilterUnits.duration(number, unit) {
      return Int64(max(0, Double(now) - span / 1e6))
    }
    throw LogbookProblem(
      .unusable,
      "\(flag) '\(text.plain)' is no time; write 2h or 3d for so long ago, or 2026-11-21 or 2026-11-21T14:00 (UTC)")
  }
}
