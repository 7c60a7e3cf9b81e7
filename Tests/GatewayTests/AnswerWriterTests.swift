// SPDX-License-Identifier: Apache-2.0
import Gateway
import NIOCore
import NIOHTTP1
import Testing

struct AnswerWriterTests {
  private struct Unexpected: Error {}

  /// A vendor's answer as the exchange puts it.
  private static func head() throws -> Exchange.AnswerHead {
    var (exchange, _) = try ExchangeTests.called()
    guard case .begin(let head) = exchange.vendorHead(ExchangeTests.head(200, []), at: 3) else { throw Unexpected() }
    return head
  }

  private static let request = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/v1/chat/completions")

  @Test("an answer that has begun does not become another: nothing is written of a refusal within it")
  func secondHead() throws {
    var writer = AnswerWriter()
    writer.expectAnswer(to: Self.request)
    writer.write(try Self.head(), keepsAlive: true)
    writer.write(ByteBuffer(string: "hello"))
    let begun = writer.take()
    let isWritten = writer.write(.overloaded, exchangeID: "id", keepsAlive: true)
    let rest = writer.take()
    #expect(!isWritten && begun.map { String(buffer: $0) }?.hasSuffix("5\r\nhello\r\n") == true && rest == nil)
  }

  @Test("before an answer, and behind one that is whole, there is room for a refusal")
  func refusals() throws {
    var writer = AnswerWriter()
    var written: [Bool] = []
    for _ in 0..<2 {
      writer.expectAnswer(to: Self.request)
      written.append(writer.write(.overloaded, exchangeID: "id", keepsAlive: true))
      writer.expectAnswer(to: Self.request)
      writer.write(try Self.head(), keepsAlive: true)
      writer.writeEnd()
      // What comes next is no request: nobody expects its answer.
      written.append(writer.write(.malformedRequest("?"), exchangeID: "id", keepsAlive: false))
    }
    let text = writer.take().map { String(buffer: $0) } ?? ""
    #expect(written == [true, true, true, true])
    #expect(text.matches(of: /HTTP\/1.1 (\d{3})/).map(\.1) == ["503", "200", "400", "503", "200", "400"])
  }
}
