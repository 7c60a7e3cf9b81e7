// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore
import NIOEmbedded
import TLS
import Testing

/// The handler between a client of OpenSSL's and a recorder of what comes out of it, on a channel without a socket.
@Suite("TLS handler") struct HandlerTests {
  /// Keeps what comes, and counts reads and writability.
  final class Inner: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    var received: [UInt8] = []
    var buffers = 0
    var isInactive = false
    var writability: [Bool] = []
    /// Called with what came.
    var onRead: ((ChannelHandlerContext) -> Void)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += Self.unwrapInboundIn(data).readableBytesView
      buffers += 1
      onRead?(context)
    }

    func channelInactive(context: ChannelHandlerContext) { isInactive = true }
    func channelWritabilityChanged(context: ChannelHandlerContext) { writability.append(context.channel.isWritable) }
  }

  final class Setup {
    let channel = EmbeddedChannel()
    let inner = Inner()
    let client: ClientPeer
    var outcomes: [TLSHandler.Outcome] = []
    /// What the handler's timers are held against.
    var now = NIODeadline.uptimeNanoseconds(0)
    /// Buffers that went to the socket.
    var writes: [ByteBuffer] = []

    init(version: Int32 = TLS1_3_VERSION, minimum: TLSVersion = .tls12, turns: (any TLSTurns)? = nil) throws {
      client = ClientPeer(version: version)
      let handler = TLSHandler(
        try serverContext(minimumVersion: minimum), timeout: .seconds(30), plainAnswer: ByteBuffer(string: "plain!"), turns: turns,
        now: { [unowned self] in now }
      ) { [unowned self] outcome, _ in outcomes.append(outcome) }
      try channel.pipeline.syncOperations.addHandlers([handler, inner])
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    deinit { _ = try? channel.finish(acceptAlreadyClosed: true) }

    /// Carries bytes to and fro until both have nothing more to say. In pieces of `step` bytes.
    func exchange(step: Int = .max) throws {
      client.step()
      try exchangeAnswers(step: step)
    }

    func exchangeAnswers(step: Int = .max) throws {
      while true {
        var toServer = client.bytesOut
        while toServer.readableBytes > 0, channel.isActive {
          try channel.writeInbound(toServer.readSlice(length: min(step, toServer.readableBytes)))
        }
        collect()
        let before = pendingWrites
        guard before < writes.count else { return }
        for var bytes in writes[before...] {
          while bytes.readableBytes > 0 { client.take(bytes.readSlice(length: min(step, bytes.readableBytes))!) }
        }
        pendingWrites = writes.count
      }
    }

    private var pendingWrites = 0

    func collect() { while let bytes = try? channel.readOutbound(as: ByteBuffer.self) { writes.append(bytes) } }

    func connected() throws -> Self {
      try exchange()
      #expect(client.isConnected)
      writes = []
      pendingWrites = 0
      return self
    }
  }

  private static func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

  @Test("both versions, whole and one byte at a time: what goes in comes out", arguments: [TLS1_2_VERSION, TLS1_3_VERSION], [1, 7, .max])
  func roundTrip(version: Int32, step: Int) throws {
    let setup = try Setup(version: version)
    try setup.exchange(step: step)
    #expect(setup.outcomes == [.completed(version: version == TLS1_3_VERSION ? "1.3" : "1.2")])
    let request = Self.pattern(40_000)
    setup.client.write(request)
    try setup.exchange(step: step)
    #expect(setup.inner.received == request)
    let answer = Self.pattern(70_000)
    try setup.channel.writeAndFlush(ByteBuffer(bytes: answer)).wait()
    try setup.exchange(step: step)
    #expect(setup.client.received == answer)
  }

  @Test("random cuts in both directions")
  func randomCuts() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var state = seed
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    for _ in 0..<50 {
      let setup = try Setup(version: next() % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION)
      try setup.exchange(step: 1 + next() % 600)
      var sent: [UInt8] = []
      var answered: [UInt8] = []
      for _ in 0..<5 {
        let bytes = Self.pattern(1 + next() % 50_000)
        sent += bytes
        setup.client.write(bytes)
        let answer = Self.pattern(next() % 50_000)
        answered += answer
        setup.channel.write(ByteBuffer(bytes: answer), promise: nil)
        if next() % 2 == 0 { setup.channel.flush() }
        try setup.exchange(step: 1 + next() % 20_000)
      }
      setup.channel.flush()
      try setup.exchange()
      #expect(setup.inner.received == sent && setup.client.received == answered, "seed \(seed)")
    }
  }

  @Test("the request that comes with the end of the handshake is delivered")
  func early() throws {
    let setup = try Setup()
    setup.client.step()
    try setup.channel.writeInbound(setup.client.bytesOut)
    setup.collect()
    for bytes in setup.writes { setup.client.take(bytes) }
    #expect(setup.client.isConnected && setup.outcomes.isEmpty)
    setup.client.write(Array("GET".utf8))
    try setup.channel.writeInbound(setup.client.bytesOut)
    #expect(setup.outcomes == [.completed(version: "1.3")])
    #expect(setup.inner.received == Array("GET".utf8))
  }

  @Test("what is written between two flushes becomes one record, and one write")
  func coalesced() throws {
    let setup = try Setup().connected()
    var promises: [EventLoopFuture<Void>] = []
    for number in 0..<10 { promises.append(setup.channel.write(ByteBuffer(string: "part \(number) "))) }
    setup.collect()
    #expect(setup.writes.isEmpty)
    setup.channel.flush()
    setup.collect()
    #expect(setup.writes.count == 1)
    let bytes = try #require(setup.writes.first)
    // One record: its length field covers the rest (RFC 8446 section 5.1).
    #expect(bytes.getInteger(at: 3, as: UInt16.self).map(Int.init) == bytes.readableBytes - 5)
    for promise in promises { try promise.wait() }
    setup.client.take(bytes)
    #expect(setup.client.received == Array((0..<10).map { "part \($0) " }.joined().utf8))
  }

  @Test("who hears that an answer is written may write more at once, and end it", arguments: [false, true])
  func writtenWithin(ends: Bool) throws {
    let setup = try Setup().connected()
    let channel = setup.channel
    channel.writeAndFlush(ByteBuffer(string: "one")).assumeIsolated().whenSuccess {
      channel.writeAndFlush(ByteBuffer(string: ", two")).assumeIsolated().whenSuccess {
        channel.writeAndFlush(ByteBuffer(string: ", three"), promise: nil)
        if ends { channel.close(mode: .output, promise: nil) }
      }
    }
    setup.collect()
    for bytes in setup.writes { setup.client.take(bytes) }
    #expect(setup.client.received == Array("one, two, three".utf8))
    #expect(setup.client.isClosedByPeer == ends)
  }

  @Test("a great answer is encrypted as the channel takes it, and its promise ends with its last byte")
  func backPressure() throws {
    let setup = try Setup().connected()
    let answer = Self.pattern(2 << 20)
    setup.channel.isWritable = false
    setup.channel.pipeline.fireChannelWritabilityChanged()
    let written = setup.channel.writeAndFlush(ByteBuffer(bytes: answer))
    setup.collect()
    #expect(setup.writes.isEmpty, "nothing is encrypted while the channel takes nothing")
    #expect(setup.inner.writability == [false])
    // Each time that it takes some again, one step follows.
    let stopper = Stopper()
    try setup.channel.pipeline.syncOperations.addHandler(stopper, position: .first)
    var steps = 0
    while setup.client.received.count < answer.count {
      steps += 1
      setup.channel.isWritable = true
      setup.channel.pipeline.fireChannelWritabilityChanged()
      setup.writes = []
      setup.collect()
      let bytes = setup.writes.reduce(0) { $0 + $1.readableBytes }
      #expect(bytes > 0 && bytes < 600 << 10, "\(bytes) in one step")
      for bytes in setup.writes { setup.client.take(bytes) }
      try #require(steps < 20)
    }
    #expect(steps >= 4)
    #expect(setup.client.received == answer)
    try written.wait()
  }

  /// A channel that takes one write, and then none.
  private final class Stopper: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      (context.channel as? EmbeddedChannel)?.isWritable = false
      context.write(data, promise: promise)
    }
  }

  @Test("the client's close_notify ends the connection, and is answered")
  func closedByClient() throws {
    let setup = try Setup().connected()
    setup.client.write(Array("last".utf8))
    setup.client.close()
    try setup.exchange()
    #expect(setup.inner.received == Array("last".utf8))
    #expect(setup.inner.isInactive && !setup.channel.isActive)
    #expect(setup.client.isClosedByPeer)
  }

  @Test("a close, whole or of the output, is said to the client behind all that was written", arguments: [CloseMode.output, .all])
  func closes(_ mode: CloseMode) throws {
    let setup = try Setup().connected()
    setup.channel.writeAndFlush(ByteBuffer(string: "bye"), promise: nil)
    let closed = setup.channel.eventLoop.makePromise(of: Void.self)
    setup.inner.onRead = { $0.close(mode: mode, promise: closed) }
    setup.client.write([1])
    try setup.exchange()
    #expect(setup.client.received == Array("bye".utf8))
    #expect(setup.client.isClosedByPeer)
    #expect(throws: ChannelError.self) { try setup.channel.writeAndFlush(ByteBuffer(string: "more")).wait() }
  }

  /// Closes its output alone, which the embedded channel does not.
  private final class HalfClosing: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
      if case .output = mode { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
    }
  }

  @Test("behind a close of the output what still comes is thrown away, and it is told that something came")
  func lingers() throws {
    let setup = try Setup().connected()
    try setup.channel.pipeline.syncOperations.addHandler(HalfClosing(), position: .first)
    setup.inner.onRead = { context in
      setup.inner.onRead = nil
      context.close(mode: .output, promise: nil)
    }
    setup.client.write([1])
    try setup.exchange()
    #expect(setup.client.isClosedByPeer && setup.channel.isActive)
    for _ in 0..<3 { try setup.channel.writeInbound(ByteBuffer(string: "more")) }
    #expect(setup.inner.received == [1] && setup.inner.buffers == 4 && setup.channel.isActive)
  }

  @Test("plain HTTP gets its answer, whatever the method", arguments: ["GET / HTTP/1.1\r\n", "DELETE /", "O"])
  func plain(_ text: String) throws {
    let setup = try Setup()
    try setup.channel.writeInbound(ByteBuffer(string: text))
    try setup.channel.writeInbound(ByteBuffer(string: "more of it"))
    setup.collect()
    #expect(setup.writes.map { String(buffer: $0) } == ["plain!"])
    #expect(setup.inner.received.isEmpty)
    guard case .failed(let failure) = setup.outcomes.first else { return #expect(Bool(false)) }
    #expect(failure.reason == .plainHTTP && setup.outcomes.count == 1)
    // It has two seconds to read that.
    setup.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
    #expect(setup.inner.isInactive)
  }

  @Test("a message that says it is too long is read no further, whatever its pieces", arguments: [1, 7, .max])
  func longMessages(step: Int) throws {
    // A ClientHello of 131,000 bytes, its header in two records.
    let hello: [UInt8] = [22, 3, 1, 0, 2, 1, 1, 22, 3, 1, 0, 8, 0xFF, 0xB8, 3, 3, 0, 0, 0, 0]
    let setup = try Setup()
    for start in stride(from: 0, to: hello.count, by: min(step, hello.count)) where setup.inner.isInactive == false {
      try setup.channel.writeInbound(ByteBuffer(bytes: hello[start...].prefix(step)))
    }
    guard case .failed(let failure) = setup.outcomes.first else { return #expect(Bool(false)) }
    #expect(failure.reason == .protocolError && failure.detail.contains("too long") && setup.outcomes.count == 1)
  }

  @Test("a handshake that takes too long ends, also when bytes keep coming")
  func tooSlow() throws {
    let setup = try Setup()
    setup.client.step()
    var hello = setup.client.bytesOut
    for _ in 0..<29 {
      try setup.channel.writeInbound(hello.readSlice(length: 1))
      setup.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
      #expect(setup.channel.isActive)
    }
    setup.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(setup.inner.isInactive)
    guard case .failed(let failure) = setup.outcomes.first else { return #expect(Bool(false)) }
    #expect(failure.reason == .timeout && setup.outcomes.count == 1)
  }

  @Test("a handshake during which the process stood still has its time anew, once", arguments: [false, true])
  func standstill(goesOn: Bool) throws {
    let setup = try Setup()
    setup.client.step()
    var hello = setup.client.bytesOut
    try setup.channel.writeInbound(hello.readSlice(length: 9))
    setup.now = .uptimeNanoseconds(45_000_000_000)
    setup.channel.embeddedEventLoop.advanceTime(by: .seconds(30))
    #expect(setup.channel.isActive && setup.outcomes.isEmpty)
    if goesOn {
      try setup.channel.writeInbound(hello)
      try setup.exchangeAnswers()
      #expect(setup.outcomes == [.completed(version: "1.3")])
      return
    }
    setup.now = .uptimeNanoseconds(100_000_000_000)
    setup.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
    #expect(setup.channel.isActive)
    setup.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
    #expect(setup.inner.isInactive)
    guard case .failed(let failure) = setup.outcomes.first else { return #expect(Bool(false)) }
    #expect(failure.reason == .timeout && setup.outcomes.count == 1)
  }

  @Test("once open, a connection has no time limit of the handler's")
  func noLimitLater() throws {
    let setup = try Setup().connected()
    setup.channel.embeddedEventLoop.advanceTime(by: .hours(1))
    #expect(setup.channel.isActive)
  }

  @Test("a version that is too old gets an alert")
  func version() throws {
    let setup = try Setup(version: TLS1_2_VERSION, minimum: .tls13)
    try setup.exchange()
    guard case .failed(let failure) = setup.outcomes.first else { return #expect(Bool(false)) }
    #expect(failure.reason == .version && setup.client.hasFailed)
  }

  @Test("a record that was changed on the way ends the connection, and none of it is delivered")
  func changed() throws {
    let setup = try Setup().connected()
    setup.client.write(Array("GET / HTTP/1.1".utf8))
    var bytes = setup.client.bytesOut
    let last = bytes.writerIndex - 1
    bytes.setInteger((bytes.getInteger(at: last, as: UInt8.self) ?? 0) ^ 1, at: last)
    try setup.channel.writeInbound(bytes)
    #expect(setup.inner.received.isEmpty && setup.inner.isInactive)
    setup.collect()
    for bytes in setup.writes { setup.client.take(bytes) }
    #expect(setup.client.hasFailed)
  }

  @Test("a client that asks for new keys again and again and reads nothing is closed, not answered without end")
  func keyUpdates() throws {
    let setup = try Setup().connected()
    setup.channel.isWritable = false
    for _ in 0..<100 where setup.channel.isActive {
      setup.client.updateKeys()
      try setup.channel.writeInbound(setup.client.bytesOut)
    }
    setup.collect()
    #expect(setup.writes.reduce(0) { $0 + $1.readableBytes } < 1000)
    #expect(!setup.channel.isActive)
  }

  @Test("renegotiation is refused, and the connection goes on")
  func renegotiation() throws {
    let setup = try Setup(version: TLS1_2_VERSION).connected()
    setup.client.renegotiate()
    try setup.channel.writeInbound(setup.client.bytesOut)
    setup.collect()
    // The alert no_renegotiation, encrypted: one record.
    #expect(setup.writes.count == 1)
    #expect(setup.writes.first?.getInteger(at: 0, as: UInt8.self) == 21)
    #expect(setup.inner.received.isEmpty)
  }
}
