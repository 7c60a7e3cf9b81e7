// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import NIOPosix
import Store

/// What the console's page on fidelity shows, of so many whole days.
struct FidelityPage {
  let watch: Watch
  /// Since the epoch.
  let days: ClosedRange<Int>
  /// Milliseconds since the epoch.
  let now: Int64
  let isCaughtUp: Bool
  let out: [Watch.Key]

  private static let day: Int64 = 86_400_000
  /// Points of a plot at most.
  private static let points = 96

  var since: Int64 { Int64(days.lowerBound) * Self.day }

  /// `rows` has the members of `belay report --format json`; `series` the course of each of them.
  var json: JSONValue {
    let report = FidelityReport(watch.ledger, days: days, gate: watch.gate(of:))
    return [
      "since": JSONValue(Int(since)), "until": JSONValue(Int(now)), "bucket_ms": JSONValue(hoursPerPoint * 3_600_000),
      "caught_up": JSONValue(isCaughtUp), "alpha": report.json["alpha"] ?? nil, "rows": report.json["rows"] ?? [],
      "series": .array(report.rows.map { series(Watch.Key(vendor: $0.vendor, model: $0.model)) }),
      "alarms": .array(watch.alarms.filter { $0.isActive || ($0.resolvedAt ?? 0) >= since }.map(\.json)),
      "out_of_rotation": .array(out.map { ["vendor": JSONValue($0.vendor), "model": JSONValue($0.model)] }),
      "overlooked": JSONValue(watch.overlooked),
    ]
  }

  private var hoursPerPoint: Int { max(1, (days.count * 24 + Self.points - 1) / Self.points) }

  /// F1 of each stretch of time, and from the range's beginning to its end with the confidence sequence: a fixed beginning is
  /// what makes the band hold at every one of its points.
  private func series(_ key: Watch.Key) -> JSONValue {
    let first = days.lowerBound * 24
    var sums: [Int: Confusion] = [:]
    for (hour, confusion) in watch.hours[key] ?? [:] where hour >= first && hour < (days.upperBound + 1) * 24 {
      sums[(hour - first) / hoursPerPoint, default: Confusion()].merge(confusion)
    }
    let sequence = ConfidenceSequence()
    var total = Confusion()
    let points = sums.sorted { $0.key < $1.key }.map { place, confusion -> JSONValue in
      total.merge(confusion)
      let interval = sequence.interval(total.agreement).f1
      return [
        "at": JSONValue(Int(since) + place * hoursPerPoint * 3_600_000), "tp": JSONValue(confusion.truePositives),
        "fp": JSONValue(confusion.falsePositives), "fn": JSONValue(confusion.falseNegatives), "tn": JSONValue(confusion.trueNegatives),
        "f1": number(confusion.f1), "total_f1": number(total.f1),
        "lower": number(interval.lower), "upper": number(interval.upper), "informative": JSONValue(total.agreement.count),
      ]
    }
    return ["vendor": JSONValue(key.vendor), "model": JSONValue(key.model), "points": .array(points)]
  }

  private func number(_ value: Double?) -> JSONValue { value.flatMap { JSONNumber($0) }.map { .number($0) } ?? nil }
}

extension ComparisonPage {
  /// `next` goes into `before` of the next question.
  ///
  /// - Throws: `CancellationError` between comparisons.
  func json() async throws -> JSONValue {
    var rows: [JSONValue] = []
    for one in comparisons {
      try Task.checkCancellation()
      // The calls are compared here, however long they are: not on a thread that others wait for.
      rows.append(try await NIOThreadPool.singleton.runIfActive { one.summary })
    }
    return ["comparisons": .array(rows), "next": next.map { JSONValue("\($0.time)-\($0.id)") } ?? nil]
  }
}

extension StoredComparison {
  /// Without the calls themselves, which the exchange shows.
  fileprivate var summary: JSONValue {
    [
      "time": JSONValue(Int(time)), "kind": JSONValue(kind.rawValue), "exchange": exchange.map { JSONValue($0) } ?? nil,
      "vendor": JSONValue(vendor), "model": JSONValue(model), "reference": JSONValue(reference), "cell": JSONValue(cellName),
      "tools": tools.json, "finish": answer.finish.json, "reference_finish": other.finish.json,
      "payloads_agree": payloadsAgree.map { JSONValue($0) } ?? nil, "prompt_token_difference": promptTokenDifference.json,
    ]
  }
}

extension Finish {
  fileprivate var json: JSONValue { reason.map { JSONValue($0) } ?? nil }
}
