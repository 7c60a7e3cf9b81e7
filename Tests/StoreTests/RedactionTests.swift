// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import JSON
import Store
import Testing

@Suite struct RedactionTests {
  private static let key = "sk-planted-0123456789abcdef"

  @Test func aPlantedKeyIsNowhereInTheFile() async throws {
    let exchange = Sample.exchange(1) {
      $0.path = "/v1/chat/completions?api_key=\(Self.key)&x=1"
      $0.request = StoredMessage(
        headers: [.init("Authorization", "Bearer \(Self.key)"), .init("X-Api-Key", Self.key), .init("Cookie", "a=\(Self.key)"), .init("accept", "*/*")],
        body: Array("{\"messages\":[{\"content\":\"my key is \(Self.key), is it not?\"}]}".utf8))
      $0.attempts[0].response = StoredMessage(headers: [.init("x-echo", Self.key)], body: Array("{\"error\":\"Incorrect API key: \(Self.key)\"}".utf8), text: Self.key)
      $0.findings = [StoredFinding(code: "a", severity: .error, message: "refused \(Self.key)")]
      $0.edits = [StoredEdit(pointer: "/x", before: Self.key, after: "", rule: "r")]
      $0.calls = [StoredCall(name: "f", id: "i", arguments: Self.key)]
    }
    try await withStore([exchange]) { reader, _, folder in
      for suffix in ["", "-wal"] {
        let raw = try Data(contentsOf: URL(fileURLWithPath: folder.store + suffix))
        #expect(raw.range(of: Data(Self.key.utf8)) == nil)
        #expect(raw.range(of: Data("planted".utf8)) == nil)
      }
      guard case .found(let kept) = try await reader.exchange(id: exchange.id) else { return #expect(Bool(false)) }
      #expect(kept.request?.headers.map(\.value) == ["[redacted]", "[redacted]", "[redacted]", "*/*"])
      #expect(kept.path == "/v1/chat/completions?api_key=[redacted]&x=1")
      #expect(kept.request.map { String(decoding: $0.body, as: UTF8.self) }?.contains("my key is [redacted], is it not?") == true)
      var filter = ExchangeFilter()
      filter.text = "planted"
      #expect(try await reader.list(filter).exchanges.isEmpty)
    }
  }

  @Test(arguments: ["X-Portkey-Api-Key", "x-session-token", "x-corp-secret", "?key"])
  func aHiddenKeyIsNowhereElse(_ place: String) {
    let key = "planted+0123456789/="
    let exchange = Sample.exchange(1) {
      if place == "?key" {
        $0.path = "/v1/chat/completions?x=1&key=planted%2B0123456789%2F%3D"
      } else {
        $0.request = StoredMessage(headers: [.init(place, "Scheme \(key)")])
      }
      $0.attempts[0].response = Sample.body(#"{"error":"invalid key \#(key), or planted%2B0123456789%2F%3D"}"#)
      $0.attempts[0].error = "401: \(key)"
    }
    let kept = exchange.redacted(Redaction(headers: ["x-corp-*"]))
    #expect(kept.request.map { $0.headers.map(\.value) } ?? ["[redacted]"] == ["[redacted]"])
    #expect(kept.path == (place == "?key" ? "/v1/chat/completions?x=1&key=[redacted]" : exchange.path))
    #expect(kept.attempts[0].response == Sample.body(#"{"error":"invalid key [redacted], or [redacted]"}"#))
    #expect(kept.attempts[0].error == "401: [redacted]")
  }

  @Test func whatSaysWhoAClientIsIsHiddenAndNotLookedForElsewhere() {
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(
        headers: [.init("Host", "localhost:8611"), .init("cookie", "theme=dark-mode"), .init("accept", "*/*")],
        body: Array("it listens on localhost:8611, theme=dark-mode".utf8))
    }
    let kept = exchange.redacted(Redaction(senders: ["host"]))
    #expect(kept.request?.headers.map(\.value) == ["[redacted]", "[redacted]", "*/*"])
    #expect(kept.request?.body == exchange.request?.body)
    let bare = exchange.redacted(Redaction(headers: ["*"]))
    #expect(bare.request?.headers.map(\.value) == ["[redacted]", "[redacted]", "[redacted]"])
    #expect(bare.request?.body == exchange.request?.body)
  }

  @Test func aRequestsKeysAreInItsHeadersAndInItsPath() {
    let headers: [(name: String, value: String)] = [
      ("Authorization", "Bearer a-0123456"), ("Cookie", "theme=dark-mode"), ("X-Portkey-Api-Key", "c-0123456"),
      ("x-corp", "d-0123456"), ("accept", "e-0123456"), ("x-api-key", "short"),
    ]
    let keys = Redaction(headers: ["x-corp"]).secrets(headers: headers, target: "/v1/models?x=1&KEY=f-0123456%2B&token&max_tokens=12345678")
    #expect(keys == ["f-0123456%2B", "f-0123456+", "a-0123456", "c-0123456", "d-0123456"])
    #expect(Redaction().secrets(headers: [(name: "accept", value: "e-0123456")], target: "/v1/models").isEmpty)
  }

  private static let secret = #"pa/ss"wo\rd+0="#

  @Test(arguments: [
    secret, #"pa/ss\"wo\\rd+0="#, #"pa\/ss\"wo\\rd+0="#, #"pa/ss\\\"wo\\\\rd+0="#, #"pa\/ss\\\"wo\\\\rd+0="#, #"pa\\/ss\\\"wo\\\\rd+0="#,
    #"pa\\\/ss\\\"wo\\\\rd+0="#, "pa%2Fss%22wo%5Crd%2B0%3D", "pa%2fss%22wo%5crd%2b0%3d", "pa/ss%22wo%5Crd%2B0%3D",
  ])
  func aSecretIsFoundHoweverItIsWritten(_ form: String) {
    let exchange = Sample.exchange(1) {
      $0.response = Sample.body("it is \(form)!")
      $0.calls = [StoredCall(name: "f", id: "i", arguments: form)]
    }
    let kept = exchange.redacted(Redaction(secrets: [Self.secret]))
    #expect(kept.response == Sample.body("it is [redacted]!"))
    #expect(kept.calls.map(\.arguments) == ["[redacted]"])
  }

  @Test func comparisonsLoseWhatTheirExchangeLoses() throws {
    let call = ToolCall(name: "fetch", arguments: #"{"key":"\#(Self.key)"}"#)
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(headers: [.init("Authorization", "Bearer \(Self.key)")])
      $0.comparisons = [ComparisonTests.comparison(1) { ($0.answer.calls, $0.other.calls) = ([call], [call, ComparisonTests.paris]) }]
    }
    let kept = try #require(exchange.redacted(Redaction()).comparisons.first)
    let cleared = ToolCall(name: "fetch", arguments: #"{"key":"[redacted]"}"#)
    #expect(kept.answer.calls == [cleared] && kept.other.calls == [cleared, ComparisonTests.paris])
    let path = try JSONPath("$..arguments")
    let forgotten = try #require(exchange.redacted(Redaction(paths: [path])).comparisons.first)
    #expect(!forgotten.hasArguments)
    #expect(forgotten.answer.calls.map(\.arguments) == [Array("0".utf8)])
    #expect(forgotten.payloadsAgree == exchange.comparisons[0].payloadsAgree)
    #expect(!forgotten.json.description.contains("planted") && !forgotten.json.description.contains("Paris"))
  }

  @Test(arguments: [
    ("$.messages[*].content", #"{"messages":[{"role":"user","content":"s"},{"content":["s"]}],"content":"k"}"#, #"{"messages":[{"role":"user","content":"[redacted]"},{"content":"[redacted]"}],"content":"k"}"#),
    ("$..content", #"{"a":{"content":1},"content":{"content":2}}"#, #"{"a":{"content":"[redacted]"},"content":"[redacted]"}"#),
    ("$['a b'][0]", #"{"a b":[1,2]}"#, #"{"a b":["[redacted]",2]}"#),
    ("$.*", #"{"a":1,"b":[2]}"#, #"{"a":"[redacted]","b":"[redacted]"}"#),
    ("$", #"[1]"#, #""[redacted]""#),
    ("$.user", #"{"\u0075ser":"s","user":"s"}"#, #"{"\u0075ser":"[redacted]","user":"[redacted]"}"#),
    ("$..[1].x", #"[[0,{"x":1}],{"x":2}]"#, #"[[0,{"x":"[redacted]"}],{"x":"[redacted]"}]"#),
    ("$.x", "<html>s</html>", ""),
    ("$.x", "data: {\"x\":\"s\",\"y\":1}\n\ndata: {cut\n\ndata: [DONE]\n\n", "data: {\"x\":\"[redacted]\",\"y\":1}\n\ndata: \"[redacted]\"\n\ndata: [DONE]\n\n"),
    // Several lines of an event are one text; one that is whole by itself is none.
    ("$.x", "data: {\"x\":[\r\ndata: \"s\",\r\ndata: {\"y\":\"s\"}\r\ndata: ]}\r\n\r\ndata: {\"y\":1}", "data: \"[redacted]\"\r\ndata: \"[redacted]\"\r\ndata: \"[redacted]\"\r\ndata: \"[redacted]\"\r\n\r\ndata: {\"y\":1}"),
    ("$.x", "data: {\"x\":\"s\"}\ndata: {\"x\":\"s\",\"y\":1}\ndata: [DONE]\n\n", "data: {\"x\":\"[redacted]\"}\ndata: {\"x\":\"[redacted]\",\"y\":1}\ndata: [DONE]\n\n"),
    ("$.x", "event: error\ndata: \"s\"\n\ndata: [{\"y\":1}]\n\n", "event: error\ndata: \"[redacted]\"\n\ndata: [{\"y\":1}]\n\n"),
  ])
  func aPathTakesOutWhatItNames(_ path: String, _ body: String, _ expected: String) async throws {
    let rule = try JSONPath(path)
    try await withStore([Sample.exchange(1) { $0.request = Sample.body(body) }], { $0.redaction.paths = [rule] }) { reader, _, _ in
      guard case .found(let kept) = try await reader.exchange(id: Sample.exchange(1).id) else { return #expect(Bool(false)) }
      #expect(kept.request.map { String(decoding: $0.body, as: UTF8.self) } == expected)
      #expect(expected.isEmpty == (kept.request?.omittedBytes == body.utf8.count))
    }
  }

  @Test func aPathAboutArgumentsAlsoTakesThemFromTheCallsAndEdits() async throws {
    let rules = try [JSONPath("$..arguments"), JSONPath("$.messages[*].tool_calls[*].id")]
    let exchange = Sample.exchange(1) {
      $0.calls = [StoredCall(name: "f", id: "i", arguments: "secret", violations: "[\"secret\"]")]
      $0.edits = [StoredEdit(pointer: "/messages/3/tool_calls/0/id", before: "secret", after: "secret", rule: "r")]
      $0.repairs = [StoredRepair(rule: "r", call: 0, before: "secret", after: "secret")]
    }
    try await withStore([exchange], { $0.redaction.paths = rules }) { _, _, folder in
      let raw = try Data(contentsOf: URL(fileURLWithPath: folder.store + "-wal"))
      #expect(raw.range(of: Data("secret".utf8)) == nil)
    }
  }

  private static func finding(_ path: String, _ message: String, call: Int? = nil) -> StoredFinding {
    StoredFinding(code: "a", severity: .error, choice: call, call: call, path: path, message: message)
  }

  @Test func withAPathNoFindingQuotesAnything() throws {
    let findings = [
      Self.finding("", "the vendor answered with status 400, invalid: 'secret'"), Self.finding("", "2 event(s) are no JSON object, the first is 'secret'"),
      Self.finding("/secret", "`arguments.secret`: unknown property `secret`", call: 0), Self.finding("", "the vendor's answer broke off"),
      Self.finding("/messages/3/tool_calls/0/id", "in its place (secret): the model reads"), Self.finding("/tools/0/function/parameters/secret", "x 'secret'"),
    ]
    let exchange = Sample.exchange(1) { $0.findings = findings }
    let some = exchange.redacted(Redaction(paths: [try JSONPath("$.tools[*].function.parameters")])).findings
    #expect(some.map(\.message) == [
      "the vendor answered with status 400, invalid: [redacted]", "2 event[redacted]", "[redacted]", "the vendor's answer broke off",
      "in its place [redacted]", "[redacted]",
    ])
    #expect(some.map(\.path) == ["", "", "", "", "/messages/3/tool_calls/0/id", "/tools/0/function/parameters"])
    let all = exchange.redacted(Redaction(paths: [try JSONPath("$..*")])).findings
    #expect(all.map(\.path) == ["", "", "", "", "/messages", "/tools"] && !"\(all)".contains("secret"))
    #expect(exchange.redacted(Redaction()).findings == findings)
  }

  @Test(arguments: [("$.choices[*].delta", "got [redacted]"), ("$..message", "[redacted]"), ("$..*", nil)] as [(String, String?)])
  func withAPathTheProxysOwnErrorQuotesNothing(_ path: String, _ left: String?) throws {
    let error = #"{"error":{"message":"got \"secret\", want 1","code":"no_valid_answer"}}"#
    let chunk = #"{"choices":[{"delta":{"content":"\#(path == "$..message" ? "hi" : "secret")"}}]}"#
    let rule = Redaction(paths: [try JSONPath(path)])
    for body in [error, "data: \(chunk)\n\ndata: \(error)\n\ndata: [DONE]\n\n"] {
      let exchange = Sample.exchange(1) { ($0.error, $0.response) = ("no_valid_answer", Sample.body(body)) }
      let kept = try #require(exchange.redacted(rule).response)
      let text = String(decoding: kept.body, as: UTF8.self)
      #expect(!text.contains("secret"))
      if let left { #expect(text.contains(#"{"error":{"message":"\#(left)","code":"no_valid_answer"}}"#)) }
      #expect(exchange.redacted(Redaction()).response == exchange.response)
    }
    // A vendor's is a body like any other.
    let vendors = Sample.exchange(1) { ($0.error, $0.response) = ("", Sample.body(error)) }
    #expect(vendors.redacted(Redaction(paths: [try JSONPath("$.choices")])).response?.body == Array(error.utf8))
  }

  @Test(arguments: ["content", "reasoning"])
  func aPathAboutATextAlsoTakesItFromItsRepairs(_ path: String) throws {
    let exchange = Sample.exchange(1) {
      $0.repairs = [
        StoredRepair(rule: "r", call: 0, path: path, before: "secret", after: "secret"), StoredRepair(rule: "r", call: 0, path: "id", before: "i", after: "j"),
      ]
    }
    let repairs = exchange.redacted(Redaction(paths: [try JSONPath("$..\(path)")])).repairs
    #expect(repairs.map(\.before) == ["[redacted]", "i"] && repairs.map(\.after) == ["[redacted]", "j"])
  }

  // MARK: Bodies that cannot be searched

  private static let packed: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0xFF]

  @Test(arguments: [
    ([("Content-Encoding", "gzip")], packed), ([("content-encoding", "br")], [0x1B, 0x1D, 0x00, 0xF8, 0xFF]),
    ([("content-encoding", "DEFLATE")], [0x78, 0x9C, 0xAB]), ([], packed),
    ([], Array("\u{FEFF}\(key)".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }), ([], Array(key.utf8).flatMap { [0, 0, 0, $0] }),
    ([], Array(#"{"content":[{"text":"sk-planted-01"},{"text":"23456789abcdef"}]}"#.utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
  ] as [([(String, String)], [UInt8])])
  func aBodyThatCannotBeSearchedIsNotKept(_ headers: [(String, String)], _ body: [UInt8]) {
    let message = StoredMessage(headers: headers.map { .init($0, $1) }, body: body, boundaries: [2], text: "said", omittedBytes: 1)
    let exchange = Sample.exchange(1) { ($0.request, $0.attempts[0].response) = (message, message) }
    let kept = exchange.redacted(Redaction(secrets: [Self.key]))
    let left = StoredMessage(headers: message.headers, omittedBytes: body.count + 1)
    #expect(kept.request == left && kept.attempts[0].response == left)
    #expect(left.coding == headers.first?.1)
  }

  @Test func whatTheClientGotOfACompressedAnswerIsNotKeptEither() {
    let answer = StoredMessage(headers: [.init("content-encoding", "br")], body: [0x1B, 0xFF])
    func kept(_ body: [UInt8]) -> StoredMessage? {
      let exchange = Sample.exchange(1) { ($0.response, $0.attempts[0].response) = (StoredMessage(body: body), answer) }
      return exchange.redacted(Redaction()).response
    }
    #expect(kept([0x1B, 0xFF, 0]) == StoredMessage(omittedBytes: 3))
    #expect(kept(Array("{}".utf8)) == StoredMessage(body: Array("{}".utf8)))
  }

  @Test(arguments: [
    ([("content-encoding", "identity")], [0xFF, 0xFE, 0]), ([("content-encoding", "utf-8")], Array("{}".utf8)), ([], [0, 255, 10]), ([], [0x1F, 0x8B]),
    ([], Array("caf".utf8) + [0xE9]),
  ] as [([(String, String)], [UInt8])])
  func otherBytesAreKept(_ headers: [(String, String)], _ body: [UInt8]) {
    let message = StoredMessage(headers: headers.map { .init($0, $1) }, body: body)
    let exchange = Sample.exchange(1) { $0.attempts[0].response = message }
    #expect(exchange.redacted(Redaction(secrets: [Self.key])).attempts[0].response == message)
  }

  @Test(arguments: [
    ("messages", 1, "begins with $"), ("$.a[1:2]", 6, "expected ]"), ("$[-1]", 3, "not supported"), ("$[?@.a]", 3, "not supported"),
    ("$.", 3, "expected a name"), ("$['a]", 6, "no closing"), ("$a", 2, "expected . or ["), ("$[01]", 5, "from 0"),
  ])
  func aPathThatCannotBeReadSaysWhere(_ path: String, _ column: Int, _ message: String) throws {
    let error = try #require(throws: JSONPathError.self) { try JSONPath(path) }
    #expect(error.column == column, "\(error)")
    #expect(error.message.contains(message), "\(error)")
  }
}
