// SPDX-License-Identifier: Apache-2.0
import JSON
import Replay
import Testing

@Suite struct SummaryTests {
  /// The summary of answers with these totals, as JSON, and this finish reason.
  private func summary(totals: [String], finishReason: JSONString = "stop", errorType: String? = nil) throws -> Summary {
    var summary = Summary(model: "m", isJudged: false, startedAt: "")
    for (index, total) in totals.enumerated() {
      summary.add(
        RowFacts(
          dataIndex: index + 1, finishReason: finishReason, toolCallsValid: nil, usage: try JSONValue(parsing: #"{"total_tokens":\#(total)}"#),
          isSuccess: errorType == nil, errorType: errorType))
    }
    return summary
  }

  @Test(
    "Tokens are added up to the largest number there is, whatever a vendor says",
    arguments: [
      (["3", "4"], 7), (["9223372036854775807", "9223372036854775807"], Int.max), (["9223372036854775807", "1"], Int.max),
      (["-9223372036854775808", "-9223372036854775808"], Int.min), (["-9223372036854775808", "9223372036854775807"], -1),
      (["99999999999999999999"], Int.max), (["-99999999999999999999", "-1"], Int.min), (["1.5", "1e30", "null", #""9""#, "2"], 2),
    ])
  func tokens(totals: [String], sum: Int) throws {
    #expect(try summary(totals: totals).json["usage"]?["total_tokens"] == JSONValue(sum))
  }

  @Test("The table holds no command to a terminal, whatever finish reasons and errors are called")
  func escapes() throws {
    let odd = try summary(totals: ["1"], finishReason: "odd\u{1B}[31m\u{9B}\nx\u{7F}", errorType: "Bad\u{1B}c")
    #expect(odd.table.contains("  others      1  odd␛[31m\u{FFFD} x␡ 1\n"))
    #expect(odd.table.contains("  failed      1  Bad␛c 1\n"))
    #expect(odd.table.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
  }
}
