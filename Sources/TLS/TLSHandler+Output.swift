// SPDX-License-Identifier: Apache-2.0
package import NIOCore

// To the client.
extension TLSHandler {
  /// An outbound event: the record that no key opens goes out behind what is written, and nothing behind it. For who closes once it is sent.
  package struct Cut {
    package init() {}
  }

  /// Encrypted at once at most, so that a great answer is not in memory twice.
  private static let step = 256 << 10
  /// Application data of 32 bytes.
  private static let unreadable: [UInt8] = [23, 3, 3, 0, 32] + [UInt8](repeating: 0, count: 32)

  package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard phase == .handshaking || phase == .open, !isOutputClosing else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    pending.append(Self.unwrapOutboundIn(data), promise)
  }

  package func flush(context: ChannelHandlerContext) {
    isFlushDue = true
    encryptPending(context)
  }

  package func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable, pending.count > 0 { encryptPending(context) }
    context.fireChannelWritabilityChanged()
  }

  /// Encrypts as much as the channel takes. The rest stays as it is until the channel is writable again, which those behind this
  /// handler see as back pressure.
  func encryptPending(_ context: ChannelHandlerContext) {
    // A flush can make the channel writable again while it is being called.
    guard phase == .open, isFlushDue, !isFlushing else { return }
    isFlushing = true
    defer { isFlushing = false }
    // Who hears that all is written may write more: that flush finds this one under way, and leaves it to it.
    while phase == .open, isFlushDue {
      while pending.count > Self.step, context.channel.isWritable {
        guard encrypt(pending.take(Self.step), nil, context), phase == .open else { return }
      }
      // What is left is small, or waits.
      guard pending.count <= Self.step else { return }
      isFlushDue = false
      let rest = pending.takeAll()
      guard encrypt(rest.bytes, rest.promise, context) else { return }
    }
    if phase == .open, isOutputClosing { closeOutput(context) }
  }

  private func encrypt(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) -> Bool {
    guard session?.write(bytes) == true, let output = session?.output() else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      context.close(promise: nil)
      return false
    }
    if output.readableBytes > 0 || promise != nil { context.write(Self.wrapOutboundOut(output), promise: promise) }
    context.flush()
    return true
  }

  package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    switch mode {
    case .input:
      context.close(mode: .input, promise: promise)
    case .output:
      guard phase == .open, !isOutputClosing else { return context.close(mode: .output, promise: promise) }
      isOutputClosing = true
      outputPromise = promise
      isFlushDue = true
      encryptPending(context)
    case .all:
      // What waits for a client that does not read is lost, as without TLS, and then the end must not look like a whole one.
      if phase == .open, endsInCut {
        cut(context)
        // Within a flush, as where a promise of a write says that it is over, NIO writes what is flushed only once that returns.
        return context.eventLoop.assumeIsolated().execute { context.close(mode: .all, promise: promise) }
      }
      if phase == .open, !isOutputClosing, pending.count == 0 { sayGoodbye(context) }
      // It did not fail: nobody waits for it any more.
      if phase == .handshaking { phase = .closing }
      context.close(mode: .all, promise: promise)
    }
  }

  package func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is Cut else { return context.triggerUserOutboundEvent(event, promise: promise) }
    if phase == .open { cut(context) }
    promise?.succeed()
  }

  private func cut(_ context: ChannelHandlerContext) {
    phase = .closing
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: Self.unreadable)), promise: nil)
  }

  private func closeOutput(_ context: ChannelHandlerContext) {
    let promise = outputPromise
    outputPromise = nil
    sayGoodbye(context)
    phase = .closing
    context.close(mode: .output, promise: promise)
  }

  private func sayGoodbye(_ context: ChannelHandlerContext) {
    session?.close()
    writeOutput(context)
  }
}
