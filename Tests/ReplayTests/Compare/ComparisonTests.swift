// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import JSON
import Replay
import Synchronization
import Testing

@Suite struct ComparisonTests {
  /// A row: `c` called validly, `i` invalidly, `s` stopped, `l` was cut by length, `f` failed.
  private static func row(_ index: Int, _ kind: Character, arguments: String = "{}", day: Int = 1, request: String = "{}") -> String {
    let finish = ["c": #""tool_calls""#, "i": #""tool_calls""#, "s": #""stop""#, "l": #""length""#][kind] ?? "null"
    let calls = "ci".contains(kind) ? #"[{"function":{"name":"f","arguments":\#(JSONValue(arguments))}}]"# : "null"
    let valid = ["c": "true", "i": "false"][kind] ?? "null"
    let response =
      kind == "f"
      ? #"{"error_type":"APITimeoutError"}"#
      : #"{"choices":[{"finish_reason":\#(finish),"message":{"tool_calls":\#(calls)}}],"usage":null}"#
    return #"{"data_index":\#(index),"request":\#(request),"response":\#(response),"status":"\#(kind == "f" ? "failed" : "success")","finish_reason":\#(finish),"tool_calls_valid":\#(valid),"last_run_at":"2026-03-0\#(day)T10:00:00.5","duration_ms":\#(index * 100)}"#
  }

  private static func rows(_ kinds: String, day: Int = 1) -> String {
    kinds.enumerated().map { row($0.offset + 1, $0.element, day: day) }.joined(separator: "\n")
  }

  /// Compares files of these rows; `reference` comes first.
  private func compare(
    _ files: [(name: String, rows: String)], floor: String? = nil, _ body: (Comparison) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      func path(_ name: String) -> String { folder.appendingPathComponent(name + ".jsonl").path }
      for (place, file) in files.enumerated() { try Data(file.rows.utf8).write(to: URL(fileURLWithPath: path("\(place)-\(file.name)"))) }
      let arguments = files.enumerated().map { "\($0.element.name)=\(path("\($0.offset)-\($0.element.name)"))" }
      try body(
        Comparison(
          reference: arguments[0], results: arguments.dropFirst().filter { $0.hasPrefix("floor=") == false },
          floor: floor.map { name in arguments.first { $0.hasPrefix(name + "=") } ?? name }))
    }
  }

