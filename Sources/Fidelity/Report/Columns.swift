// SPDX-License-Identifier: Apache-2.0
import JSON

/// A column that people read: its title and the text of a row.
struct Column {
  var title: String
  var isNumber = true
  var text: (ReportRow) -> String
}

extension FidelityReport {
  /// The columns of ``table`` and ``markdown``. Percentages with the counts that they are of.
  var columns: [Column] {
    let sure = shortPercent(1 - alpha)
    var columns = [
      Column(title: "vendor", isNumber: false) { $0.vendor.plain },
      Column(title: "model", isNumber: false) { $0.model.plain },
    ]
    switch grouping {
    case .model: break
    case .day: columns.append(Column(title: "day", isNumber: false) { $0.day.map(dayName) ?? "–" })
    case .tool: columns.append(Column(title: "tool", isNumber: false) { $0.tool.map { $0.string.plain } ?? "–" })
    }
    return columns + [
      Column(title: "F1") { percent($0.confusion.f1) },
      Column(title: "F1, \(sure)") { $0.informative > 0 ? percent($0.sequence) : "–" },
      Column(title: "informative / compared") { "\($0.informative) / \($0.confusion.comparisons)" },
      Column(title: "noise floor (n)") { row in
        row.floorSequence.map { "\(percent(row.floor.confusion.f1)), \(percent($0)) (\(row.floor.confusion.agreement.count))" }
          ?? "–"
      },
      Column(title: "differs", isNumber: false) { $0.beyondFloor.words },
      Column(title: "schema accuracy") { row in
        percent(row.tally.vendor.schemaAccuracy) + " (\(row.tally.vendor.valid) / \(row.tally.vendor.toolCalls))"
      },
      Column(title: "same arguments") { row in
        let payload = row.tally.payload
        return percent(ratio(payload.sameArguments, payload.bothCalled), places: 1)
          + " (\(payload.sameArguments) / \(payload.bothCalled))"
      },
      Column(title: "prompt tokens") { row in
        guard let mean = row.tally.promptTokens.mean, let share = row.tally.promptTokens.share else { return "–" }
        return "\(mean < 0 ? "" : "+")\(fixed(mean, places: 1)), \(percent(share, places: 1)) within 3"
      },
      Column(title: "verdict", isNumber: false) { $0.verdictWords },
    ]
  }
}

extension NoiseFloor.Decision {
  var words: String {
    switch self {
    case .beyond: "yes, beyond the floor"
    case .notShown: "not shown"
    case .unmeasured: "floor not measured"
    }
  }
}
