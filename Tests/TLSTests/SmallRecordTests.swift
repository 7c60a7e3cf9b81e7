// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import TLS
import Testing

/// To open a record costs time, however little is in it, and others are to have their turn.
extension HandlerTests {
  private final class Turns: TLSTurns {
    var isFree = false
    var runs = 0
    var waiting: [() -> Void] = []

    func run(_ work: () -> Void) {
      runs += 1
      work()
    }

    func wait(_ work: @escaping () -> Void) { waiting.append(work) }
  }

  /// Counts what the socket is asked for.
  private final class Reads: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var count = 0
    func read(context: ChannelHandlerContext) { count += 1 }
  }

  private static let small = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }

  @Test("of a thousand records of a byte some are opened at once, the others in turns, and nothing is read meanwhile", arguments: [true, false])
  func inTurns(isGone: Bool) throws {
    let turns = Turns()
    let setup = try Setup(turns: turns).connected()
    let reads = Reads()
    try setup.channel.pipeline.syncOperations.addHandler(reads, position: .first)
    for byte in Self.small { setup.client.write([byte]) }
    try setup.channel.writeInbound(setup.client.bytesOut)
    let first = setup.inner.received.count
    #expect(first > 0 && first < 100 && turns.waiting.count == 1)
    // As it does before the client's end, with nobody asking.
    setup.client.write([7])
    try setup.channel.writeInbound(setup.client.bytesOut)
    setup.channel.read()
    #expect(setup.inner.received.count == first && turns.waiting.count == 1 && reads.count == 0)
    if isGone { setup.channel.close(promise: nil) }
    var count = 0
    while let work = turns.waiting.popLast() {
      work()
      count += 1
      #expect(turns.waiting.count <= 1)
    }
    if isGone { return #expect(setup.inner.received.count == first && count == 1) }
    #expect(setup.inner.received == Self.small + [7] && count > 9 && reads.count == 1 && turns.runs == 0)
    setup.channel.read()
    #expect(reads.count == 2)
  }

  @Test("where there is time they are opened at once, and ordinary ones ask for none", arguments: [(1000, 1, true), (60, 1000, false)])
  func atOnce(count: Int, size: Int, counts: Bool) throws {
    let turns = Turns()
    turns.isFree = true
    let setup = try Setup(turns: turns).connected()
    for _ in 0..<count { setup.client.write([UInt8](repeating: 1, count: size)) }
    try setup.channel.writeInbound(setup.client.bytesOut)
    #expect(setup.inner.received.count == count * size && setup.inner.buffers == 1)
    #expect(turns.waiting.isEmpty && (turns.runs > 0) == counts)
  }

  @Test("a close behind them ends the connection once all are delivered, also where nobody gives turns", arguments: [false, true])
  func closedBehind(hasTurns: Bool) throws {
    let turns = Turns()
    let setup = try Setup(turns: hasTurns ? turns : nil).connected()
    for byte in Self.small { setup.client.write([byte]) }
    setup.client.close()
    try setup.channel.writeInbound(setup.client.bytesOut)
    #expect(setup.inner.received.count < 100 && setup.channel.isActive)
    while let work = turns.waiting.popLast() { work() }
    setup.channel.embeddedEventLoop.advanceTime(by: .milliseconds(10))
    #expect(setup.inner.received == Self.small && !setup.channel.isActive)
  }
}