  @Test("The first lines are those of f1_score.py, for which a request without an answer did not call")
  func text() throws {
    try compare([("official", Self.rows("cccsscl")), ("v", Self.rows("ciscsfs"))]) { comparison in
      let text = comparison.text(differences: 9)
      #expect(
        text.hasPrefix(
          """
          Matched requests: 7
          TP=2  FP=1  FN=2  TN=2
          Precision: 0.6667 (66.67%)
          Recall:    0.5000 (50.00%)
          F1:        0.5714 (57.14%)

          """))
      #expect(text.contains("F1 66.67 % without those that one side did not answer (1"))
      #expect(text.contains("schema accuracy 66.67 %: 2 of 3"))
      #expect(text.contains("failed: APITimeoutError 1"))
      #expect(text.contains("    3  FN  stop, reference tool_calls [f]\n    4  FP  tool_calls [f], reference stop\n"))
      #expect(text.contains("    6  unanswered  no answer, reference tool_calls [f]\n"))
      #expect(text.contains("latency p50 300 ms"))
    }
  }

  @Test("Calls with other arguments differ, spelled otherwise they do not")
  func payloads() throws {
    let reference = [(1, #"{"a":1,"b":2}"#), (2, "{}"), (3, "{}")].map { Self.row($0.0, "c", arguments: $0.1) }.joined(separator: "\n")
    let vendor = [(1, #"{ "b":2, "a":1 }"#), (2, #"{"x":1}"#), (3, "{}")].map { Self.row($0.0, "c", arguments: $0.1) }.joined(separator: "\n")
    try compare([("r", reference), ("v", vendor)]) { comparison in
      #expect(comparison.standings.first?.differences.map(\.dataIndex) == [2])
      #expect(comparison.text(differences: 5).contains("same tools 100.00 %, same arguments 66.67 %"))
    }
  }

  @Test("Rows find each other by conversation, whatever their order and model, and the first of equal ones counts")
  func conversations() throws {
    try withTemporaryFolder { folder in
      func request(_ n: Int, model: String) -> String { #"{"model":"\#(model)","messages":[{"n":\#(n)}]}"# }
      let reference = (1...4).map { Self.row($0, $0 < 3 ? "c" : "s", request: request($0, model: "a")) }
      let vendor = (1...4).map { Self.row($0, $0 > 2 ? "c" : "s", request: request(5 - $0, model: "b")) } + [Self.row(9, "s", request: request(1, model: "b"))]
      let paths = ["r.jsonl", "v.jsonl"].map { folder.appendingPathComponent($0).path }
      for (path, rows) in zip(paths, [reference, vendor]) {
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
      }
      #expect(try Comparison(reference: paths[0], results: [paths[1]], matching: .conversation).standings.first?.f1 == 1)
      #expect(try Comparison(reference: paths[0], results: [paths[1]]).standings.first?.f1 == 0)
    }
  }

  @Test(
    "By conversation the cells are those of aidando73's compute_f1_hash.py",
    .enabled(
      if: Peers.k2vv.map { SharedData.exists($0.appendingPathComponent("compute_f1_hash.py")) } == true && SharedData.exists(SharedData.results),
      "needs compute_f1_hash.py in BELAY_K2VV_REPO and shared/data/k2vv"))
  func hashOracle() async throws {
    let rows = try jsonLines(SharedData.results)
    try await withTemporaryFolder { folder in
      // Other answers in another order.
      let changed = rows.enumerated().map { index, row -> String in
        guard var object = row.object, index % 5 == 0 else { return row.description }
        object["finish_reason"] = object["finish_reason"] == "stop" ? "tool_calls" : "stop"
        return JSONValue.object(object).description
      }.reversed().joined(separator: "\n")
      let (ours, out) = (folder.appendingPathComponent("ours.jsonl"), folder.appendingPathComponent("out.json"))
      try Data(changed.utf8).write(to: ours)
      let script = try #require(Peers.k2vv).appendingPathComponent("compute_f1_hash.py").path
      try await Command.run(
        Peers.python ?? "python3", [script, "--ours", ours.path, "--official", SharedData.results.path, "--out", out.path])
      let expected = try JSONValue(parsing: Array(try Data(contentsOf: out)))["tool_call_trigger_similarity"]
      let cells = try Comparison(reference: SharedData.results.path, results: [ours.path], matching: .conversation).standings.first?.asScript
      #expect(cells?.truePositives == expected?["TP"]?.int)
      #expect(cells?.falsePositives == expected?["FP"]?.int)
      #expect(cells?.falseNegatives == expected?["FN"]?.int)
      #expect(cells?.trueNegatives == expected?["TN"]?.int)
    }
  }

  @Test("Of two vendors McNemar's test looks at the requests on which one alone agrees with the reference")
  func pairs() throws {
    let reference = String(repeating: "c", count: 30)
    try compare([("r", Self.rows(reference)), ("a", Self.rows(reference)), ("b", Self.rows(String(repeating: "s", count: 12) + reference.dropLast(12)))]) {
      let pair = try #require($0.pairs.first)
      #expect($0.pairs.count == 1)
      #expect((pair.first.name, pair.second.name) == ("a", "b"))
      #expect((pair.test.onlyFirst, pair.test.onlySecond, pair.test.both) == (12, 0, 18))
      #expect($0.text(differences: 0).contains("a alone 12, b alone 0, both 18, neither 0: p = 0.0002"))
    }
  }

  @Test("The leaderboard is the same in each form, best first, and survives odd names")
  func forms() throws {
    let odd = "we|ird,\"<b>&"
    try compare([("r", Self.rows("ccss")), (odd, Self.rows("cccs")), ("good", Self.rows("ccss")), ("floor", Self.rows("ccsc"))], floor: "floor") { comparison in
      #expect(comparison.standings.map(\.name) == ["good", odd])
      #expect(comparison.floor?.confusion.f1 == 0.8)
      #expect(comparison.table.split(separator: "\n").count == 3)
      #expect(comparison.markdown.contains("we\\|ird,\"\\<b\\>"))
      #expect(comparison.csv.contains("\"we|ird,\"\"<b>&\",") && comparison.csv.hasSuffix("\r\n"))
      #expect(comparison.csv.split(separator: "\r\n").count == 3)
      #expect(comparison.json["vendors"]?[1]?["answered"]?["fp"] == 1)
      #expect(comparison.json["noise_floor_f1"] == 0.8)
      let page = comparison.page(title: "T & <i>", now: "2026-03-02")
      #expect(page.contains("we|ird,&quot;&lt;b&gt;&amp;") && !page.contains("<b>&,"))
      #expect(page.contains("<title>T &amp; &lt;i&gt;</title>"))
      #expect(!page.contains("http") && !page.contains("<script"))
    }
  }

  @Test("A page is drawn for no vendor, for one, and for several runs of one")
  func pages() throws {
    try compare([("r", Self.rows("ccss"))]) { #expect($0.page(title: "t", now: "").contains("No results yet")) }
    try compare([("r", Self.rows("ccss")), ("a", Self.rows("ffff"))]) { comparison in
      #expect(comparison.standings.first?.f1 == nil)
      #expect(comparison.page(title: "t", now: "").contains("4 failed"))
    }
    try compare([("r", Self.rows("ccss")), ("a", Self.rows("cccs", day: 1)), ("a", Self.rows("ccss", day: 3))]) { comparison in
      let page = comparison.page(title: "t", now: "")
      #expect(page.contains("Over time") && page.contains("+20.0") && page.contains("1 vendor"))
    }
  }

  @Test("A date that is markup is text on a page")
  func markup() throws {
    func run(_ date: String) -> String { Self.rows("ccss").replacingOccurrences(of: "2026-03-01T10:00:00.5", with: date) }
    try compare([("r", Self.rows("ccss")), ("a", run("<u>1</u>")), ("a", run("<q>2</q>"))]) { comparison in
      let page = comparison.page(title: "t", now: "")
      #expect(page.contains(">&lt;u&gt;1&lt;/u&gt;</text>") && page.contains(">&lt;q&gt;2&lt;/q&gt;</text>"))
      #expect(page.contains("<td>&lt;u&gt;1&lt;/u&gt;</td>") && page.contains("<td>&lt;q&gt;2&lt;/q&gt;</td>"))
      #expect(!page.contains("<u>") && !page.contains("<q>"))
    }
  }

  @Test("What vendors and files say is no command to a terminal, and no line of its own")
  func escapes() throws {
    let vendor = [Self.inspected(1, #"odd\u001b[0m"#), Self.row(2, "l"), Self.row(3, "f")].joined(separator: "\n")
      .replacingOccurrences(of: #""name":"f""#, with: #""name":"f\u001b[2J\u009b""#)
      .replacingOccurrences(of: #""length""#, with: #""len\u0007\u007fgth\nforged""#)
      .replacingOccurrences(of: "APITimeoutError", with: #"API\u001b[31m\r\nforged"#)
      .replacingOccurrences(of: "2026-03-01T10", with: #"2026\u001b-03\n"#)
    try compare([("r", Self.rows("scc")), ("v", vendor)]) { comparison in
      let text = comparison.text(differences: 9)
      #expect(text.contains("    1  FP  tool_calls [f␛[2J\u{FFFD}], reference stop\n"))
      #expect(text.contains("    2  FN  len␇␡gth forged, reference tool_calls [f]\n"))
      #expect(text.contains("  failed: API␛[31m  forged 1\n"))
      #expect(text.contains("  findings, of 1 answers: odd␛[0m 1\n"))
      #expect(comparison.table.contains("2026␛-03 ") && comparison.markdown.contains("| 2026␛-03 : |"))
      for shown in [text, comparison.table, comparison.markdown] {
        #expect(shown.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
      }
    }
  }

  /// A row that inspection looked at.
  private static func inspected(_ index: Int, _ codes: String...) -> String {
    let findings = codes.map { #""\#($0)""# }.joined(separator: ",")
    return row(index, "c").dropLast() + #","belay":{"findings":[\#(findings)]}}"#
  }

  @Test("Findings are counted by code over the rows that were inspected, and K2VV's own rows are not taken for faultless")
  func findings() throws {
    let rows = [Self.inspected(1, "call.missing_id", "stream.comment"), Self.inspected(2, "call.missing_id"), Self.inspected(3), Self.row(4, "c")]
    try compare([("r", Self.rows("cccc")), ("a", rows.joined(separator: "\n")), ("script", Self.rows("cccc"))]) { comparison in
      let findings = try #require(comparison.standings.first { $0.name == "a" }?.findings)
      #expect(findings.inspected == 3)
      #expect(findings.byCode.map { "\($0.code) \($0.answers)" } == ["call.missing_id 2", "stream.comment 1"])
      #expect(comparison.standings.first { $0.name == "script" }?.findings == FindingCounts())
      #expect(comparison.text(differences: 0).contains("findings, of 3 answers: call.missing_id 2, stream.comment 1\n"))
      let json = comparison.json["vendors"]?.array?.first { $0["name"] == "a" }
      #expect(json?["inspected"] == 3)
      #expect(json?["findings"] == ["call.missing_id": 2, "stream.comment": 1])
      let page = comparison.page(title: "t", now: "") { $0 == "stream.comment" ? FindingWords(.fatal, "a <remark>") : nil }
      // What is worse comes first, though it is rarer; a vendor that nobody inspected has a dash.
      let (worse, frequent) = (page.range(of: #"title="a &lt;remark&gt;">stream.comment"#), page.range(of: ">call.missing_id</td>"))
      #expect(try #require(worse).lowerBound < #require(frequent).lowerBound)
      #expect(page.contains(#"<td class="info h5" title="a: call.missing_id">67</td>"#))
      #expect(page.contains("script was not inspected"))
    }
    try compare([("r", Self.rows("cc")), ("script", Self.rows("cc"))]) {
      #expect($0.page(title: "t", now: "").contains("None of these runs was inspected"))
    }
    try compare([("r", Self.rows("c")), ("clean", Self.inspected(1))]) {
      #expect($0.page(title: "t", now: "").contains("Nothing was found"))
    }
  }

  @Test("Runs over time stand where their days are, on one scale of F1; McNemar's test takes each vendor's latest")
  func trend() throws {
    let runs = [("a", "ccss", 1), ("a", "cccs", 2), ("a", "ccss", 9), ("b", "ccss", 1), ("b", "csss", 9)]
    try compare([("r", Self.rows("ccss"))] + runs.map { ($0.0, Self.rows($0.1, day: $0.2)) }) { comparison in
      #expect(comparison.latest.map { "\($0.name) \($0.date.prefix(10))" } == ["a 2026-03-09", "b 2026-03-09"])
      #expect(comparison.pairs.count == 1)
      let page = comparison.page(title: "t", now: "")
      // A day of eight: 2 % + 96 % / 8.
      #expect(page.contains(#"cx="14.00%""#) && page.contains(#"cx="2.00%""#) && page.contains(#"cx="98.00%""#))
      #expect(page.contains(">2026-03-01</text>") && page.contains(">2026-03-09</text>"))
      #expect(page.contains("2026-03-01 100.0 %, 2026-03-02 80.0 %, 2026-03-09 100.0 %"))
    }
  }

  @Test("Files that have nothing in common, or hold nothing, are refused")
  func refused() throws {
    #expect(throws: ReplayProblem.self) { try compare([("r", Self.row(1, "c")), ("a", Self.row(2, "c"))]) { _ in } }
    #expect(throws: ReplayProblem.self) { try compare([("r", Self.row(1, "c")), ("a", "\n{}\nnonsense")]) { _ in } }
    #expect(throws: ReplayProblem.self) { try Comparison(reference: "/nowhere/r.jsonl", results: []) }
  }

  @Test("A page takes the place of an older page, and of no results, whatever they are called")
  func page() throws {
    try withTemporaryFolder { folder in
      let (reference, page) = (folder.path + "/official.jsonl", folder.path + "/page.html")
      for file in [reference, folder.path + "/groq.jsonl", folder.path + "/again.jsonl"] { try Data(Self.rows("scc").utf8).write(to: URL(fileURLWithPath: file)) }
      try Data("older".utf8).write(to: URL(fileURLWithPath: page))
      try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: reference)
      func run(html: String) -> (code: Int32, said: String) {
        var options = CompareCommand.Options(reference: reference, results: ["groq=\(folder.path)/groq.jsonl"])
        (options.floor, options.html) = (folder.path + "/again.jsonl", folder.path + "/" + html)
        let said = Mutex("")
        let code = CompareCommand.run(options, console: Console(isTerminal: false, out: { _ in }, err: { text in said.withLock { $0 += text } }))
        return (code, said.withLock { $0 }.replacingOccurrences(of: folder.path + "/", with: ""))
      }
      #expect(run(html: "page.html").code == 0)
      #expect(try String(contentsOfFile: page, encoding: .utf8).hasPrefix("<!"))
      for name in ["official.jsonl", "groq.jsonl", "again.jsonl", "./groq.jsonl", "link"] {
        let (code, said) = run(html: name)
        #expect(code == 2 && said.contains("one of the results: name another file with --html"), "\(name): \(said)")
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: reference)) == Data(Self.rows("scc").utf8))
    }
  }
}
