// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// Clients that send the same again and again, as fast as it is taken, and throw away what they are answered.
enum FloodingClients {
  /// - Parameters:
  ///   - address: whose they are.
  ///   - first: comes before it, once.
  static func with<Result: Sendable>(
    _ count: Int, from address: String, port: Int, first: String = "", sending unit: String, _ body: () async throws -> Result
  ) async throws -> Result {
    let bytes = ByteBuffer(string: String(repeating: unit, count: (128 << 10) / unit.utf8.count))
    let bootstrap = try ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(to: SocketAddress(ipAddress: address, port: 0))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Flood(first: ByteBuffer(string: first), then: bytes))
        }
      }
    var channels: [any Channel] = []
    for _ in 0..<count { channels.append(try await bootstrap.connect(host: "127.0.0.1", port: port).get()) }
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    for channel in channels { try? await channel.close() }
    return try result.get()
  }

  private final class Flood: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let first: ByteBuffer
    private let bytes: ByteBuffer
    private var isPumping = false

    init(first: ByteBuffer, then bytes: ByteBuffer) { (self.first, self.bytes) = (first, bytes) }

    func channelActive(context: ChannelHandlerContext) {
      context.write(Self.wrapOutboundOut(first), promise: nil)
      pump(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelWritabilityChanged(context: ChannelHandlerContext) { pump(context) }

    private func pump(_ context: ChannelHandlerContext) {
      // A flush can make the channel writable again while it is being called.
      guard !isPumping else { return }
      isPumping = true
      defer { isPumping = false }
      while context.channel.isActive, context.channel.isWritable { context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil) }
    }
  }
}
