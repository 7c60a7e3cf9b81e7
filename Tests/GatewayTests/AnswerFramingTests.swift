// SPDX-License-Identifier: Apache-2.0
import Gateway
import NIOCore
import NIOHTTP1
import Testing
import Upstream

/// Where an answer ends for the client, whatever the vendor sends.
@Suite struct AnswerFramingTests {
  private static func head(_ status: Int, _ fields: [(String, String)]) throws -> Exchange.AnswerHead {
    var (exchange, _) = try ExchangeTests.called()
    guard case .begin(let head) = exchange.vendorHead(ExchangeTests.head(status, fields), at: 3) else { throw ExchangeTests.Unexpected() }
    return head
  }

  private static func written(
    _ head: Exchange.AnswerHead, _ pieces: [String], method: HTTPMethod = .POST
  ) -> (text: String, mayKeepAlive: Bool) {
    var writer = AnswerWriter()
    writer.expectAnswer(to: HTTPRequestHead(version: .http1_1, method: method, uri: "/v1/chat/completions"))
    writer.write(head, keepsAlive: true)
    for piece in pieces { writer.write(ByteBuffer(string: piece)) }
    writer.writeEnd()
    return (writer.take().map { String(buffer: $0) } ?? "", writer.mayKeepAlive)
  }

  @Test(
    "of a body no more is written than its length, and a connection on which they differ is not kept",
    arguments: [
      (["hello"], "hello", true), (["he", "", "llo"], "hello", true), (["hello", "HTTP/1.1 200 OK\r\n\r\n"], "hello", false),
      (["helloHTTP/1.1 200 OK\r\n\r\n"], "hello", false), (["hel", "lowed", "more"], "hello", false), (["hell"], "hell", false),
      ([], "", false),
    ])
  func lengths(pieces: [String], body: String, isKept: Bool) throws {
    let answer = Self.written(try Self.head(200, [("Content-Length", "5")]), pieces)
    #expect(answer.text.hasSuffix("\r\n\r\n" + body))
    #expect(answer.mayKeepAlive == isKept)
  }

  @Test("the length of an answer to HEAD, or of a 304, is not that of a body", arguments: [(HTTPMethod.HEAD, 200), (.GET, 304)])
  func noBody(method: HTTPMethod, status: Int) throws {
    let answer = Self.written(try Self.head(status, [("Content-Length", "5")]), ["hello"], method: method)
    #expect(answer.text.contains("Content-Length: 5\r\n") && answer.text.hasSuffix("\r\n\r\n"))
    #expect(answer.mayKeepAlive)
  }

  @Test("a 204 says no length (RFC 9110 section 8.6), and keeps its other fields")
  func noContent() throws {
    let answer = Self.written(try Self.head(204, [("X-A", "1"), ("content-length", "5"), ("X-B", "2")]), ["hello"])
    #expect(!answer.text.lowercased().contains("content-length") && answer.text.contains("X-A: 1\r\nX-B: 2\r\n"))
    #expect(answer.mayKeepAlive)
  }

  @Test("a name with a blank or a control character before its colon tells no length", arguments: [" ", "\t", "\u{1}", "\u{B}", "\u{C}"])
  func noLength(blank: String) {
    let lines = Array("Content-Length\(blank): 5\r\nTransfer-Encoding\(blank): gzip\r\nX-Fine: 1\r\n".utf8)
    let fields = ForwardedHeaders.toClient(UpstreamHeaders(lines: lines))
    #expect(fields.lines == Array("X-Fine: 1\r\n".utf8) && fields.contentLength == nil)
  }

  @Test("what a vendor's site tells browsers goes no further")
  func site() {
    let names = ["NEL", "Report-To", "Reporting-Endpoints", "Accept-CH", "Set-Login", "Service-Worker-Allowed"]
    let lines = names.map { "\($0): a\r\n" }.joined() + "X-Fine: 1\r\n"
    #expect(ForwardedHeaders.toClient(UpstreamHeaders(lines: Array(lines.utf8))).lines == Array("X-Fine: 1\r\n".utf8))
  }

  @Test(
    "what stands before a target's path is neither recorded nor taken for a part of it",
    arguments: [
      ("http://user:secret@b/v1/a?k=secret", "/v1/a"), ("http://b?/v1/chat/completions", "/"), ("https://b", "/"),
      ("http://b/?x=/v1/a", "/"), ("/v1/a?u=http://b/c", "/v1/a"),
    ])
  func targets(target: String, path: String) throws {
    #expect(Exchange.RequestHead(method: "POST", target: target, headers: []).path == path)
    #expect(try !RouterTests.router.route(method: "POST", target: target, named: nil).isInspected)
  }

  @Test("a byte order mark at a stream's beginning does not hide the first event behind a comment", arguments: [1, 2, 1_000_000])
  func mark(step: Int) throws {
    var run = try Run(EnforcementTests.request(stream: true))
    let stream = EnforcementTests.Script().call("read", EnforcementTests.good).finish().bytes
    run.head()
    run.body("\u{FEFF}" + stream.prefix(stream.count / 3), step: step)
    run.pass(seconds: 11)
    run.body(String(stream.dropFirst(stream.count / 3)), step: step)
    run.end()
    #expect(!run.client.unicodeScalars.contains("\u{FEFF}"))
    #expect(run.client.hasPrefix(": belay is checking a tool call\ndata: {") && run.client.hasSuffix("data: [DONE]\n\n"))
  }
}
