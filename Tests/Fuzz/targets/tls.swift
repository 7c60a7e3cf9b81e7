// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore
import NIOEmbedded
import TLS

// A byte for the version and the cuts, then what happens between OpenSSL's client and the handler, two bytes each: the client writes,
// closes, changes its keys, sends rubbish or damaged records; the server writes, closes, may not write for a while; time passes. What
// comes out is what went in, as far as it came; nothing that was written is left without its outcome; a handshake ends in time.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let talk = Talk(choice: input.first ?? 0)
  var place = 1
  while place + 1 < input.count, talk.steps < 64 {
    let count = Int(input[place + 1])
    place += 2
    if input[place - 2] % 16 == 0 {
      talk.send(ByteBuffer(bytes: input[place..<min(input.count, place + count)]))
      place += count
    } else {
      talk.act(input[place - 2] % 16, count)
    }
  }
  talk.end()
  return 0
}

final class Talk {
  private final class Inner: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var received: [UInt8] = []
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { received += Self.unwrapInboundIn(data).readableBytesView }
  }

  private static let context = try! serverContext()

  private(set) var steps = 0
  private let channel = EmbeddedChannel()
  private let inner = Inner()
  private let client: ClientPeer
  private let version: Int32
  private let cut: Int
  private var outcomes = 0
  private var sent: [UInt8] = []
  private var answered: [UInt8] = []
  /// Writes of the server that have no outcome yet.
  private var waiting = 0
  private var damage: Int?
  /// Every record came as it was made, and neither side has closed.
  private var isSound = true
  private var hasClientClosed = false
  private var hasUpdatedKeys = false
  private var hasSpoken = false

  init(choice: UInt8) {
    version = choice & 1 == 0 ? TLS1_3_VERSION : TLS1_2_VERSION
    cut = [1, 5, 100, 1 << 20][Int(choice >> 1) & 3]
    client = ClientPeer(version: version)
    let handler = TLSHandler(Self.context, timeout: .seconds(30), plainAnswer: ByteBuffer(string: "plain")) { [unowned self] _, _ in outcomes += 1 }
    try! channel.pipeline.syncOperations.addHandlers([handler, inner])
    channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    client.step()
    if choice & 8 == 0 { exchange() }
  }

  func act(_ action: UInt8, _ count: Int) {
    steps += 1
    switch action {
    case 1, 2, 3: write(count * 32)
    case 4, 5, 6:
      answer(count * 1500)
      if action != 6 { channel.flush() }
    case 7: if canWrite, version == TLS1_3_VERSION {
      client.updateKeys()
      hasUpdatedKeys = true
    }
    case 8: damage = count
    case 9: if canWrite {
      client.close()
      (hasClientClosed, isSound) = (true, false)
    }
    case 10: close([.all, .output, .input][count % 3])
    case 11:
      // A handshake that ends for want of time is no fault.
      if outcomes == 0 { isSound = false }
      channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(count)))
    case 12: setWritable(count % 2 == 0)
    case 13: if canWrite, version == TLS1_2_VERSION {
      client.renegotiate()
      // It is refused, and what the client writes meanwhile is OpenSSL's to say.
      (hasClientClosed, isSound) = (true, false)
    }
    default: return exchange()
    }
    if count % 4 != 3 { exchange() }
  }

  /// What no client of OpenSSL's would send there.
  func send(_ rubbish: ByteBuffer) {
    steps += 1
    guard rubbish.readableBytes > 0 else { return }
    isSound = false
    deliver(rubbish)
    exchange()
  }

  func end() {
    setWritable(true)
    exchange()
    check()
    // A handshake that did not end by now ends, and so does what lingers.
    channel.embeddedEventLoop.advanceTime(by: .seconds(40))
    if outcomes == 0 { demand(!channel.isActive, "a handshake ends in time") }
    _ = try? channel.finish(acceptAlreadyClosed: true)
    demand(waiting == 0, "\(waiting) writes without an outcome")
    demand(outcomes <= 1 && (outcomes == 1 || !hasSpoken || !isSound), "one outcome: \(outcomes)")
  }

  private var canWrite: Bool { client.isConnected && !client.hasFailed && !hasClientClosed }

  private func write(_ count: Int) {
    guard canWrite, count > 0 else { return }
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ sent.count) }
    sent += bytes
    client.write(bytes)
  }

  private func answer(_ count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 17 &+ answered.count) }
    waiting += 1
    let promise = channel.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { [self] result in
      waiting -= 1
      if case .failure = result { isSound = false }
    }
    answered += bytes
    channel.write(ByteBuffer(bytes: bytes), promise: promise)
  }

  private func close(_ mode: CloseMode) {
    isSound = false
    channel.close(mode: mode, promise: nil)
  }

  private func setWritable(_ isWritable: Bool) {
    channel.isWritable = isWritable
    channel.pipeline.fireChannelWritabilityChanged()
  }

  /// Until both have nothing more to say.
  private func exchange() {
    // A client that makes the server say more and reads nothing is closed.
    if hasUpdatedKeys, !channel.isWritable { isSound = false }
    for _ in 0..<64 {
      let bytes = client.bytesOut
      if bytes.readableBytes > 0 { deliver(bytes) }
      var hasAnswered = false
      while let bytes = try? channel.readOutbound(as: ByteBuffer.self) {
        hasAnswered = true
        client.take(bytes)
      }
      if bytes.readableBytes == 0, !hasAnswered { break }
    }
    demand(sent.starts(with: inner.received), "what the client wrote comes, and nothing else")
    demand(answered.starts(with: client.received), "what the server wrote comes, and nothing else")
    if isSound, channel.isWritable, client.isConnected, channel.isActive { demand(inner.received == sent, "all that the client wrote comes") }
  }

  private func deliver(_ bytes: ByteBuffer) {
    var bytes = bytes
    if let place = damage, place < bytes.readableBytes {
      (damage, isSound) = (nil, false)
      let index = bytes.readerIndex + place
      bytes.setInteger(bytes.getInteger(at: index, as: UInt8.self)! ^ 0x41, at: index)
    }
    while let piece = bytes.readSlice(length: min(cut, bytes.readableBytes)), piece.readableBytes > 0, channel.isActive {
      hasSpoken = true
      _ = try? channel.writeInbound(piece)
    }
    // Many records are opened in turns.
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
  }

  private func check() {
    guard isSound else { return }
    demand(client.isConnected, "a client that does as it should connects")
    channel.flush()
    exchange()
    demand(inner.received == sent && client.received == answered, "all comes: \(inner.received.count)/\(sent.count), \(client.received.count)/\(answered.count)")
  }
}
