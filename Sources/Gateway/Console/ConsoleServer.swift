// SPDX-License-Identifier: Apache-2.0
import Configuration
import NIOCore
import NIOHTTP1
import NIOPosix

/// The console's listener and its connections. Structured concurrency, not event-loop handlers: people look in, it is not the
/// data path; and when `stop` returns, nothing of it is left.
struct ConsoleServer: Sendable {
  private let listener: any Channel
  private let connections: ConsoleConnections
  private let serving: Task<Void, Never>

  /// Answers of more than a mebibyte that are written at once, and as many are made.
  private static let largeAnswers = 4

  /// After so long, a stop closes what is left: no cancelling ends a write that waits for a client who does not read.
  private static let patience = TimeAmount.seconds(2)

  var port: Int? { listener.localAddress?.port }

  /// Serves from now on, until `stop`.
  static func start(
    _ address: Address, on group: MultiThreadedEventLoopGroup, reusesPort: Bool, tls: TLSAcceptor? = nil, _ console: Console
  ) async throws -> ConsoleServer {
    let connections = ConsoleConnections()
    let listener = try await Listener.bindConsole(address, on: group, reusesPort: reusesPort) { channel in
      channel.eventLoop.makeCompletedFuture {
        let number = try connections.enter(channel)
        let pipeline = channel.pipeline.syncOperations
        if let handler = tls?.consoleHandler() { try pipeline.addHandler(handler) }
        let bytes = ConsoleByteHandler(connections, number)
        try pipeline.addHandler(bytes)
        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        try pipeline.addHandler(ConsoleHeadHandler(bytes), position: .after(decoder))
        try pipeline.addHandler(ConsolePlaceHandler(connections, number))
        try connections.handOver { try ConsoleConnections.Connection(wrappingChannelSynchronously: channel) }
      }
    }
    // Owned by what is returned, and ended by `stop` alone: cancelled from elsewhere, it would leave connections unserved.
    let serving = Task { await serve(connections, console) }
    return ConsoleServer(listener: listener, connections: connections, serving: serving)
  }

  /// Nobody new is taken, then those who are there are let go.
  func stop() async {
    try? await listener.close()
    connections.close()
    let cut = listener.eventLoop.scheduleTask(in: Self.patience) { [connections] in connections.cut() }
    await serving.value
    cut.cancel()
  }

  private static func serve(_ connections: ConsoleConnections, _ console: Console) async {
    let (reading, large) = (ConnectionSlots(largeAnswers), ConnectionSlots(largeAnswers))
    await withDiscardingTaskGroup { tasks in
      tasks.addTask { await connections.watch() }
      for await connection in connections.accepted {
        // A client that goes away, or does not speak HTTP, ends its own connection only.
        tasks.addTask { try? await ConsoleConnection(console: console, reading: reading, large: large).serve(connection) }
      }
      tasks.cancelAll()
    }
  }
}
