// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A vendor that answers with a captured response: the file that the request's `x-fixture` header names.
final class FixtureVendor: Sendable {
  static let folder = URL(filePath: #filePath).appending(path: "../../InspectionTests/Fixtures").standardized

  /// The names of files that show a finding, by their endings.
  static func names(_ suffix: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path())) ?? []
    return all.filter { $0.hasSuffix(suffix) && !$0.contains(".near.") }.sorted()
  }

  static func bytes(_ name: String) -> [UInt8] {
    (try? Data(contentsOf: folder.appending(path: name))).map { Array($0) } ?? []
  }

  private let channel: any Channel
  private let written = Mutex(ContinuousClock.now)

  /// When the last answer was given to its socket.
  var lastWrite: ContinuousClock.Instant { written.withLock { $0 } }

  var baseURL: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1" }

  static func start() async throws -> FixtureVendor {
    let vendor = Mutex<FixtureVendor?>(nil)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
          try channel.pipeline.syncOperations.addHandler(Player { vendor.withLock { $0?.written.withLock { $0 = .now } } })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let started = FixtureVendor(channel: channel)
    vendor.withLock { $0 = started }
    return started
  }

  private init(channel: any Channel) { self.channel = channel }

  func stop() async { try? await channel.close() }

  private final class Player: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let wrote: @Sendable () -> Void
    private var name = ""

    init(wrote: @escaping @Sendable () -> Void) { self.wrote = wrote }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch Self.unwrapInboundIn(data) {
      case .head(let head): name = head.headers.first(name: "x-fixture") ?? ""
      case .body: break
      case .end:
        let bytes = FixtureVendor.bytes(name)
        let type = name.hasSuffix(".sse") ? "text/event-stream" : "application/json"
        let status: HTTPResponseStatus = name.hasPrefix("response.http_error") ? .tooManyRequests : .ok
        let head = HTTPResponseHead(
          version: .http1_1, status: status, headers: ["Content-Type": type, "Content-Length": "\(bytes.count)"])
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
        wrote()
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
