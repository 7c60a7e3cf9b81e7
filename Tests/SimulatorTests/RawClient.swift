// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// A connection that sends bytes and keeps what comes back, as it is.
final class RawClient: Sendable {
  enum Ending: Equatable { case closed, reset, open }

  private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

  init(port: Int) async throws {
    channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
      }
  }

  /// Sends a request and reads until `isEnough` holds or the vendor closes, then closes.
  static func exchange(
    port: Int, _ request: [UInt8], until isEnough: @escaping ([UInt8]) -> Bool = { _ in false }
  ) async throws -> (bytes: [UInt8], ending: Ending) {
    let client = try await RawClient(port: port)
    return try await client.channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(bytes: request))
      var bytes: [UInt8] = []
      do {
        for try await part in inbound {
          bytes += part.readableBytesView
          if isEnough(bytes) { return (bytes, .open) }
        }
        return (bytes, .closed)
      } catch let error as IOError where error.errnoCode == 104 || error.errnoCode == 54 {
        return (bytes, .reset)
      }
    }
  }

  /// Counts what comes back instead of keeping it.
  static func count(port: Int, _ request: [UInt8]) async throws -> Int {
    let client = try await RawClient(port: port)
    return try await client.channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(bytes: request))
      var count = 0
      for try await part in inbound { count += part.readableBytes }
      return count
    }
  }

  static func post(_ body: [UInt8], headers: String = "", query: String = "", closing: Bool = false) -> [UInt8] {
    Array("POST /v1/chat/completions\(query) HTTP/1.1\r\nhost: x\r\ncontent-length: \(body.count)\r\n\(headers)".utf8)
      + Array((closing ? "connection: close\r\n\r\n" : "\r\n").utf8) + body
  }
}
