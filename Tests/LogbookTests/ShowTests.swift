// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Logbook
import Store
import Testing

@Suite("belay show") struct ShowTests {
  @Test("An exchange in 80 cells, by value") func text() {
    let lines = ShowCommand.lines(of: Sample.failed, width: 80, paint: Paint(isOn: false), isFull: false)
    #expect(lines.joined(separator: "\n") == #"""
      exchange  01M32511TR0000000000000007
        time           2026-09-21 14:13:27.000 UTC
        request        POST /v1/chat/completions
        model          kimi-k2-0905-preview
        vendor         moonshot
        mode           enforce
        status         200, completed
        verdict        invalid
        finish reason  tool_calls
        tokens         1,234 in, 56 out

      timings  from the request's arrival
        first byte   120 ms
        first token  180 ms
        total        1.50 s, 42 tokens/s after the first
        Belay added  90 µs

      request  576 B, 4 messages, 1 tool, 3 edits
        0 system       Be terse.
        1 user         Read it's file: 文件
        2 assistant    calls read_file {"path":"b.txt"} [call_abc]
          edit /messages/2/tool_calls/0/id [ids]
            - "call_abc"
            + "functions.read_file:0"
        3 tool         call_abc: no such file; my key is
                       sk-planted0123456789abcdefghij
          edit /messages/3/tool_call_id [ids]
            - "call_abc"
            + "functions.read_file:0"
        settings       temperature 1.0, stream true
        edit /temperature [sampling]
          - 1.0
          + nothing

      attempts
        #  VENDOR    WHY    STATUS  START  FIRST BYTE   END   SIZE  FINISH  ENDED BY
        1  moonshot  first     200   0 ns           -  0 ns  381 B  -       -

      answer  381 B
        thinks     I read a.txt
        says       Reading a.txt, 文件.
        call 0: read_file  [functions.read_file:1]  invalid, K2VV says invalid
          {"path":"a.txt","limit":"ten"}
                                  ^^^^^
          /limit: a string where an integer is wanted (schema /properties/limit/type)

      findings  `belay explain CODE` says more
        error arguments.schema.type at call 0, /limit
          /limit: a string where an integer is wanted
          A value is of another type than the schema says. A tool that checks its
          input refuses the call; another may fail on it later.

      repairs  what the client got instead
        coercion: call 0, arguments/limit
          - "ten"
          + 10
      """#)
  }

  @Test("No line is wider than the terminal", arguments: [24, 40, 80, 200], [false, true]) func fits(width: Int, isFull: Bool) {
    let lines = ShowCommand.lines(of: Sample.failed, width: width, paint: Paint(isOn: false), isFull: isFull)
    #expect(lines.filter { cells($0) > width } == [])
  }

  @Test("The mark stands under the offending bytes at every width", arguments: [40, 80, 200]) func marks(width: Int) throws {
    let lines = ShowCommand.lines(of: Sample.failed, width: width, paint: Paint(isOn: false), isFull: false)
    let mark = try #require(lines.firstIndex { $0.contains("^^") })
    let start = try #require(lines[mark].firstIndex(of: "^"))
    let column = lines[mark].distance(from: lines[mark].startIndex, to: start)
    #expect(lines[mark - 1].dropFirst(column).hasPrefix("\"ten\""))
    #expect(lines[mark].filter { $0 == "^" }.count == 5)
  }

  @Test("Findings lead to the bytes where no violation is stored") func marksOfFindings() throws {
    var exchange = Sample.failed
    exchange.calls[0].violations = ""
    let lines = ShowCommand.lines(of: exchange, width: 80, paint: Paint(isOn: false), isFull: false)
    let mark = try #require(lines.firstIndex { $0.contains("^") })
    #expect(lines[mark].drop { $0 == " " } == "^^^^^")
    #expect(lines[mark - 1].hasSuffix(#""limit":"ten"}"#))
  }

  @Test("Attempts are told apart, and a long conversation shows its end and its edits") func attempts() {
    let messages = (0..<40).map { #"{"role":"user","content":"message \#($0) \u001b[2J"}"# }.joined(separator: ",")
    let exchange = Sample.exchange(1) { exchange in
      exchange.request = Sample.json(#"{"messages":[\#(messages)]}"#)
      exchange.edits = [StoredEdit(pointer: "/messages/3/content", before: "1", after: "2", rule: "content")]
      exchange.attempts[0].abortedAtByte = 77
      exchange.attempts.append(exchange.attempts[0])
      (exchange.attempts[1].rung, exchange.attempts[1].error, exchange.attempts[1].abortedAtByte) = ("strict", "upstream_reset", nil)
      exchange.calls = [
        StoredCall(name: "a", id: "", arguments: "{", valid: false, violations: #"[{"start":50,"end":90,"message":"beyond"}]"#),
        StoredCall(name: "b", id: "i", arguments: "", attempt: 1),
      ]
    }
    let text = ShowCommand.lines(of: exchange, width: 100, paint: Paint(isOn: false), isFull: false).joined(separator: "\n")
    for part in [
      "  1  moonshot  first      200", "stopped by Belay at byte 77", "  2  moonshot  strict     200", "upstream_reset",
      "… 3 more messages (--full)\n  3 user         message 3", "… 24 more messages (--full)\n  28 user        message 28",
      "  39 user        message 39 ␛[2J", "  calls of attempt 1\n  call 0: a  [no id]  invalid\n    {\n     ^\n    beyond",
      "  calls of attempt 2\n  call 0: b  [i]  not decided\n    (no arguments)",
    ] { #expect(text.contains(part), "\(part)") }
    #expect(!text.contains("\u{1B}"))
    let full = ShowCommand.lines(of: exchange, width: 100, paint: Paint(isOn: false), isFull: true)
    #expect((0..<40).allSatisfy { number in full.contains { $0.hasSuffix("message \(number) ␛[2J") } })
  }

  @Test("Nothing that was recorded moves the cursor or changes colours") func escapes() {
    let exchange = Sample.exchange(1) {
      $0.request = Sample.json(
        #"{"messages":[{"role":"\u001b[2J","content":"\u001b[31m"},{"role":"\u009b2J\n","reasoning_content":"\u001b]0;a\u0007"}],"\u001b[1m":1}"#)
      ($0.model, $0.vendor, $0.finishReason) = ("kimi\u{1B}[2J", "v\u{1B}[2J", "stop\u{1B}[2J")
    }
    for isFull in [false, true] {
      let lines = ShowCommand.lines(of: exchange, width: 80, paint: Paint(isOn: false), isFull: isFull)
      #expect(lines.contains { $0.hasPrefix("  0 ␛[2J") })
      let scalars = lines.flatMap { Array($0.unicodeScalars) }
      #expect(scalars.filter { $0.properties.generalCategory == .control } == [])
    }
  }

  @Test("Nor in JSON, which means the same") func escapesInJSON() async throws {
    let model = "k\u{9B}2J\u{7F}\u{85}\u{2028}\u{202E}\u{2066}é😀"
    try await withStore([Sample.exchange(1) { $0.model = model }]) { path, _ in
      let paper = Paper()
      var command = ShowCommand(id: "last")
      command.form = .json
      try await command.run(storePath: path, on: paper.screen())
      var list = ListCommand()
      list.isJSON = true
      try await list.run(storePath: path, on: paper.screen(), now: Sample.start)
      var export = ExportCommand(format: .json)
      export.ids = ["last"]
      try await export.run(storePath: path, on: paper.screen(), now: Sample.start) { _, _ in }
      #expect(paper.lines.count == 3)
      for line in paper.bytes.split(separator: 0x0A) {
        let text = String(decoding: line, as: UTF8.self)
        #expect(text.contains(#""k\u009b2J\u007f\u0085\u2028\u202e\u2066é😀""#), "\(text)")
        #expect(try JSONValue(parsing: Array(line))["model"]?.string == model)
      }
    }
  }

  @Test("Counts beyond belief are no rate") func rate() {
    let exchange = Sample.exchange(1) {
      ($0.tokens.output, $0.firstTokenNanoseconds, $0.totalNanoseconds) = (Int.max, 1_499_999_999, 1_500_000_000)
    }
    let lines = ShowCommand.lines(of: exchange, width: 80, paint: Paint(isOn: false), isFull: false)
    #expect(lines.first { $0.hasPrefix("  total") }?.hasSuffix("1.50 s") == true)
  }

  @Test("Raw bytes are those that were recorded") func raw() async throws {
    try await withStore([Sample.exchange(1) { $0.request?.body = [0xFF, 0x00, 0x0A, 0x0D]; $0.response = Sample.json("{}") }]) { path, _ in
      for (part, bytes) in [(ShowCommand.RawPart.request, [0xFF, 0x00, 0x0A, 0x0D]), (.response, Array("{}".utf8))] as [(ShowCommand.RawPart, [UInt8])] {
        let paper = Paper()
        var command = ShowCommand(id: "last")
        command.form = .raw(part)
        try await command.run(storePath: path, on: paper.screen())
        #expect(paper.bytes == bytes)
      }
    }
  }

  @Test("An answer that the client did not get is its attempt's only", arguments: ["refused", "abandoned", "broken"])
  func kept(outcome: String) async throws {
    let exchange = Sample.exchange(1) {
      ($0.outcome, $0.attempts[0].response) = (outcome, Sample.json(#"{"choices":[]}"#))
    }
    try await withStore([exchange]) { path, _ in
      let paper = Paper()
      var command = ShowCommand(id: "last")
      command.form = .json
      try await command.run(storePath: path, on: paper.screen())
      let value = try JSONValue(parsing: paper.text)
      #expect(value["response"] == nil && value["attempts"]?[0]?["response"]?["body"] == #"{"choices":[]}"#)
      command.form = .raw(.response)
      let told = try await problem { try await command.run(storePath: path, on: paper.screen()) }
      #expect(told.description == "the client of \(exchange.id) got no vendor's answer; the last that came is that of --attempt 1")
    }
    var begun = exchange
    begun.responseBytes = 14
    #expect(begun.receivedResponse == exchange.attempts[0].response)
  }

  @Test("The vendor's request is the client's with the edits made, all else byte for byte") func sent() throws {
    let client = try #require(Sample.failed.request?.body)
    let sent = try #require(Sample.failed.sentRequest()?.body)
    let expected = String(decoding: client, as: UTF8.self)
      .replacing("call_abc", with: "functions.read_file:0").replacing(#", "temperature": 1.0"#, with: "")
    #expect(String(decoding: sent, as: UTF8.self) == expected)
  }

  @Test("What the reference answered stands with the exchange, and where the calls differ") func comparisons() {
    let answer = Side(
      judged: .toolCalls, calls: [ToolCall(name: "weather", arguments: #"{"city":"Rome","days":2}"#)], promptTokens: 12)
    let other = Side(judged: .toolCalls, calls: [ToolCall(name: "weather", arguments: #"{"city":"Rome"}"#)], promptTokens: 10)
    let exchange = Sample.exchange(1) {
      func comparison(_ kind: StoredComparison.Kind, _ answer: Side) -> StoredComparison {
        StoredComparison(
          time: Sample.start, kind: kind, vendor: "moonshot", model: "kimi-k2", reference: "official", answer: answer, other: other)
      }
      $0.comparisons = [comparison(.vendor, answer), comparison(.reference, other), comparison(.vendor, Side(.stop))]
    }
    let text = ShowCommand.lines(of: exchange, width: 100, paint: Paint(isOn: false), isFull: false).joined(separator: "\n")
    #expect(
      text.contains(
        """
        comparisons  the same request to a reference
          official: tp, +2 prompt tokens, other payloads
            weather/days: 2, the reference nothing
          official against itself: tp, +0 prompt tokens, same payloads
          official: fn
        """))
  }

  @Test("JSON has the whole exchange") func json() async throws {
    try await withStore([Sample.failed]) { path, _ in
      let paper = Paper()
      var command = ShowCommand(id: "last")
      command.form = .json
      try await command.run(storePath: path, on: paper.screen())
      let value = try JSONValue(parsing: paper.text)
      #expect(value["calls"]?[0]?["violations"]?[0]?["start"]?.int == 24)
      #expect(value["edits"]?.array?.count == 3)
      #expect(value["attempts"]?[0]?["number"]?.int == 1)
      #expect(value["request"]?["body"]?.string?.hasPrefix("{\"model\"") == true)
      #expect(!paper.text.contains(Sample.key))
    }
  }

  @Test("An id that is unknown, short or of an attempt that never was says what there is") func problems() async throws {
    try await withStore([Sample.exchange(1), Sample.exchange(2)]) { path, _ in
      func told(_ id: String, attempt: Int? = nil, _ form: ShowCommand.Form = .json) async throws -> String {
        var command = ShowCommand(id: id)
        (command.attempt, command.form) = (attempt, form)
        let problem = try await problem { try await command.run(storePath: path, on: Paper().screen()) }
        #expect(problem.code == .absent)
        return problem.description
      }
      let short = String(Sample.exchange(1).id.prefix(4))
      let (first, second) = (Sample.exchange(1).id, Sample.exchange(2).id)
      let unknown = try await told("7ZZZ")
      #expect(unknown == "there is no exchange 7ZZZ in \(path); `belay list` shows what is there")
      let several = try await told(short)
      #expect(several == "several exchanges begin with \(short); write more of one:\n  \(second)\n  \(first)")
      let attempt = try await told("last", attempt: 3)
      #expect(attempt == "there is no attempt 3; \(second) has 1 attempt, counted from 1")
      let response = try await told("last", .raw(.response))
      #expect(response.hasPrefix("the response of \(second) is not in the store"))
    }
  }
}
