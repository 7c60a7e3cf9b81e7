// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one after the other. `ConsoleHeadHandler` lets no bodies through.
struct ConsoleConnection {
  typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

  let console: Console
  /// For what may be large while it is read, and for large answers while they are written; all connections together.
  let reading: ConnectionSlots
  let large: ConnectionSlots
  /// What is written at once. The next waits until the client has room, so that no more than this is copied for one who does not read.
  private static let step = 256 << 10
  private static let lingering = TimeAmount.seconds(2)

  func serve(_ connection: ConsoleConnections.Connection) async throws {
    try await connection.executeThenClose { inbound, outbound in
      var head: HTTPRequestHead?
      for try await part in inbound {
        switch part {
        case .head(let received): head = received
        case .body: break
        case .end:
          guard let request = head else { return }
          let problem = HeadRules.problem(
            withCodings: request.headers["transfer-encoding"], isVersion11: request.version.isAtLeast11)
          try await answer(request, problem, outbound)
          // With its last byte at the socket: what is still to be written when the channel is closed would be lost.
          try await connection.channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
          if !request.isKeepAlive { return try await linger(connection.channel) }
        }
      }
    }
  }

  /// Closes the output, and the rest when the client has closed too, or has had time to: where a body is still coming, a reset must
  /// not overtake the answer.
  private func linger(_ channel: any Channel) async throws {
    try await channel.close(mode: .output).get()
    let end = channel.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
    defer { end.cancel() }
    try await withTaskCancellationHandler { try await channel.closeFuture.get() } onCancel: { channel.close(promise: nil) }
  }

  private func answer(_ request: HTTPRequestHead, _ problem: GatewayError?, _ outbound: Outbound) async throws {
    if let problem {
      let status = HTTPResponseStatus(statusCode: problem.status)
      return try await write(.failure(status, problem.message), to: request, outbound)
    }
    let turn = ReadingTurn(reading)
    var response = await console.answer(
      ConsoleRequest(method: request.method.rawValue, target: request.uri, headers: request.headers), turn)
    let isLarge = response.isLarge
    let hasRoom = !isLarge || large.take()
    // Let go of before anything is written: the client may never read.
    if !hasRoom { response = .crowded }
    turn.end()
    defer { if isLarge, hasRoom { large.giveBack() } }
    try await write(response, to: request, outbound)
  }

  private func write(_ response: ConsoleResponse, to request: HTTPRequestHead, _ outbound: Outbound) async throws {
    var head = HTTPResponseHead(version: request.version, status: response.status, headers: response.headers)
    for (name, value) in ConsoleResponse.securityHeaders { head.headers.add(name: name, value: value) }
    if !request.isKeepAlive { head.headers.add(name: "Connection", value: "close") }
    switch response.body {
    case .bytes(let bytes):
      head.headers.add(name: "Content-Length", value: String(bytes.count))
      try await outbound.write(.head(head))
      if request.method == .HEAD { break }
      for start in stride(from: 0, to: bytes.count, by: Self.step) {
        let piece = ByteBuffer(bytes: bytes[start..<min(start + Self.step, bytes.count)])
        try await outbound.write(.body(.byteBuffer(piece)))
      }
    case .events(let events):
      try await outbound.write(.head(head))
      if request.method == .HEAD { break }
      // Each write waits until the client has room, and only then the store is asked for more: a slow client costs one page.
      try await events.run { try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: $0)))) }
    }
  }
}
