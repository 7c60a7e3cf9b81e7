// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON

extension Summary {
  /// The table at the end of a run: a name, a count and what it is made of.
  package var table: String {
    let others = otherFinishReasons
    let errors = errorTypes.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
    var rows: [(name: String, count: Int, note: String)] = [
      ("requests", requests, ""),
      ("ok", successes, ""),
      ("failed", failures, errors.map { "\($0.key) \($0.value)" }.joined(separator: ", ")),
      ("stop", finishReasons["stop"] ?? 0, ""),
      ("tool_calls", finishReasons["tool_calls"] ?? 0, isJudged ? "valid \(valid), invalid \(invalid)" : ""),
      (
        "others", others.reduce(0) { $0 + $1.count },
        others.map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
      ),
    ]
    if badLines > 0 { rows.append(("lines skipped", badLines, "")) }
    if leftOut > 0 { rows.append(("left out", leftOut, "")) }
    let nameWidth = rows.map(\.name.count).max() ?? 0
    let countWidth = rows.map { String($0.count).count }.max() ?? 0
    return rows.map { row in
      let name = row.name + String(repeating: " ", count: nameWidth - row.name.count)
      let count = String(repeating: " ", count: countWidth - String(row.count).count) + String(row.count)
      return "  \(name)  \(count)" + (row.note.isEmpty ? "" : "  \(row.note.plain)") + "\n"
    }.joined()
  }
}
