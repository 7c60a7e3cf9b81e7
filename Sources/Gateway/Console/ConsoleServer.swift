// SPDX-License-Identifier: Apache-2.0
import Configuration
import NIOCore
import NIOHTTP1
import NIOPosix

/// The console's listener and its connections. Structured concurrency, not event-loop handlers: people look in, it is not the
/// data path; and when `run` returns, nothing of it is left.
struct ConsoleServer: Sendable {
  typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

  private let listener: NIOAsyncChannel<Connection, Never>
  private let console: Console

  /// More connections at once are closed; each event stream has one.
  private static let connectionLimit = 256
  private static let idleLimit = TimeAmount.seconds(120)

  var port: Int? { listener.channel.localAddress?.port }

  static func bind(
    _ address: Address, on group: MultiThreadedEventLoopGroup, reusesPort: Bool, tls: TLSAcceptor? = nil, _ console: Console
  ) async throws -> ConsoleServer {
    let listener = try await Listener.bindConsole(address, on: group, reusesPort: reusesPort) { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        if let handler = tls?.consoleHandler() { try pipeline.addHandler(handler) }
        try pipeline.addHandlers([IdleStateHandler(allTimeout: idleLimit), IdleCloser()])
        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
        return try Connection(wrappingChannelSynchronously: channel)
      }
    }
    return ConsoleServer(listener: listener, console: console)
  }

  /// Serves until the task is cancelled.
  func run() async {
    let slots = ConnectionSlots(Self.connectionLimit)
    try? await listener.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { tasks in
        for try await connection in connections {
          guard slots.take() else {
            // Closing the channel alone would leave its writer unfinished, which ends the process.
            try? await connection.executeThenClose { _, _ in }
            continue
          }
          tasks.addTask {
            // A client that goes away, or does not speak HTTP, ends its own connection only.
            try? await ConsoleConnection(console: console).serve(connection)
            slots.giveBack()
          }
        }
      }
    }
  }
}

/// Closes what says nothing.
private final class IdleCloser: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
  }
}
