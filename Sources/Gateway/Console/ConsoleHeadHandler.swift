// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Sees the bytes of requests, before they are parsed.
final class ConsoleByteHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// Of a read, thousands of chunks may stand behind the last head: no more of them than this holds are parsed.
  private static let step = 2 << 10
  /// Of a head: blanks before a value the parser keeps without end, and counts none of them.
  private static let mostUntold = 128 << 10

  private let connections: ConsoleConnections
  private let number: Int
  /// The last head has come: what is behind it is thrown away.
  fileprivate var isOver = false
  /// So many bytes were parsed of which nothing is told yet.
  fileprivate var untold = 0

  init(_ connections: ConsoleConnections, _ number: Int) { (self.connections, self.number) = (connections, number) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    connections.begin(number)
    var bytes = Self.unwrapInboundIn(data)
    while !isOver, let piece = bytes.readSlice(length: min(Self.step, bytes.readableBytes)), piece.readableBytes > 0 {
      untold += piece.readableBytes
      context.fireChannelRead(Self.wrapInboundOut(piece))
      if untold > Self.mostUntold { context.fireErrorCaught(HTTPParserError.headerOverflow) }
    }
  }
}

/// Sees requests as they are parsed. Nobody has anything to send here: one that has a body is answered as if it had none, and is the
/// connection's last. Parsed, bodies in chunks of a byte would hold the event loop, which the proxy's connections share.
final class ConsoleHeadHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  private let bytes: ConsoleByteHandler

  init(_ bytes: ConsoleByteHandler) { self.bytes = bytes }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !bytes.isOver else { return }
    bytes.untold = 0
    guard case .head(var head) = Self.unwrapInboundIn(data), !Self.mayBeFollowed(head) else { return context.fireChannelRead(data) }
    bytes.isOver = true
    head.headers.replaceOrAdd(name: "Connection", value: "close")
    context.fireChannelRead(Self.wrapInboundOut(.head(head)))
    context.fireChannelRead(Self.wrapInboundOut(.end(nil)))
  }

  /// The parser's is its last word.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard !bytes.isOver else { return }
    bytes.isOver = true
    context.fireErrorCaught(error)
  }

  /// Behind an upgrade, and CONNECT, the parser understands nothing more, and keeps what comes.
  private static func mayBeFollowed(_ head: HTTPRequestHead) -> Bool {
    head.isKeepAlive && (head.method == .GET || head.method == .HEAD) && !head.headers.contains(name: "upgrade")
      && !head.headers.contains(name: "transfer-encoding") && head.headers["content-length"].allSatisfy { Int($0) == 0 }
  }
}
