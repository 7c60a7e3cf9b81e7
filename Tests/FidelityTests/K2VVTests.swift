// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Testing

/// K2VV's three published tables, 62 rows (`tables.csv`), out of their own counts.
///
/// What the tables do not let anyone derive, and why:
/// - `ToolCall-Trigger Similarity` (F1) of 23 October and 15 November: it needs both sides' answers request by request,
///   and the tables have totals only, mostly as ">=80%" or ">=73%".
/// - The official API's agreement with itself (lowest 82.71 % and 75.81 %, averages 84 % and 76 %): the runs are not
///   published. The gates, 80 % and 73 %, are K2VV's judgement of them.
/// - stop, others and schema errors after 10 October: not printed. The errors follow from the other two counts.
/// - `schema_accuracy` of 10 October is not printed, and so not checked; it follows from the counts.
@Suite struct K2VVTests {
  struct Row: Sendable {
    var date: String
    var model: String
    var vendor: String
    var counts = OutcomeCounts()
    var printedErrors: Int?
    var similarity: String
    var schemaAccuracy: String
  }

  static let isThere = SharedData.has("k2vv/tables.csv")

  static let rows: [Row] = SharedData.lines("k2vv/tables.csv").dropFirst().map { line in
    let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    var row = Row(
      date: cells[0], model: cells[1], vendor: cells[2], printedErrors: Int(cells[7]), similarity: cells[9],
      schemaAccuracy: cells[10])
    row.counts.stop = Int(cells[4]) ?? 0
    row.counts.toolCalls = Int(cells[5]) ?? 0
    if let others = Int(cells[6]) { row.counts.others["others"] = others }
    row.counts.valid = Int(cells[8]) ?? 0
    return row
  }

  @Test(.enabled(if: isThere, "k2vv/tables.csv is not beside the repository"))
  func everyPrintedSchemaAccuracyComesOutToTheDigit() {
    let printed = Self.rows.filter { !$0.schemaAccuracy.isEmpty }
    #expect(Self.rows.count == 62 && printed.count == 48)
    for row in printed {
      let accuracy = row.counts.schemaAccuracy.map { fixed($0 * 100, places: 2) + "%" }
      #expect(accuracy == row.schemaAccuracy, "\(row.date) \(row.model) \(row.vendor)")
    }
  }

  @Test(.enabled(if: isThere, "k2vv/tables.csv is not beside the repository"))
  func everySimilarityOf10OctoberComesOutToTheDigit() throws {
    let rows = Self.rows.filter { $0.date == "2025-10-10" }
    let official = try #require(rows.first { $0.vendor == "MoonshotAI" })
    #expect(rows.count == 14 && official.similarity == "-" && official.counts.similarity(to: official.counts) == 1)
    for row in rows where row.similarity != "-" {
      #expect(fixed(row.counts.similarity(to: official.counts) * 100, places: 2) + "%" == row.similarity, "\(row.vendor)")
    }
  }

  @Test(.enabled(if: isThere, "k2vv/tables.csv is not beside the repository"))
  func schemaErrorsAreTheToolCallsThatWereNotSuccessful() {
    let printed = Self.rows.filter { $0.printedErrors != nil }
    #expect(printed.count == 14)
    for row in printed { #expect(row.counts.schemaErrors == row.printedErrors, "\(row.vendor)") }
  }

  @Test(.enabled(if: isThere, "k2vv/tables.csv is not beside the repository"))
  func whereF1IsPrintedItStandsOnTheSideOfTheGateThatItsPlaceInTheTableSays() {
    let gates = ["kimi-k2-0905-preview": 0.80, "kimi-k2-thinking": 0.73]
    let rows = Self.rows.filter { $0.date != "2025-10-10" && $0.similarity != "-" }
    #expect(rows.count == 45)
    for row in rows {
      guard let gate = gates[row.model] else { continue }
      if row.similarity.hasPrefix(">=") {
        #expect(row.similarity == ">=" + fixed(gate * 100, places: 0) + "%")
      } else if let f1 = Double(row.similarity.dropLast()) {
        #expect(f1 / 100 < gate, "\(row.vendor)")
      } else {
        Issue.record("\(row.similarity) of \(row.vendor) is no number")
      }
    }
  }

  /// The tables do not print the cells, but F1 = 2 TP / (calls + the official API's calls) gives TP to within one, and so the
  /// verdict: whom K2VV lists below its gate, nobody here calls faithful, and who lies clearly below is known to.
  @Test(.enabled(if: isThere, "k2vv/tables.csv is not beside the repository"))
  func whomK2VVListsBelowItsGateIsNeverCalledFaithful() throws {
    let gates = ["kimi-k2-0905-preview": 0.80, "kimi-k2-thinking": 0.73]
    var words: [String: String] = [:]
    for row in Self.rows where row.date != "2025-10-10" && row.similarity.hasSuffix("%") && !row.similarity.hasPrefix(">=") {
      let official = try #require(Self.rows.first { $0.date == row.date && $0.model == row.model && $0.vendor == "MoonshotAI" })
      let f1 = try #require(Double(row.similarity.dropLast())) / 100
      let calls = row.counts.toolCalls + official.counts.toolCalls
      let both = Int((f1 * Double(calls) / 2).rounded())
      let verdict = Verdict(Agreement(successes: both, failures: calls - 2 * both), gate: gates[row.model], alpha: 0.05)
      words["\(row.date) \(row.vendor)"] = verdict.name
    }
    #expect(words == [
      "2025-10-23 Fireworks": "undecided", "2025-10-23 Groq": "below_gate", "2025-10-23 Nebius": "below_gate",
      "2025-11-15 NovitaAI": "undecided", "2025-11-15 Chutes": "below_gate", "2025-11-15 Groq": "below_gate",
      "2025-11-15 Nebius": "below_gate",
    ])
  }

  @Test(.enabled(if: SharedData.has("k2vv/results.jsonl"), "k2vv/results.jsonl is not beside the repository"))
  func recordedAnswersCountAsTheScriptsSummaryWouldAndAgreeWithThemselves() throws {
    var tally = Tally()
    for line in SharedData.lines("k2vv/results.jsonl") {
      let row = try JSONValue(parsing: line)
      let message = row["response"]?["choices"]?[0]?["message"]
      let calls = (message?["tool_calls"]?.array ?? []).map { call in
        ToolCall(
          name: call["function"]?["name"]?.string ?? "", arguments: call["function"]?["arguments"]?.string ?? "")
      }
      let side = Side(
        Finish(reason: row["finish_reason"]?.string), isValid: row["tool_calls_valid"]?.bool ?? false, calls: calls,
        promptTokens: row["response"]?["usage"]?["prompt_tokens"]?.int)
      tally.observe(side)
      tally.compare(side, with: side)
    }
    #expect(tally.vendor.stop == 45 && tally.vendor.toolCalls == 20 && tally.vendor.valid == 20)
    #expect(tally.vendor.others == ["length": 1] && tally.vendor.failed == 0)
    #expect(tally.confusion.f1 == 1 && tally.confusion.trueNegatives == 46)
    #expect(tally.payload.bothCalled == 20 && tally.payload.sameArguments == 20)
    // These answers were streamed and have no usage.
    #expect(tally.promptTokens.count == 0 && tally.promptTokens.mean == nil)
  }
}
