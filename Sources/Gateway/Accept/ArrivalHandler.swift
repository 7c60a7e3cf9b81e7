// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import TLS

/// Tells the connection that bytes arrived, before they are parsed: the time limit of a request's head counts from its first byte.
///
/// And has them parsed in turns, by the time that they take: in one read there may be ten thousand chunks of a byte, or thousands of
/// requests that are answered at once. What waits is kept here, and nothing more is read meanwhile.
final class ArrivalHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  /// So long one goes on before others have their turn, in nanoseconds.
  private static let slice: UInt64 = 1_000_000
  /// Of what is slow: some hundred chunks.
  private static let small = 2 << 10

  private let connection: ConnectionHandler
  /// What is to be parsed.
  private var pending = ByteBuffer()
  /// How much of it is parsed before the clock is looked at.
  private var step = ArrivalHandler.small
  /// Of what is parsed nothing has been told for so many bytes.
  private var untold = 0

  init(connection: ConnectionHandler) {
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.bytesArrived()
    guard isHeard else { return }
    var bytes = Self.unwrapInboundIn(data)
    if pending.readableBytes > 0 { pending.writeBuffer(&bytes) } else { pending = bytes }
    // It came in the same look, or before the client's end, up to which NIO reads.
    if connection.clock.isHeld { return }
    while pending.readableBytes > 0, connection.lane.turns.isFree {
      connection.lane.turns.run { parse(context) }
    }
    if pending.readableBytes > 0 { waitForTurn(context) } else { pending = ByteBuffer() }
  }

  /// What waits for its turn can have none any more. Its beginning is parsed all the same: a client that sent a request and left has a record.
  func channelInactive(context: ChannelHandlerContext) {
    if pending.readableBytes > 0, isHeard {
      connection.leave()
      pending = pending.getSlice(at: pending.readerIndex, length: min(pending.readableBytes, UploadPieces.step)) ?? pending
      parse(context)
    }
    pending = ByteBuffer()
    context.fireChannelInactive()
  }

  /// What arrives has turns beside those of what takes long, or a short request would stand behind all large ones of its address.
  private var holder: UInt64 { ~connection.holder }

  private func waitForTurn(_ context: ChannelHandlerContext) {
    connection.clock.hold(.unparsed, at: connection.lane.now)
    connection.lane.turns.wait(for: holder) { [self] in
      guard pending.readableBytes > 0 else { return }
      connection.bytesArrived()
      parse(context)
      context.fireChannelReadComplete()
      if pending.readableBytes > 0 { return waitForTurn(context) }
      pending = ByteBuffer()
      connection.clock.letGo(.unparsed, at: connection.lane.now)
      connection.resumeReading()
    }
  }

  /// As much as there is time for.
  private func parse(_ context: ChannelHandlerContext) {
    let end = connection.lane.now + Self.slice
    var isLate = false
    while !isLate, let piece = pending.readSlice(length: min(step, pending.readableBytes)), piece.readableBytes > 0 {
      let told = connection.partsTold
      context.fireChannelRead(Self.wrapInboundOut(piece))
      untold = connection.partsTold == told ? untold + piece.readableBytes : 0
      let isTooMuch = untold > connection.lane.limits.untold
      if isTooMuch { context.fireErrorCaught(HTTPParserError.headerOverflow) }
      if isTooMuch || !isHeard { pending = ByteBuffer() }
      isLate = connection.lane.now >= end
      step = isLate ? Self.small : UploadPieces.step
    }
  }

  /// Otherwise what comes is thrown away: the last answer is written.
  private var isHeard: Bool {
    switch connection.clock.phase {
    case .asking, .idle, .readingHead, .readingBody, .answering, .closed: true
    case .closing, .lingering: false
    }
  }
}

/// Records are opened before they come here.
extension ArrivalHandler: TLSTurns {
  var isFree: Bool { connection.lane.turns.isFree }
  func run(_ work: () -> Void) { connection.lane.turns.run(work) }

  func wait(_ work: @escaping () -> Void) {
    connection.clock.hold(.unopened, at: connection.lane.now)
    connection.lane.turns.wait(for: holder) { [self] in
      connection.clock.letGo(.unopened, at: connection.lane.now)
      work()
      connection.resumeReading()
    }
  }
}
