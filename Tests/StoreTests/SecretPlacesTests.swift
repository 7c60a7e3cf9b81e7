// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import JSON
import Store
import Testing

/// A key in every place that a client or a vendor has for one.
@Suite struct SecretPlacesTests {
  private static let key = "sk-planted-0123456789abcdef"

  @Test(arguments: ["known", "own", "header"])
  func aKeyIsInNoFieldOfARecord(_ from: String) async throws {
    let key = Self.key
    let call = ToolCall(name: key, arguments: #"{"k":"\#(key)"}"#)
    let exchange = Sample.exchange(1) {
      ($0.method, $0.path, $0.model, $0.error) = (key, "/v1/\(key)/chat", "kimi-\(key)", "e \(key)")
      ($0.firstFinishReason, $0.finishReason) = (key, key)
      ($0.attempts[0].model, $0.attempts[0].error, $0.attempts[0].finishReason) = (key, key, key)
      $0.attempts[0].response = StoredMessage(headers: [.init("x-\(key)", "1"), .init("x-echo", key)], body: Array(key.utf8), text: key)
      $0.findings = [StoredFinding(code: "a", severity: .error, path: "/\(key)", message: key)]
      $0.edits = [StoredEdit(pointer: "/\(key)", before: key, after: key, rule: "r")]
      $0.repairs = [StoredRepair(rule: "r", call: 0, path: "arguments/\(key)", before: key, after: key)]
      $0.calls = [StoredCall(name: key, id: "functions.\(key):0", arguments: key, violations: "[\"\(key)\"]")]
      if from == "own" { $0.secrets = [key] }
      if from == "header" { $0.request = StoredMessage(headers: [.init("X-Litellm-Key", key)]) }
    }
    let comparison = ComparisonTests.comparison(1) {
      $0.exchange = exchange.id
      ($0.model, $0.secrets) = (key, [key])
      $0.answer = Side(judged: .other(key), calls: [call])
      $0.other = Side(judged: .toolCalls, calls: [call])
    }
    try await withStore([exchange], { $0.redaction.secrets = from == "known" ? [key] : [] }) { reader, writer, folder in
      writer.offer(comparisons: [comparison])
      await writer.flush()
      guard case .found(let kept) = try await reader.exchange(id: exchange.id) else { return #expect(Bool(false)) }
      #expect("\(kept)".contains("planted") == false)
      #expect(kept.calls.map(\.id) == ["functions.[redacted]:0"] && kept.findings.map(\.path) == ["/[redacted]"])
      #expect(kept.attempts[0].response?.headers.map(\.name) == ["x-[redacted]", "x-echo"] && kept.secrets.isEmpty)
      let rows = try await reader.comparisons().comparisons
      #expect(rows.map(\.answer.finish) == [.other("[redacted]")])
      #expect(rows.map(\.json.description).joined().contains("planted") == false)
      for suffix in ["", "-wal"] {
        let raw = try Data(contentsOf: URL(fileURLWithPath: folder.store + suffix))
        #expect(raw.range(of: Data("planted".utf8)) == nil)
      }
    }
  }

  @Test func whatACutLeavesOfAKeyIsInNoFieldOfARecord() {
    let (cut, whole) = (String(Self.key.dropLast(3)), "[redacted]")
    let exchange = Sample.exchange(1) {
      ($0.path, $0.model, $0.error, $0.firstFinishReason, $0.finishReason) = ("/v1/\(cut)", "kimi-\(cut)", cut, cut, cut)
      ($0.attempts[0].model, $0.attempts[0].error, $0.attempts[0].finishReason) = (cut, cut, cut)
      $0.findings = [StoredFinding(code: "a", severity: .error, path: "/\(cut)", message: "got string \"\(cut)…, want integer; no tool '\(cut)…'")]
      $0.edits = [StoredEdit(pointer: "/\(cut)", before: cut, after: cut, rule: "r")]
      $0.repairs = [StoredRepair(rule: "r", call: 0, path: "arguments/\(cut)", before: cut, after: cut)]
      $0.calls = [StoredCall(name: cut, id: "functions.\(cut)", arguments: "{\"a\":\"\(cut)", violations: "[{\"message\":\"got string \\\"\(cut)…, want\"}]")]
      $0.comparisons = [ComparisonTests.comparison(1) { ($0.model, $0.answer) = (cut, Side(judged: .other(cut), calls: [ToolCall(name: cut, arguments: cut)])) }]
    }
    let kept = exchange.redacted(Redaction(secrets: [Self.key]))
    #expect(!"\(kept)".contains("planted"))
    #expect(kept.findings.map(\.message) == ["got string \"\(whole)…, want integer; no tool '\(whole)…'"] && kept.model == "kimi-\(whole)")
    #expect(kept.calls.map(\.violations) == ["[{\"message\":\"got string \\\"\(whole)…, want\"}]"])
    let comparison = kept.comparisons.map { "\($0.model) \($0.json)" }.joined()
    #expect(!comparison.contains("planted"))
  }

  @Test func aJobOfTheShadowWithAKeyInANameIsNotKept() async throws {
    let call = ToolCall(name: Self.key, arguments: "{}")
    let jobs = [
      ShadowStateTests.job(1) { ($0.answer, $0.secrets) = (Side(judged: .toolCalls, calls: [call]), [Self.key]) },
      ShadowStateTests.job(2) { ($0.answer, $0.secrets) = (Side(.other(Self.key)), [Self.key]) },
      ShadowStateTests.job(3) { ($0.model, $0.secrets) = (Self.key, [Self.key]) },
    ]
    try await withStore([]) { _, writer, folder in
      writer.offer(notes: jobs.map { .keep($0) })
      await writer.flush()
      let raw = try Data(contentsOf: URL(fileURLWithPath: folder.store + "-wal"))
      #expect(raw.range(of: Data(Self.key.utf8)) == nil)
    }
  }

  // MARK: Streams

  private static func stream(_ deltas: [String], _ end: String = "\n\n") -> [UInt8] {
    Array(deltas.map { "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":\($0)}]}\(end)" }.joined().utf8)
  }

  /// What a reader puts together.
  private static func said(_ body: [UInt8], _ take: (JSONValue) -> JSONValue?) -> String {
    let lines = String(decoding: body, as: UTF8.self).split { $0.isNewline }.filter { $0.hasPrefix("data: ") }
    return lines.compactMap { line in
      (try? JSONValue(parsing: Array(line.dropFirst(6).utf8))).flatMap { $0["choices"]?[0]?["delta"] }.flatMap(take)?.string
    }.joined()
  }

  private static func cleared(_ body: [UInt8]) throws -> [UInt8] {
    let exchange = Sample.exchange(1) {
      $0.attempts[0].response = StoredMessage(headers: [.init("content-type", "text/event-stream")], body: body)
    }
    return try #require(exchange.redacted(Redaction(secrets: [key])).attempts[0].response).body
  }

  @Test(arguments: ["content", "reasoning_content", "refusal"], [1, 2, 3, 5, 30])
  func aKeyInPiecesIsTakenOut(_ member: String, _ length: Int) throws {
    let text = Array("it is \(Self.key), yes: \(Self.key)")
    let pieces = stride(from: 0, to: text.count, by: length).map { String(text[$0..<min(text.count, $0 + length)]) }
    // Between them others, which must not come between.
    let deltas = pieces.flatMap { [#"{"\#(member)":"\#($0)"}"#, #"{"other":"x"}"#] }
    for end in ["\n\n", "\r\n\r\n", "\r\r"] {
      let kept = try Self.cleared(Self.stream(deltas, end))
      #expect(Self.said(kept) { $0[JSONString(member)] } == "it is [redacted], yes: [redacted]")
      #expect(Self.said(kept) { $0["other"] } == String(repeating: "x", count: pieces.count))
    }
  }

  /// Where an event breaks off, behind a piece that is half of the key, and may be taken for the whole.
  @Test(arguments: ["", "\\u00", "\\", "\"", "\"}}", "\"}}],\"us", "\"}}]} // more\n\n"])
  func ofAnEventThatBreaksOffNoPieceOfAKeyIsKept(_ end: String) throws {
    let begun = Self.stream([#"{"content":"sk-planted-012345"}"#])
    for rest in ["6", "6789ab", "6789abcdef"] {
      let event = #"data: {"choices":[{"index":0,"delta":{"content":"\#(rest)"#
      let kept = String(decoding: try Self.cleared(begun + event.utf8 + end.utf8), as: UTF8.self)
      #expect(!kept.contains(rest) && kept.contains(Redaction.mark), "\(kept)")
    }
  }

  @Test func whatTheProxyQuotesOfAKeyIsTakenOutOfItsRequest() {
    let exchange = Sample.exchange(1) {
      $0.secrets = [Self.key]
      $0.attempts[0].request = StoredMessage(body: Array(#"{"content":"no tool 'sk-planted-012345…'. Call one of these"}"#.utf8))
    }
    let kept = exchange.redacted(Redaction()).attempts[0].request?.body
    #expect(kept == Array(#"{"content":"no tool '[redacted]…'. Call one of these"}"#.utf8))
  }

  @Test(.timeLimit(.minutes(1))) func reasoningWithinReasoningIsWalkedOnce() throws {
    let nested = String(repeating: "{\"reasoning\":", count: 200) + "\"\(Self.key)\"" + String(repeating: "}", count: 200)
    #expect(!String(decoding: try Self.cleared(Self.stream([nested])), as: UTF8.self).contains(Self.key))
  }

  @Test func aKeyInPiecesOfArgumentsIsTakenOutOfEachCall() throws {
    let text = Array(#"{"k":"\#(Self.key)"}"#)
    let deltas = text.map { character in
      let piece = JSONValue(String(character)).description
      // Two calls at once, the second named by its index.
      return #"{"tool_calls":[{"index":0,"function":{"arguments":\#(piece)}},{"index":1,"function":{"arguments":\#(piece)}}]}"#
    }
    let kept = try Self.cleared(Self.stream(deltas))
    for call in 0...1 {
      #expect(Self.said(kept) { $0["tool_calls"]?[call]?["function"]?["arguments"] } == #"{"k":"[redacted]"}"#)
    }
  }

  @Test func aKeyInPiecesWithEscapesAndUnderTwoNamesIsTakenOut() throws {
    let start = #"{"reasoning":"\u0073\u006b-pla"}"#
    let rest = #"{"reasoning_content":"nted-0123456789abcd\u0065f"}"#
    let kept = try Self.cleared(Self.stream([start, rest]))
    // Each of the two has enough of the key by itself.
    #expect(Self.said(kept) { $0["reasoning"] ?? $0["reasoning_content"] }.replacing("[redacted]", with: "").isEmpty)
  }

  @Test(arguments: [1, 3, 30])
  func aKeyInPiecesUnderTwoNamesAtOnceIsTakenOut(_ length: Int) throws {
    let text = Array(Self.key)
    let pieces = stride(from: 0, to: text.count, by: length).map { String(text[$0..<min(text.count, $0 + length)]) }
    let kept = try Self.cleared(Self.stream(pieces.map { #"{"reasoning":"\#($0)","reasoning_content":"\#($0)"}"# }))
    for member in ["reasoning", "reasoning_content"] as [JSONString] { #expect(Self.said(kept) { $0[member] } == "[redacted]") }
  }

  @Test func anEventOfSeveralLinesGoesWholeWhereItHasAPiece() throws {
    let lines = #"data: {"choices":[{"index":0,"delta":{"# + "\n" + #"data: "content":"0123456789abcdef"}}]}"# + "\n\n"
    let kept = try Self.cleared(Self.stream([#"{"content":"sk-planted-"}"#]) + Array(lines.utf8))
    #expect(String(decoding: kept, as: UTF8.self) == String(decoding: Self.stream([#"{"content":"[redacted]"}"#]), as: UTF8.self) + "data: \"[redacted]\"\n\n")
  }

  // MARK: Twice in one answer

  private static func pieces(_ length: Int) -> [String] {
    let text = Array("it is \(key), yes")
    return stride(from: 0, to: text.count, by: length).map { String(text[$0..<min(text.count, $0 + length)]) }
  }

  @Test(arguments: ["logprobs", "prompt_logprobs", "token_ids", "prompt_token_ids", "output_token_logprobs"])
  func ofAnAnswerWithAKeyNoTokensAreKept(_ member: String) throws {
    let tokens = Self.pieces(3).map { #"{"token":"\#($0)","bytes":[115,107],"top_logprobs":[{"token":"\#($0)"}]}"# }.joined(separator: ",")
    let answer = #"{"choices":[{"message":{"content":"it is \#(Self.key), yes"},"\#(member)":{"content":[\#(tokens)]},"finish_reason":"stop"}]}"#
    let kept = #"{"choices":[{"message":{"content":"it is [redacted], yes"},"\#(member)":null,"finish_reason":"stop"}]}"#
    #expect(try Self.cleared(Array(answer.utf8)) == Array(kept.utf8))
    let innocent = Array(answer.replacing("\(Self.key), yes", with: "nothing").replacing(tokens, with: #"{"token":"it is nothing"}"#).utf8)
    #expect(try Self.cleared(innocent) == innocent)
    let deltas = Self.pieces(4).map { #"{"content":"\#($0)"},"\#(member)":{"content":[{"token":"\#($0.prefix(2))","bytes":[1]},{"token":"\#($0.dropFirst(2))"}]},"x":{}"# }
    let streamed = String(decoding: try Self.cleared(Self.stream(deltas)), as: UTF8.self)
    #expect(!streamed.contains("token\"") && !streamed.contains("bytes") && streamed.contains("\"\(member)\":null"))
    #expect(Self.said(Array(streamed.utf8)) { $0["content"] } == "it is [redacted], yes")
  }

  /// vLLM's, of the question.
  @Test func whereTheQuestionHadAKeyTheAnswersTokensGo() throws {
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(body: Array(#"{"content":"\#(Self.key)"}"#.utf8))
      $0.response = StoredMessage(body: Array(#"{"choices":[],"prompt_logprobs":[null,{"7":{"decoded_token":"sk-"}}],"n":1}"#.utf8))
      $0.attempts[0].response = StoredMessage(body: Array(#"{"prompt_token_ids":[1,2],"logprobs":null}"#.utf8))
    }
    let kept = exchange.redacted(Redaction(secrets: [Self.key]))
    #expect(kept.response?.body == Array(#"{"choices":[],"prompt_logprobs":null,"n":1}"#.utf8))
    #expect(kept.attempts[0].response?.body == Array(#"{"prompt_token_ids":null,"logprobs":null}"#.utf8))
  }

  @Test(arguments: [3, 8, 20])
  func aKeyOverThePartsOfAMessageIsTakenOut(_ length: Int) throws {
    func parts(_ pieces: [String]) -> String { pieces.map { #"{"type":"text","text":"\#($0)"}"# }.joined(separator: ",") }
    func said(_ body: [UInt8], _ member: JSONString) -> String {
      let lines = String(decoding: body, as: UTF8.self).split { $0.isNewline }.map { $0.hasPrefix("data: ") ? $0.dropFirst(6) : $0 }
      return lines.compactMap { try? JSONValue(parsing: Array($0.utf8))["choices"]?[0]?[member]?["content"] }.flatMap { content in
        (0..<40).compactMap { content[$0]?["text"]?.string }
      }.joined()
    }
    let pieces = Self.pieces(length)
    let whole = #"{"choices":[{"index":0,"message":{"content":[\#(parts(pieces))],"n":"\u00e9"}}]}"#
    let kept = try Self.cleared(Array(whole.utf8))
    #expect(said(kept, "message") == "it is [redacted], yes" && String(decoding: kept, as: UTF8.self).hasSuffix(#"],"n":"\u00e9"}}]}"#))
    // Two in an event.
    let deltas = stride(from: 0, to: pieces.count, by: 2).map { #"{"content":[\#(parts(Array(pieces[$0..<min(pieces.count, $0 + 2)])))]}"# }
    #expect(said(try Self.cleared(Self.stream(deltas)), "delta") == "it is [redacted], yes")
  }

  /// Tools that read by chunks, and an answer in parts that comes back with the next turn.
  @Test(arguments: [3, 8, 20], ["text", "thinking", "refusal"])
  func aKeyOverThePartsOfAQuestionIsTakenOut(_ length: Int, _ member: String) async throws {
    let parts = Self.pieces(length).map { #"{"type":"\#(member)","\#(member)":"\#($0)","index":3}"# }.joined(separator: ",")
    let body = Array(#"{"messages":[{"role":"user","content":"\u00e9"},{"role":"tool","content":[\#(parts)]}]}"#.utf8)
    let message = StoredMessage(body: body, boundaries: [13, 46])
    let exchange = Sample.exchange(1) {
      ($0.request, $0.attempts[0].request) = (message, message)
      $0.attempts[0].response = StoredMessage(body: Array(#"{"prompt_token_ids":[1,2]}"#.utf8))
    }
    let kept = exchange.redacted(Redaction(secrets: [Self.key]))
    for message in [kept.request, kept.attempts[0].request] {
      let document = try JSONValue(parsing: try #require(message).body)
      let content = try #require(document["messages"]?[1]?["content"]?.array)
      #expect(content.compactMap { $0[JSONString(member)]?.string }.joined() == "it is [redacted], yes")
      #expect(message?.boundaries == [13, 46] && message?.body.starts(with: body.prefix(46)) == true)
    }
    #expect(kept.attempts[0].response?.body == Array(#"{"prompt_token_ids":null}"#.utf8))
    // Nor is it kept for the reference, which would get it.
    #expect(SecretSearch([Self.key]).occurs(inBody: body) && !SecretSearch(["sk-another-0123456789"]).occurs(inBody: body))
    let job = ShadowStateTests.job(1) { $0.body = body }
    try await withStore([], { $0.redaction.secrets = [Self.key] }) { _, writer, folder in
      writer.offer(notes: [.keep(job)])
      await writer.flush()
      let raw = try Data(contentsOf: URL(fileURLWithPath: folder.store + "-wal"))
      #expect(raw.range(of: Data(job.exchange.utf8)) == nil)
    }
  }

  /// Chunks of a file, and whatever else an array has a piece of in each of its elements.
  @Test(arguments: [
    #"{"messages":[{"role":"user","content":"<"},{"role":"assistant","content":null},{"role":"tool","content":">"}]}"#,
    #"{"messages":[{"content":[{"text":"<"}]},{"content":[{"text":">"}]}]}"#, #"{"content":["<",">"]}"#,
    #"{"message":{"reasoning_details":[{"index":0,"type":"x","summary":"<"},{"index":1,"type":"x","summary":">"}]}}"#,
    #"{"content":[{"thinking":[{"text":"<"}]},{"type":"thinking","thinking":[{"text":">"}]}]}"#,
  ])
  func aKeyOverTheElementsOfAnArrayIsTakenOut(_ form: String) throws {
    let body = form.replacing("<", with: "it is \(Self.key.prefix(12))").replacing(">", with: "\(Self.key.dropFirst(12)), yes")
    let kept = try Self.cleared(Array(body.utf8))
    #expect(kept == Array(form.replacing("<", with: "it is [redacted]").replacing(">", with: ", yes").utf8))
  }

  @Test func textsThatNobodyJoinsStay() throws {
    let halves = [Self.key.prefix(12), Self.key.dropFirst(12)]
    for body in [
      #"{"messages":[{"content":"\#(halves[0])"},{"name":"\#(halves[1])"}]}"#,
      #"{"messages":[{"content":[{"text":"\#(halves[0])"},{"text":" "},{"text":"\#(halves[1])"}]}]}"#,
    ] {
      #expect(try Self.cleared(Array(body.utf8)) == Array(body.utf8))
    }
  }

  @Test func aMessageMayBeAStringHereAndPartsThere() throws {
    let pieces = Self.pieces(9)
    let deltas = pieces.enumerated().map { number, piece in
      number.isMultiple(of: 2) ? #"{"content":"\#(piece)"}"# : #"{"content":[{"index":7,"text":"\#(piece)"}]}"#
    }
    let kept = Self.said(try Self.cleared(Self.stream(deltas))) { $0["content"]?.string == nil ? $0["content"]?[0]?["text"] : $0["content"] }
    #expect(kept == "it is [redacted], yes")
  }

  /// As Perplexity streams: the piece, and all so far or the piece once more.
  @Test(arguments: [true, false])
  func aPieceMayComeWithAllSoFar(_ isAll: Bool) throws {
    let pieces = Self.pieces(5)
    let body = pieces.indices.map { number in
      let message = isAll ? pieces[...number].joined() : pieces[number]
      return #"data: {"choices":[{"index":0,"message":{"content":"\#(message)"},"delta":{"content":"\#(pieces[number])"}}]}"# + "\n\n"
    }.joined()
    let kept = try Self.cleared(Array(body.utf8))
    #expect(Self.said(kept) { $0["content"] } == "it is [redacted], yes")
    #expect(!String(decoding: kept, as: UTF8.self).contains(Self.key.prefix(16)))
  }

  /// Readers have the last: what stands before it is between no two pieces.
  @Test(arguments: [
    #"{"content":"zz","content":"@"}"#, #"{"content":{"text":"zz"},"content":"@"}"#, #"{"content":"zz","\u0063ontent":"@"}"#,
    #"{"content":"zz"},"delta":{"content":"@"}"#,
  ])
  func aMemberMayStandTwice(_ form: String) throws {
    let pieces = Self.pieces(9)
    let deltas = pieces.enumerated().map { number, piece in
      number.isMultiple(of: 2) ? #"{"content":"\#(piece)"}"# : form.replacing("@", with: piece)
    }
    let lines = String(decoding: try Self.cleared(Self.stream(deltas)), as: UTF8.self)
    #expect(!lines.contains("planted") && !lines.contains("2345") && lines.contains("it is [redacted]"), "\(lines)")
  }

  /// Each piece has a number of its own, or is alone in an array.
  @Test(arguments: [#"{"reasoning_details":[{"index":#,"text":"@"}]}"#, #"{"reasoning_details":[{"index":0,"summary":"@"}]}"#, #"{"content":["@"]}"#])
  func aPieceMayBeInAnArrayOfOne(_ form: String) throws {
    let deltas = Self.pieces(5).enumerated().map { form.replacing("@", with: $1).replacing("#", with: "\($0)") }
    let kept = Self.said(try Self.cleared(Self.stream(deltas))) { delta in
      delta["content"]?[0] ?? delta["reasoning_details"]?[0]?["text"] ?? delta["reasoning_details"]?[0]?["summary"]
    }
    #expect(kept == "it is [redacted], yes")
  }

  // MARK: Tokens

  private static let tokens = pieces(3).map { #"{"token":"\#($0)","bytes":[115],"top_logprobs":[{"token":"\#($0)"},{"token":"x"}]}"# }.joined(separator: ",")

  /// As of reasoning that a vendor leaves out.
  @Test func aKeyThatOnlyTheTokensHaveIsTakenOut() throws {
    let answer = #"{"choices":[{"message":{"content":"fine"},"logprobs":{"content":[\#(Self.tokens)]}}]}"#
    #expect(try Self.cleared(Array(answer.utf8)) == Array(#"{"choices":[{"message":{"content":"fine"},"logprobs":null}]}"#.utf8))
    let deltas = Self.pieces(3).map { #"{"content":""},"logprobs":{"content":[{"token":"\#($0)"}]},"x":{}"# }
    let streamed = String(decoding: try Self.cleared(Self.stream(deltas)), as: UTF8.self)
    #expect(!streamed.contains("token") && streamed.components(separatedBy: "\"logprobs\":null").count == deltas.count + 1)
  }

  /// What a path takes out, and what is not kept of a question or of the answer, the tokens may say once more.
  @Test(arguments: ["path", "stream and path", "coded question", "cut answer", "key and path"])
  func whereTheTextIsGoneTheTokensGo(_ why: String) throws {
    let text = why == "key and path" ? "it is \(Self.key), yes" : "it is nothing, yes"
    let spoken = #"[{"token":"it is"},{"token":" nothing"}]"#
    let answer = #"{"choices":[{"index":0,"message":{"content":"\#(text)"},"logprobs":{"content":\#(spoken)}}]}"#
    let body = why == "stream and path" ? "data: \(answer.replacing("message", with: "delta"))\n\n" : answer
    func exchange(_ why: String) -> StoredExchange {
      Sample.exchange(1) {
        $0.request = StoredMessage(headers: why == "coded question" ? [.init("content-encoding", "gzip")] : [], body: why == "coded question" ? [0x1F, 0x8B, 8, 0xFF] : Array("{}".utf8))
        $0.attempts[0].response = StoredMessage(body: Array(body.utf8), omittedBytes: why == "cut answer" ? 9 : 0)
      }
    }
    let paths = why.hasSuffix("path") ? try ["message", "delta"].map { try JSONPath("$.choices[*].\($0).content") } : []
    func kept(_ exchange: StoredExchange, _ paths: [JSONPath]) -> String {
      String(decoding: exchange.redacted(Redaction(paths: paths, secrets: [Self.key])).attempts[0].response?.body ?? [], as: UTF8.self)
    }
    let cleared = kept(exchange(why), paths)
    #expect(cleared.contains(#""logprobs":null"#) && !cleared.contains("token") && cleared.contains(text) != why.hasSuffix("path"))
    #expect(kept(exchange(""), []).contains(spoken) == (why != "key and path"))
  }

  /// Of a key over two parts a path takes one.
  @Test func aPathLeavesNoPieceOfAKey() throws {
    let parts = #"[{"text":"it is \#(Self.key.prefix(12))"},{"text":"\#(Self.key.dropFirst(12))"}]"#
    let exchange = Sample.exchange(1) { $0.request = Sample.body(#"{"messages":[{"content":\#(parts)}]}"#) }
    let kept = exchange.redacted(Redaction(paths: [try JSONPath("$.messages[*].content[0].text")], secrets: [Self.key])).request
    #expect(kept == Sample.body(#"{"messages":[{"content":[{"text":"[redacted]"},{"text":""}]}]}"#))
  }

  // MARK: What only some read

  private static let marked: [UInt8] = [0xEF, 0xBB, 0xBF]

  @Test func aByteOrderMarkHidesNothing() throws {
    let parts = Self.pieces(8).map { #"{"text":"\#($0)"}"# }.joined(separator: ",")
    let answer = #"{"choices":[{"message":{"content":[\#(parts)]},"logprobs":{"content":[{"token":"sk"},{"token":"-"}]}}]}"#
    let plain = try Self.cleared(Array(answer.utf8))
    #expect(try Self.cleared(Self.marked + answer.utf8) == Self.marked + plain)
    #expect(!String(decoding: plain, as: UTF8.self).contains("token") && SecretSearch([Self.key]).occurs(inBody: Self.marked + answer.utf8))
  }

  /// Latin-1, what no UTF-8 has, a surrogate, a sequence that is cut, one too long.
  @Test(arguments: [[0xE9], [0xFF, 0xFE], [0xED, 0xA0, 0x80], [0xE6, 0x96], [0xC0, 0x80], Array("é".utf8) + [0xC3]] as [[UInt8]])
  func whatIsNoUTF8HidesNoPiece(_ odd: [UInt8]) throws {
    let pieces = Self.pieces(5)
    let events = pieces.map { Array(#"data: {"x":""#.utf8) + odd + Array(#"","choices":[{"delta":{"content":"\#($0)"}}]}"#.utf8) + Array("\n\n".utf8) }
    func said(_ body: [UInt8], _ member: String) -> String {
      String(decoding: body, as: UTF8.self).split(separator: "\"\(member)\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }.joined()
    }
    let kept = try Self.cleared(events.flatMap { $0 })
    #expect(said(kept, "content") == "it is [redacted], yes")
    #expect(kept.split(separator: 0x0A).allSatisfy { $0.dropFirst(12).starts(with: odd) })
    let parts = Array(pieces.map { Array(#"{"text":"\#($0)","x":""#.utf8) + odd + Array(#""}"#.utf8) }.joined(separator: [0x2C]))
    let document = Array(#"{"choices":[{"message":{"content":["#.utf8) + parts + Array("]}}]}".utf8)
    #expect(said(try Self.cleared(document), "text") == "it is [redacted], yes")
  }

  /// An event's lines of data that are events of their own, with an end between them or none; lines that begin with blanks; documents
  /// one after the other, and events behind what looks like one.
  @Test(arguments: ["data: @\n", "data:@\r\n", " data: @\n\n", "\tdata: @\r\r", "@\n", "@", "\n @\r\n", "{ data: @\n\n", "data:\u{2028}\u{A0}@\n\n", "\u{B}\u{FEFF}@\n"])
  func howeverTheEventsStandTheyAreRead(_ form: String) throws {
    let pieces = Self.pieces(5)
    let isBehind = form.hasPrefix("{")
    let body = (isBehind ? "{\n\n" : "") + pieces.map {
      form.trimmingPrefix("{ ").replacing("@", with: #"{"choices":[{"index":0,"delta":{"content":"\#($0)"}}]}"#)
    }.joined()
    let kept = String(decoding: try Self.cleared(Array(body.utf8)), as: UTF8.self)
    #expect(kept.split(separator: "\"content\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }.joined() == "it is [redacted], yes")
  }

  @Test(arguments: [
    #""lp":NaN"#, #""lp":[-Infinity,Infinity]"#, "\"t\":\"a\tb\u{1}\"", "\"x\":" + String(repeating: "[", count: 600) + String(repeating: "]", count: 600),
    "\"x\":" + String(repeating: "{\"a\":", count: 2000) + "NaN" + String(repeating: "}", count: 2000),
  ])
  func anEventThatIsNoJSONForAllHidesNoPiece(_ odd: String) throws {
    let pieces = Self.pieces(5)
    for order in [(#"{"#, ",\(odd)"), ("{\(odd),", "")] {
      let body = Self.stream(pieces.map { order.0 + #""content":"\#($0)""# + order.1 + "}" })
      let kept = String(decoding: try Self.cleared(body), as: UTF8.self)
      let said = kept.split(separator: "\"content\":\"").dropFirst().map { $0.prefix { $0 != "\"" } }.joined()
      #expect(said == "it is [redacted], yes")
      #expect(kept.components(separatedBy: odd).count == pieces.count + 1)
    }
  }

  @Test func whatHasNoKeyStaysByteForByte() throws {
    for body in [Self.stream([#"{"content":"sk-planted-"}"#, #"{"content":"9"}"#]), Array("data: no JSON\n\ndata: [DONE]\n\n".utf8), Array("{}".utf8), []] {
      #expect(try Self.cleared(body) == body)
    }
  }
}
