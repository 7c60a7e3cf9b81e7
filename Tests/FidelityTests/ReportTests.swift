// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Testing

@Suite struct ReportTests {
  private static func tally(_ tp: Int, _ fp: Int, _ fn: Int, _ tn: Int) -> Tally {
    var tally = Tally()
    tally.confusion = Confusion(truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn)
    tally.vendor.toolCalls = tp + fp
    tally.vendor.valid = tp
    tally.vendor.stop = fn + tn
    return tally
  }

  private static func report(by grouping: Grouping = .model, vendor: String = "groq", tool: JSONString? = nil) -> FidelityReport {
    var ledger = Ledger()
    ledger.tallies[.init(vendor: vendor, model: "k2", day: 20_407, tool: tool)] = tally(900, 300, 250, 1500)
    ledger.floors[.init(vendor: "moonshot", model: "k2", day: 20_407, tool: tool)] = NoiseFloor(
      Confusion(truePositives: 1080, falsePositives: 200, falseNegatives: 210, trueNegatives: 9))
    return FidelityReport(ledger, by: grouping) { $0 == "k2" ? 0.8 : nil }
  }

  @Test("The verdict says what is known, and how much is missing", arguments: [
    (0, 0, 0.8, "nothing compared yet"), (5, 5, nil, "no gate for this model"), (5, 5, 1.5, "no gate for this model"),
    (900, 100, 0.8, "faithful: above the gate of 80 %, 95 % sure"),
    (500, 500, 0.8, "below the gate of 80 %, 95 % sure"), (500, 500, 0.735, "below the gate of 73.5 %, 95 % sure"),
    (20_000, 10_000, 0.8, "too close to the gate to tell"),
  ] as [(Int, Int, Double?, String)])
  func words(_ successes: Int, _ failures: Int, _ gate: Double?, _ words: String) {
    let verdict = Verdict(Agreement(successes: successes, failures: failures), gate: gate, alpha: 0.05)
    #expect(verdict.description == words)
  }

  @Test func theForecastInWordsIsTheCountAtWhichTheVerdictComes() throws {
    let agreement = Agreement(successes: 55, failures: 45)
    guard case .undecided(let more?) = Verdict(agreement, gate: 0.8, alpha: 0.05) else {
      Issue.record("decided")
      return
    }
    let words = Verdict(agreement, gate: 0.8, alpha: 0.05).description
    #expect(words.hasPrefix("not enough yet: about ") && words.hasSuffix(" more informative comparisons at this rate"))
    let test = try #require(GateTest(gate: 0.8))
    func later(_ count: Int) -> Agreement {
      Agreement(successes: 55 + (count * 55 + 50) / 100, failures: 45 + count - (count * 55 + 50) / 100)
    }
    #expect(test.decision(later(more + more / 10 + 5)) == .below && test.decision(later(more / 2)) == .undecided)
  }

  @Test func aVendorDiffersOnlyBeyondTheFloor() {
    let floor = NoiseFloor(Confusion(truePositives: 800, falsePositives: 150, falseNegatives: 150, trueNegatives: 0))
    #expect(floor.decision(on: Agreement(successes: 780, failures: 320)) == .notShown)
    #expect(floor.decision(on: Agreement(successes: 500, failures: 600)) == .beyond)
    #expect(floor.decision(on: Agreement(successes: 1, failures: 3)) == .notShown, "too few to say")
    #expect(floor.decision(on: Agreement(successes: 999, failures: 1)) == .notShown, "better is not different")
  }

  @Test func theTableAlignsAndSaysSampleSizes() {
    let lines = Self.report(by: .day).table.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("vendor  model  day"))
    for text in ["groq", "2025-11-15", "76.60 %", "1450 / 2950", "84.05 %", "(1490)", "75.00 % (900 / 1200)",
      "yes, beyond the floor", "below the gate of 80 %, 95 % sure"]
    {
      #expect(lines[2].contains(text), "\(text) in \(lines[2])")
    }
  }

  @Test func everyFormatHoldsHostileNamesHarmless() throws {
    let report = Self.report(by: .tool, vendor: "a|b", tool: "=cmd\u{1B}[2J,\"x\"\n<b>")
    #expect(!report.table.contains("\u{1B}") && report.table.split(separator: "\n").count == 3)
    #expect(report.markdown.contains("a\\|b") && report.markdown.contains("\\<b\\>"))
    #expect(report.csv.contains("\"'=cmd\u{241B}[2J,\"\"x\"\" <b>\"") && report.csv.split(separator: "\r\n").count == 2)
    #expect(report.json["rows"]?[0]?["tool"]?.string == "=cmd\u{1B}[2J,\"x\"\n<b>")
  }

  @Test func csvAndJSONHaveTheSameFields() throws {
    let report = Self.report()
    let row = try #require(report.json["rows"]?[0])
    let lines = report.csv.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(lines.count == 2 && lines[0].map { String($0) } == row.object?.keys.map(\.string))
    #expect(row["tp"] == 900 && row["informative"] == 1450 && row["verdict"] == "below_gate" && row["day"] == nil || row["day"]?.isNull == true)
    #expect(row["floor_decision"] == "beyond" && row["count_finish_reason_tool_calls"] == 1200)
    let f1 = try #require(row["tool_call_f1"]?.double)
    #expect(isClose(f1, 1800.0 / 2350))
    let (lower, upper) = (row["f1_lower"]?.double ?? 1, row["f1_upper"]?.double ?? 0)
    #expect(lower < f1 && f1 < upper)
  }

  @Test func aReportOfNothingIsAHeading() {
    let report = FidelityReport(Ledger()) { _ in nil }
    #expect(report.table.split(separator: "\n").count == 2 && report.markdown.split(separator: "\n").count == 2)
    #expect(report.csv.split(separator: "\r\n").count == 1 && report.json["rows"]?.array?.isEmpty == true)
  }

  @Test("Days have their names", arguments: [
    (0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (11_017, "2000-03-01"), (20_407, "2025-11-15"),
    (47_540, "2100-02-28"), (47_541, "2100-03-01"),
  ])
  func days(_ day: Int, _ name: String) { #expect(dayName(day) == name) }

  @Test("Numbers are rounded to their places", arguments: [
    (0.125, 2, "0.13"), (-0.125, 2, "-0.13"), (99.996, 2, "100.00"), (-0.001, 2, "0.00"), (5, 0, "5"), (1e300, 1, "inf"),
  ])
  func rounding(_ value: Double, _ places: Int, _ text: String) { #expect(fixed(value, places: places) == text) }
}
