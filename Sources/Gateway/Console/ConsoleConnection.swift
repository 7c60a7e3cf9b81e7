// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one after the other. Bodies are read and forgotten: nobody has anything to send here.
struct ConsoleConnection {
  typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

  let console: Console

  func serve(_ connection: ConsoleServer.Connection) async throws {
    try await connection.executeThenClose { inbound, outbound in
      var head: HTTPRequestHead?
      for try await part in inbound {
        switch part {
        case .head(let received): head = received
        case .body: break
        case .end:
          guard let request = head else { return }
          let response = await console.answer(
            ConsoleRequest(method: request.method.rawValue, target: request.uri, headers: request.headers))
          try await write(response, to: request, outbound)
          if !request.isKeepAlive { return }
        }
      }
    }
  }

  private func write(_ response: ConsoleResponse, to request: HTTPRequestHead, _ outbound: Outbound) async throws {
    var head = HTTPResponseHead(version: request.version, status: response.status, headers: response.headers)
    for (name, value) in ConsoleResponse.securityHeaders { head.headers.add(name: name, value: value) }
    if !request.isKeepAlive { head.headers.add(name: "Connection", value: "close") }
    switch response.body {
    case .bytes(let bytes):
      head.headers.add(name: "Content-Length", value: String(bytes.count))
      try await outbound.write(.head(head))
      if request.method != .HEAD { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes)))) }
    case .events(let events):
      try await outbound.write(.head(head))
      if request.method == .HEAD { break }
      // Each write waits until the client has room, and only then the store is asked for more: a slow client costs one page.
      try await events.run { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: $0)))) }
    }
    try await outbound.write(.end(nil))
  }
}
