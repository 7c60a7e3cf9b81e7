// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A vendor that streams so many bytes as fast as they are taken, and knows how many it could write.
final class FloodingVendor: Sendable {
  /// One event of 64 KiB, in its chunk.
  static let event: ByteBuffer = {
    let data = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + String(repeating: "x", count: 65_450) + "\"}}]}\n\n"
    return ByteBuffer(string: data)
  }()

  private let channel: any Channel
  private let count = Atomic(0)

  var port: Int { channel.localAddress?.port ?? 0 }
  /// Body bytes handed to the socket, not only queued.
  var written: Int { count.load(ordering: .relaxed) }

  static func start(events: Int, event: ByteBuffer = FloodingVendor.event) async throws -> FloodingVendor {
    let written = Mutex<FloodingVendor?>(nil)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(
            Flood(events: events, event: event) { bytes in
              written.withLock { vendor in _ = vendor?.count.add(bytes, ordering: .relaxed) }
            })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let vendor = FloodingVendor(channel: channel)
    written.withLock { $0 = vendor }
    return vendor
  }

  private init(channel: any Channel) { self.channel = channel }

  func stop() async { try? await channel.close() }

  private final class Flood: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var left: Int
    private let event: ByteBuffer
    private let wrote: @Sendable (Int) -> Void
    private var isAnswering = false
    private var isPumping = false

    init(events: Int, event: ByteBuffer, wrote: @escaping @Sendable (Int) -> Void) {
      self.left = events
      self.event = event
      self.wrote = wrote
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard case .end = Self.unwrapInboundIn(data) else { return }
      let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["Content-Type": "text/event-stream"])
      context.writeAndFlush(Self.wrapOutboundOut(.head(head)), promise: nil)
      isAnswering = true
      pump(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { pump(context) }

    private func pump(_ context: ChannelHandlerContext) {
      // A flush can make the channel writable again while it is being called.
      guard isAnswering, !isPumping else { return }
      isPumping = true
      defer { isPumping = false }
      while left > 0, context.channel.isWritable {
        left -= 1
        let bytes = event.readableBytes
        let wrote = self.wrote
        context.writeAndFlush(Self.wrapOutboundOut(.body(.byteBuffer(event)))).whenSuccess { wrote(bytes) }
      }
      if left == 0 {
        isAnswering = false
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
