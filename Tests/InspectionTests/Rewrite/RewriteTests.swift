// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

@Suite struct RewriteTests {
  /// White space between values, as an event of several `data:` lines has it once its data is put together.
  static let lineEnds = ["\n", "\r", "\r\n", "\n\n\n"]

  @Test(arguments: lineEnds)
  func `A rewritten event stays one event, whatever line ends stand between its values`(_ end: String) {
    let data = #"{\#(end)"id":"a",\#(end)"choices":[\#(end){"index":0,"delta":{"content":"b\nc"},"finish_reason":"stop"}]\#(end)}"#
    var rewrite = EventRewrite()
    rewrite.finish = [0: "tool_calls"]
    let event = rewrite.apply(to: Array(data.utf8).span)
    let blanks = String(repeating: " ", count: end.utf8.count)
    let mended = data.replacing(end, with: blanks).replacing(#""stop""#, with: #""tool_calls""#)
    #expect(text(event) == "data: \(mended)\n\n")
  }

  @Test func `A chunk of our own in the name of a stream whose time is an object over several lines is one event`() throws {
    let stream = #"data: {"id":"a","created":{\ndata: "s":1\ndata: },"choices":[{"index":0,"delta":{"content":"b"}}]}\n\n"#
      .replacing(#"\n"#, with: "\n")
    var observer = ResponseObserver(format: .eventStream, request: RequestFacts())
    observer.feed(Array(stream.utf8).span)
    let head = try #require(observer.head)
    let event = OwnChunks(head: head).finish("stop", choice: 0)
    #expect(event.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(\.isEmpty) == [false, true, true])
    #expect((try? JSONValue(parsing: Array(event.dropFirst(6).dropLast(2)))) != nil)
  }

  @Test(arguments: [#""a""#, "null", "1", "[]", "[1]"])
  func `A choice whose message is no object is left as it is, beside one of the same index that is mended`(_ message: String) {
    let original = answer([call("f", #"{"n":"5"}"#)])
    let mended = answer([call("f", #"{"n":5}"#)])
    let function = #"{"id":"functions.f:0","type":"function","function":{"name":"f","arguments":"{\"n\":\"5\"}"}}"#
    let good = #"{"index":0,"message":{"tool_calls":[\#(function)]}}"#
    let body = #"{"choices":[{"index":0,"message":\#(message)},\#(good),\#(message)]}"#
    var rewrite = BodyRewrite(original: original, mended: mended)
    let result = text(rewrite.apply(to: Array(body.utf8).span))
    #expect(result == body.replacing(#"\"5\""#, with: "5"))
  }
}
