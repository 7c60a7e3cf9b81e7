// SPDX-License-Identifier: Apache-2.0
import Fidelity

extension Comparison {
  /// For each file what K2VV's `f1_score.py` prints, line by line, and then what it does not say.
  /// - Parameter differences: how many of the requests that differ are listed for each.
  package func text(differences: Int) -> String {
    var blocks = standings.map { standing in
      (standings.count > 1 ? "\(standing.name.plain)  \(standing.path.plain)\n" : "") + scriptLines(standing) + ownLines(standing)
        + list(standing, limit: differences)
    }
    if let floor { blocks.append("The reference against itself: F1 \(Words.percent(floor.confusion.f1)) over \(floor.confusion.comparisons) requests\n") }
    let pairs = self.pairs
    if !pairs.isEmpty {
      blocks.append("McNemar's test, on how many requests each agrees with the reference:\n" + pairs.map(line).joined())
    }
    if standings.isEmpty { blocks.append("No results to compare with \(reference.path.plain).\n") }
    return blocks.joined(separator: "\n")
  }

  private func scriptLines(_ standing: Standing) -> String {
    let cells = standing.asScript
    func line(_ name: String, _ value: Double?) -> String {
      "\(name)\(decimal(value ?? 0, places: 4)) (\(decimal((value ?? 0) * 100, places: 2))%)\n"
    }
    // The script's F1 is 0 where precision and recall are.
    return "Matched requests: \(cells.comparisons)\n"
      + "TP=\(cells.truePositives)  FP=\(cells.falsePositives)  FN=\(cells.falseNegatives)  TN=\(cells.trueNegatives)\n"
      + line("Precision: ", cells.precision) + line("Recall:    ", cells.recall) + line("F1:        ", cells.f1)
  }

  private func ownLines(_ standing: Standing) -> String {
    let tally = standing.tally
    var lines: [String] = []
    if tally.confusion != standing.asScript {
      lines.append(
        "F1 \(Words.percent(standing.f1)) without those that one side did not answer (\(tally.vendorUnanswered + tally.referenceUnanswered); "
          + "the script takes them for refusals to call)")
    }
    lines.append("F1 lies in \(Words.interval(standing.f1Interval)) (95 %), in \(Words.interval(standing.f1Sequence)) however often one looks")
    lines.append("gate \(decimal(gate, places: 2)): \(Words.decision(decision(standing)))")
    if let accuracy = standing.schemaAccuracy {
      lines.append(
        "schema accuracy \(Words.percent(accuracy)): \(tally.vendor.valid) of \(tally.vendor.toolCalls) answers with calls, in "
          + "\(Words.interval(standing.schemaInterval)) (95 %)")
    }
    let payload = tally.payload
    if payload.bothCalled > 0 {
      lines.append(
        "of \(payload.bothCalled) where both called: same tools \(Words.percent(ratio(payload.sameTools, payload.bothCalled))), "
          + "same arguments \(Words.percent(ratio(payload.sameArguments, payload.bothCalled)))")
    }
    if let latency = standing.latency {
      lines.append("latency p50 \(Words.time(latency.p50)), p90 \(Words.time(latency.p90)), p99 \(Words.time(latency.p99))")
    }
    if !standing.findings.byCode.isEmpty {
      lines.append(
        "findings, of \(standing.findings.inspected) answers: " + standing.findings.byCode.map { "\($0.code.plain) \($0.answers)" }.joined(separator: ", "))
    }
    if !standing.errors.isEmpty { lines.append("failed: " + standing.errors.map { "\($0.type.plain) \($0.count)" }.joined(separator: ", ")) }
    return lines.map { "  \($0)\n" }.joined()
  }

  private func list(_ standing: Standing, limit: Int) -> String {
    let all = standing.differences
    guard !all.isEmpty, limit > 0 else { return "" }
    func words(_ side: Side) -> String {
      let names = side.calls.map { String(decoding: $0.name, as: UTF8.self).plain }.joined(separator: ", ")
      return side.finish.words.plain + (names.isEmpty ? "" : " [\(names)]")
    }
    let lines = all.prefix(limit).map { "    \($0.dataIndex)  \($0.kind.rawValue)  \(words($0.vendor)), reference \(words($0.reference))\n" }
    let rest = all.count > limit ? "    and \(all.count - limit) more (--differences \(all.count))\n" : ""
    return "  \(all.count) requests differ:\n" + lines.joined() + rest
  }

  private func line(_ pair: Pair) -> String {
    let test = pair.test
    return "  \(pair.first.name.plain) alone \(test.onlyFirst), \(pair.second.name.plain) alone \(test.onlySecond), both \(test.both), neither "
      + "\(test.neither): \(Words.pValue(test.midP)) (exact \(Words.pValue(test.exactP).dropFirst(2)))\n"
  }
}

extension Finish {
  /// K2VV's word for it.
  var words: String {
    switch self {
    case .toolCalls: "tool_calls"
    case .stop: "stop"
    case .other(let reason): reason
    case .none: "no answer"
    }
  }
}
