// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import TLS
import Testing

/// Ends that are none of what was sent.
extension HandlerTests {
  @Test("a cut is no end that a client could take for that of what was sent", arguments: [false, true])
  func cut(isTakenBack: Bool) throws {
    let setup = try Setup().connected()
    setup.channel.writeAndFlush(ByteBuffer(string: "half"), promise: nil)
    setup.inner.onRead = { context in
      let handler = try? context.pipeline.syncOperations.handler(type: TLSHandler.self)
      handler?.endsInCut = true
      if isTakenBack { handler?.endsInCut = false }
      context.close(promise: nil)
    }
    setup.client.write([1])
    try setup.exchange()
    setup.channel.embeddedEventLoop.run()
    try setup.exchange()
    #expect(setup.client.received == Array("half".utf8))
    #expect(!setup.channel.isActive && setup.client.isClosedByPeer == isTakenBack && setup.client.hasFailed != isTakenBack)
  }

  /// Writes as NIO's channels do: what is flushed within a flush is written when that returns, and what is not written by then is lost with a close.
  private final class Socket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private var queue: ArraySlice<(NIOAny, EventLoopPromise<Void>?)> = []
    private var isFlushing = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { queue.append((data, promise)) }

    func flush(context: ChannelHandlerContext) {
      guard !isFlushing else { return }
      isFlushing = true
      while let (data, promise) = queue.popFirst() { context.writeAndFlush(data, promise: promise) }
      isFlushing = false
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
      for (_, promise) in queue { promise?.fail(ChannelError.ioOnClosedChannel) }
      queue = []
      context.close(mode: mode, promise: promise)
    }
  }

  @Test("nor is one that is made when the last write is over, whether it is closed then or once all of it is sent", arguments: [false, true])
  func cutBehindLastWrite(isSaidBefore: Bool) throws {
    let setup = try Setup().connected()
    try setup.channel.pipeline.syncOperations.addHandler(Socket(), position: .first)
    setup.inner.onRead = { context in
      (try? context.pipeline.syncOperations.handler(type: TLSHandler.self))?.endsInCut = true
      let written = context.eventLoop.makePromise(of: Void.self)
      written.futureResult.assumeIsolated().whenComplete { _ in
        if isSaidBefore { context.triggerUserOutboundEvent(TLSHandler.Cut(), promise: nil) } else { context.close(promise: nil) }
      }
      context.writeAndFlush(Inner.wrapOutboundOut(ByteBuffer(string: "half")), promise: written)
    }
    setup.client.write([1])
    try setup.exchange()
    #expect(setup.client.received == Array("half".utf8) && setup.client.hasFailed && !setup.client.isClosedByPeer)
    #expect(throws: ChannelError.self) { try setup.channel.writeAndFlush(ByteBuffer(string: "more")).wait() }
    #expect(setup.channel.isActive)
    if isSaidBefore { setup.channel.close(promise: nil) } else { setup.channel.embeddedEventLoop.run() }
    #expect(!setup.channel.isActive)
  }
}
