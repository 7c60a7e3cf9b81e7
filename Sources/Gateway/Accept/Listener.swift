// SPDX-License-Identifier: Apache-2.0
package import Configuration
import NIOCore
import NIOHTTP1
import NIOPosix

/// Binds the proxy's and the console's sockets and puts the handlers on what connects.
enum Listener {
  /// - Throws: `ListenError` with what to do, when the address cannot be bound.
  static func bind(
    _ address: Address, on group: MultiThreadedEventLoopGroup, limits: Limits, reusesPort: Bool = false, tls: TLSAcceptor? = nil,
    _ lanes: Lanes
  ) async throws -> any Channel {
    var decoderLimits = NIOHTTPDecoderLimitConfiguration()
    decoderLimits.maxHeaderListSize = limits.headerBytes
    decoderLimits.maxHeaderFieldSize = limits.headerBytes
    return try await bind(address, on: group, reusesPort: reusesPort, option: "--listen") { [decoderLimits] channel in
      channel.eventLoop.makeCompletedFuture {
        guard let lane = lanes.lane(of: channel.eventLoop) else { throw ChannelError.unknownLocalAddress }
        let connection = ConnectionHandler(lane: lane)
        let decoder = ByteToMessageHandler(
          HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits))
        let arrival = ArrivalHandler(connection: connection)
        if let tls { try channel.pipeline.syncOperations.addHandler(tls.agentHandler(arrival)) }
        try channel.pipeline.syncOperations.addHandlers([arrival, decoder, connection])
      }
    }
  }

  static func bindConsole(
    _ address: Address, on group: MultiThreadedEventLoopGroup, reusesPort: Bool = false,
    initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
  ) async throws -> any Channel {
    try await bind(address, on: group, reusesPort: reusesPort, option: "--console", initializer: initializer)
  }

  private static func bind(
    _ address: Address, on group: MultiThreadedEventLoopGroup, reusesPort: Bool, option: String,
    initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
  ) async throws -> any Channel {
    do {
      return try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 4096)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .serverChannelOption(.socketOption(.so_reuseport), value: reusesPort ? 1 : 0)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        // Of up to 64 KiB each: so much may wait for its turn.
        .childChannelOption(.maxMessagesPerRead, value: 2)
        .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
        .childChannelInitializer(initializer)
        .bind(host: address.host, port: address.port).get()
    } catch {
      throw ListenError(address: address, option: option, cause: error)
    }
  }
}

extension NIOBSDSocket.Option {
  /// Several processes may listen at one address; the kernel spreads connections over them (socket(7)). NIO has no name for it.
  static let so_reuseport = NIOBSDSocket.Option(rawValue: SO_REUSEPORT)
  static let tcp_quickack = NIOBSDSocket.Option(rawValue: TCP_QUICKACK)
}

/// A socket that could not be bound, and what to do.
package struct ListenError: Error, CustomStringConvertible {
  package let address: Address
  package let option: String
  package let cause: any Error

  package var description: String {
    guard let error = cause as? IOError else { return "cannot listen on \(address): \(cause)" }
    switch error.errnoCode {
    case EADDRINUSE:
      return "cannot listen on \(address): the port is in use. Stop what uses it, or choose another with \(option) HOST:PORT"
    case EACCES:
      return "cannot listen on \(address): permission denied. Ports below 1024 need it; choose another with \(option) HOST:PORT"
    case EADDRNOTAVAIL:
      return "cannot listen on \(address): this machine has no such address. Choose another with \(option) HOST:PORT"
    default:
      return "cannot listen on \(address): \(error)"
    }
  }
}
