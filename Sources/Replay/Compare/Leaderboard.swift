// SPDX-License-Identifier: Apache-2.0
import Fidelity
package import JSON

/// The comparison as a table, for people (aligned or Markdown) and for programs (CSV, JSON).
extension Comparison {
  private static let columns = [
    "vendor", "run", "trigger similarity (F1)", "95 %", "gate", "schema accuracy", "stop", "tool_calls", "others", "failed", "p50", "p99",
  ]

  private func cells(_ standing: Standing) -> [String] {
    let counts = standing.tally.vendor
    return [
      standing.name.plain, Words.day(standing.date).plain, Words.percent(standing.f1), Words.interval(standing.f1Interval),
      Words.decision(decision(standing)), Words.percent(standing.schemaAccuracy), String(counts.stop), String(counts.toolCalls),
      String(counts.othersCount), String(counts.failed), Words.time(standing.latency?.p50), Words.time(standing.latency?.p99),
    ]
  }

  /// Aligned, for a terminal.
  package var table: String {
    let rows = [Self.columns] + standings.map(cells)
    let widths = Self.columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { column, pair in
        let space = String(repeating: " ", count: pair.1 - pair.0.count)
        return column < 2 ? pair.0 + space : space + pair.0
      }.joined(separator: "  ") + "\n"
    }.joined()
  }

  package var markdown: String {
    func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let rule = Self.columns.indices.map { $0 < 2 ? "---" : "---:" }.joined(separator: "|")
    return row(Self.columns) + "|\(rule)|\n" + standings.map { row(cells($0).map(\.inMarkdown)) }.joined()
  }

  /// With a header; shares from 0 to 1, times in milliseconds, empty for what is not known (RFC 4180).
  package var csv: String {
    let header = [
      "vendor", "model", "run_at", "tp", "fp", "fn", "tn", "f1", "f1_lower", "f1_upper", "gate", "decision", "schema_accuracy",
      "stop", "tool_calls", "others", "failed", "valid", "p50_ms", "p90_ms", "p99_ms",
    ]
    let rows = standings.map { standing -> [String] in
      let (cells, counts) = (standing.tally.confusion, standing.tally.vendor)
      func share(_ value: Double?) -> String { value.map { decimal($0, places: 6) } ?? "" }
      func count(_ value: Int?) -> String { value.map { String($0) } ?? "" }
      return [standing.name, standing.model, standing.date].map(\.inCSV)
        + [cells.truePositives, cells.falsePositives, cells.falseNegatives, cells.trueNegatives].map { String($0) }
        + [
          share(standing.f1), share(standing.f1Interval.lower), share(standing.f1Interval.upper), share(gate),
          decision(standing).rawValue, share(standing.schemaAccuracy),
        ] + [counts.stop, counts.toolCalls, counts.othersCount, counts.failed, counts.valid].map { String($0) }
        + [count(standing.latency?.p50), count(standing.latency?.p90), count(standing.latency?.p99)]
    }
    return ([header] + rows).map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  package var json: JSONValue {
    [
      "reference": ["name": JSONValue(reference.name), "path": JSONValue(reference.path), "model": JSONValue(reference.model)],
      "gate": number(gate), "noise_floor_f1": number(floor?.confusion.f1),
      "vendors": .array(standings.map(json)),
      "mcnemar": .array(
        pairs.map { pair in
          [
            "first": JSONValue(pair.first.name), "second": JSONValue(pair.second.name), "both": JSONValue(pair.test.both),
            "only_first": JSONValue(pair.test.onlyFirst), "only_second": JSONValue(pair.test.onlySecond),
            "neither": JSONValue(pair.test.neither), "exact_p": number(pair.test.exactP), "mid_p": number(pair.test.midP),
          ]
        }),
    ]
  }

  private func json(_ standing: Standing) -> JSONValue {
    let (tally, counts) = (standing.tally, standing.tally.vendor)
    func cells(_ confusion: Confusion) -> JSONValue {
      [
        "tp": JSONValue(confusion.truePositives), "fp": JSONValue(confusion.falsePositives), "fn": JSONValue(confusion.falseNegatives),
        "tn": JSONValue(confusion.trueNegatives), "precision": number(confusion.precision), "recall": number(confusion.recall),
        "f1": number(confusion.f1),
      ]
    }
    func interval(_ interval: Interval) -> JSONValue { [number(interval.lower), number(interval.upper)] }
    return [
      "name": JSONValue(standing.name), "path": JSONValue(standing.path), "model": JSONValue(standing.model),
      "run_at": JSONValue(standing.date), "answered": cells(tally.confusion), "as_f1_score_py": cells(standing.asScript),
      "f1_interval": interval(standing.f1Interval), "f1_interval_at_every_look": interval(standing.f1Sequence),
      "decision": JSONValue(decision(standing).rawValue), "schema_accuracy": number(standing.schemaAccuracy),
      "schema_interval": interval(standing.schemaInterval),
      "counts": [
        "stop": JSONValue(counts.stop), "tool_calls": JSONValue(counts.toolCalls), "others": JSONValue(counts.othersCount),
        "failed": JSONValue(counts.failed), "valid": JSONValue(counts.valid),
      ],
      "payload": [
        "both_called": JSONValue(tally.payload.bothCalled), "same_tools": JSONValue(tally.payload.sameTools),
        "same_arguments": JSONValue(tally.payload.sameArguments),
      ],
      "latency_ms": standing.latency.map { ["p50": JSONValue($0.p50), "p90": JSONValue($0.p90), "p99": JSONValue($0.p99)] } ?? .null,
      "inspected": JSONValue(standing.findings.inspected),
      "findings": .object(JSONObject(standing.findings.byCode.map { (JSONString($0.code), JSONValue($0.answers)) })),
      "errors": .object(JSONObject(standing.errors.map { (JSONString($0.type), JSONValue($0.count)) })),
      "differences": .array(
        standing.differences.map { difference in
          [
            "data_index": JSONValue(difference.dataIndex), "kind": JSONValue(difference.kind.rawValue),
            "finish_reason": JSONValue(difference.vendor.finish.words), "reference": JSONValue(difference.reference.finish.words),
          ]
        }),
    ]
  }

  private func number(_ value: Double?) -> JSONValue {
    // Not `nil`, which would be JSON's null just the same, but read as a missing value.
    value.flatMap { JSONNumber($0) }.map(JSONValue.number) ?? .null
  }
}
