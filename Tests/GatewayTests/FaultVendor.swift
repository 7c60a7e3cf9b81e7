// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A vendor of raw bytes: it keeps all that it received, and answers each request with what a script says, byte for byte.
final class FaultVendor: Sendable {
  enum Step: Sendable {
    case send([UInt8])
    case close
    /// Ends the connection with a RST.
    case reset
    /// Sends these bytes until the connection ends.
    case flood([UInt8])

    static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
  }

  /// What to do about a request, given its bytes. No steps: nothing, ever.
  typealias Script = @Sendable (_ request: String) -> [Step]

  private struct State {
    var received: [UInt8] = []
    var requests = 0
    var open = 0
  }

  private let channel: any Channel
  private let state: SharedState
  private final class SharedState: Sendable { let value = Mutex(State()) }

  var port: Int { channel.localAddress?.port ?? 0 }
  var baseURL: String { "http://127.0.0.1:\(port)/v1" }
  /// Everything that came, of all connections.
  var received: [UInt8] { state.value.withLock { $0.received } }
  var text: String { String(decoding: received, as: UTF8.self) }
  var requests: Int { state.value.withLock { $0.requests } }
  var openConnections: Int { state.value.withLock { $0.open } }

  /// - Parameter keeps: false where so much comes that only its count is of interest.
  static func start(keeps: Bool = true, _ script: @escaping Script) async throws -> FaultVendor {
    let state = SharedState()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Player(state, keeps: keeps, script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return FaultVendor(channel: channel, state: state)
  }

  private init(channel: any Channel, state: SharedState) {
    self.channel = channel
    self.state = state
  }

  func stop() async { try? await channel.close() }

  private final class Player: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let state: SharedState
    private let keeps: Bool
    private let script: Script
    private var arrived: [UInt8] = []
    private var flood: ByteBuffer?
    private var isPumping = false

    init(_ state: SharedState, keeps: Bool, _ script: @escaping Script) {
      self.state = state
      self.keeps = keeps
      self.script = script
    }

    func channelActive(context: ChannelHandlerContext) { state.value.withLock { $0.open += 1 } }

    func channelInactive(context: ChannelHandlerContext) {
      flood = nil
      state.value.withLock { $0.open -= 1 }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Self.unwrapInboundIn(data)
      arrived.append(contentsOf: bytes.readableBytesView)
      if keeps { state.value.withLock { $0.received.append(contentsOf: bytes.readableBytesView) } }
      // The beginning of a TLS session: what a server makes of it that knows only HTTP.
      if arrived.first == 0x16 { return play([.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close], context) }
      while let end = wholeRequest() {
        let request = String(decoding: arrived[..<end], as: UTF8.self)
        arrived.removeFirst(end)
        state.value.withLock { $0.requests += 1 }
        play(script(request), context)
      }
    }

    /// Where the first request ends: requests here have a Content-Length or no body.
    private func wholeRequest() -> Int? {
      guard let head = arrived.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
      let lines = String(decoding: arrived[..<head.lowerBound], as: UTF8.self).lowercased()
      let length = lines.firstRange(of: "\r\ncontent-length:").map { range in
        Int(lines[range.upperBound...].prefix { $0 != "\r\n" }.filter { $0 != " " }) ?? 0
      }
      let end = head.upperBound + (length ?? 0)
      return arrived.count >= end ? end : nil
    }

    private func play(_ steps: [Step], _ context: ChannelHandlerContext) {
      for step in steps {
        switch step {
        case .send(let bytes):
          context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        case .close:
          context.close(promise: nil)
        case .reset:
          let options = context.channel as? any SocketOptionProvider
          let channel = context.channel
          options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
        case .flood(let bytes):
          flood = ByteBuffer(bytes: bytes)
          pump(context)
        }
      }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { pump(context) }

    private func pump(_ context: ChannelHandlerContext) {
      guard !isPumping, let flood else { return }
      isPumping = true
      while context.channel.isWritable, context.channel.isActive { context.writeAndFlush(Self.wrapOutboundOut(flood), promise: nil) }
      isPumping = false
    }
  }
}

extension [FaultVendor.Step] {
  /// A whole answer on a connection that stays open.
  static func answer(_ body: String, status: Int = 200, type: String = "application/json", _ headers: [String] = []) -> Self {
    let head = ["HTTP/1.1 \(status) Status", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] + headers
    return [.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)]
  }

  static let completion = answer(
    #"{"id":"1","object":"chat.completion","created":1,"model":"kimi-k2","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#
  )
}
