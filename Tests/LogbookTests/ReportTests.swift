// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import JSON
import Logbook
import Store
import Testing

@Suite("belay report") struct ReportTests {
  private static let model = "kimi-k2-0905-preview"
  private static let call = Side(judged: .toolCalls, calls: [ToolCall(name: "search", arguments: #"{"q":1}"#, isValid: true)])
  private static let other = Side(judged: .toolCalls, calls: [ToolCall(name: "fetch", arguments: #"{"q":2}"#, isValid: false)])

  /// So many comparisons of a vendor on a day, in this order of cells: TP, FP, FN, TN.
  private static func comparisons(_ vendor: String, day: Int64, _ counts: [Int]) -> [StoredComparison] {
    let sides: [(Side, Side)] = [(call, call), (other, Side(.stop)), (Side(.stop), call), (Side(.stop), Side(.stop))]
    let time = Sample.start + day * 86_400_000
    return zip(sides, counts).flatMap { pair, count in
      (0..<count).map { number in
        StoredComparison(
          time: time + Int64(number), vendor: vendor, model: model, reference: "moonshot", answer: pair.0, other: pair.1)
      }
    }
  }

  private static let floor = (0..<100).map { number in
    StoredComparison(
      time: Sample.start, kind: .reference, vendor: "moonshot", model: model, reference: "moonshot",
      answer: number < 84 ? call : Side(.stop), other: call)
  }

  private static let all =
    comparisons("groq", day: 0, [80, 60, 40, 20]) + comparisons("groq", day: 2, [40, 30, 20, 10])
    + comparisons("novita", day: 0, [400, 10, 10, 50]) + comparisons("young", day: 1, [30, 10, 4, 6]) + floor

  private func report(
    _ comparisons: [StoredComparison] = all, gate: Double? = 0.8, _ change: (inout ReportCommand) -> Void = { _ in }
  ) async throws -> Paper {
    let paper = Paper()
    try await withStore([]) { path, writer in
      writer.offer(comparisons: comparisons)
      await writer.flush()
      var command = ReportCommand()
      change(&command)
      try await command.run(storePath: path, on: paper.screen(), now: Sample.start + 3 * 86_400_000) { _ in gate }
    }
    return paper
  }

  @Test("The table says F1, its interval, sample sizes, the floor and the verdict in words") func table() async throws {
    let lines = try await report().lines
    #expect(lines.count == 5 && lines[0].hasPrefix("vendor"))
    let groq = try #require(lines.first { $0.hasPrefix("groq") })
    for text in ["61.54 %", "270 / 300", "91.30 %", "(100)", "yes, beyond the floor", "57.14 % (120 / 210)", "below the gate of 80 %, 95 % sure"] {
      #expect(groq.contains(text), "\(text) in \(groq)")
    }
    #expect(lines.contains { $0.hasPrefix("novita") && $0.contains("faithful: above the gate of 80 %, 95 % sure") })
    let young = try #require(lines.first { $0.hasPrefix("young") })
    #expect(young.contains("not enough yet: about") && young.contains("more informative comparisons at this rate, about"))
  }

  @Test("The wait is told in days, at the informative comparisons a day that were seen") func days() async throws {
    let json = try JSONValue(parsing: try await report { ($0.format, $0.vendors) = (.json, ["young"]) }.text)
    let row = try #require(json["rows"]?[0])
    let (more, days) = (try #require(row["informative_until_verdict"]?.int), try #require(row["days_until_verdict"]?.int))
    #expect(more > 44 && days == (more + 43) / 44, "44 on the one day seen")
  }

  @Test("Rows by day and by tool, of a time, of a vendor") func slices() async throws {
    let byDay = try JSONValue(parsing: try await report { ($0.format, $0.grouping, $0.vendors) = (.json, .day, ["groq"]) }.text)
    #expect(byDay["rows"]?.array?.map { $0["day"]?.string } == ["2026-09-21", "2026-09-23"])
    #expect(byDay["rows"]?.array?.map { $0["tp"]?.int } == [80, 40])
    let late = try JSONValue(parsing: try await report { ($0.format, $0.since) = (.json, "36h") }.text)
    #expect(late["rows"]?.array?.map { $0["vendor"]?.string } == ["groq"] && late["rows"]?[0]?["tp"] == 40)
    let byTool = try JSONValue(parsing: try await report { ($0.format, $0.grouping, $0.vendors) = (.json, .tool, ["groq"]) }.text)
    #expect(byTool["rows"]?.array?.map { $0["tool"]?.string } == ["fetch", "search"])
  }

  @Test("Every format has the same figures") func formats() async throws {
    let csv = try await report { $0.format = .csv }.text.split(separator: "\r\n")
    #expect(csv.count == 4 && csv[0].hasPrefix("vendor,model,day,tool,comparisons,informative,tp,"))
    #expect(csv[1].hasPrefix("groq,\(Self.model),,,300,270,120,90,60,30,"))
    #expect(try await report { $0.format = .markdown }.lines.count == 5)
    let page = try await report { ($0.format, $0.title) = (.html, "<b>&") }.text
    #expect(page.hasPrefix("<!doctype html>") && page.contains("&lt;b&gt;&amp;") && !page.contains("<script") && !page.contains("http"))
    for text in ["61.54 %", "below the gate of 80 %, 95 % sure", "class=\"gate\"", "class=\"floor\"", "1 of 3", "Everything kept, to 2026-09-24"] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test("A model without a gate gets figures and no verdict") func noGate() async throws {
    let lines = try await report(gate: nil).lines
    #expect(lines.dropFirst(2).allSatisfy { $0.hasSuffix("no gate for this model") })
  }

  @Test("Nothing to show says why") func nothing() async throws {
    #expect(try await report([]).notes.hasPrefix("nothing is compared yet in "))
    let none = try await report { $0.vendors = ["grok"] }
    #expect(none.bytes.isEmpty && none.notes.hasSuffix("has some of: groq, novita, young\n"))
    let folder = try Folder()
    let missing = try await problem {
      try await ReportCommand().run(storePath: folder.store, on: Paper().screen(), now: 0) { _ in nil }
    }
    #expect(missing.description.hasPrefix("there is no store at"))
  }
}
