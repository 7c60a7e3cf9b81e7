// SPDX-License-Identifier: Apache-2.0
@testable import Gateway
import NIOCore
import NIOEmbedded
import NIOHTTP1
@testable import Upstream

// The lines of a vendor's head, as libcurl hands them over: what reaches the client is one head, with the vendor's status, as
// another's HTTP parser reads it; nothing in it speaks for Belay or of another end.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  var parser = HeadParser(limit: 4096)
  var start = 0
  while start < bytes.count {
    let end = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    if case .complete(let head) = parser.feed(bytes.span.extracting(start..<end)) { check(head) }
    start = end
  }
  return 0
}

private func check(_ head: UpstreamHead) {
  for (keepsLength, keepsType) in [(true, true), (false, false)] {
    let fields = ForwardedHeaders.toClient(head.headers, keepsLength: keepsLength, keepsType: keepsType)
    var writer = AnswerWriter()
    writer.expectAnswer(to: HTTPRequestHead(version: .http1_1, method: .GET, uri: "/"))
    writer.write(Exchange.AnswerHead(status: head.status, fields: fields, exchangeID: "id"), keepsAlive: true)
    guard let written = writer.take() else { fatalError("a head is written") }
    let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    // The decoder reads answers to what was asked.
    _ = try? channel.writeOutbound(HTTPClientRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")))
    do { try channel.writeInbound(written) } catch {
      // A length that is no number is refused before it comes here: `HeadParser`.
      fatalError("another parser reads it: \(error) \(String(buffer: written))")
    }
    guard case .head(let read)? = try? channel.readInbound(as: HTTPClientResponsePart.self) else { fatalError("one head") }
    demand(Int(read.status.code) == head.status, "the vendor's status")
    demand(read.headers["x-belay-exchange-id"] == ["id"], "Belay speaks for itself")
    demand(read.headers.filter { $0.name.lowercased().hasPrefix("x-belay-") }.count == 1, "and nobody else does")
    let hasBody = head.status != 204 && head.status != 304
    demand(!hasBody || read.headers["content-length"].count + read.headers["transfer-encoding"].count == 1, "one end")
    demand(fields.lines.count { $0 == 0x0A } == fields.lines.count { $0 == 0x0D }, "lines end in one way")
  }
}
