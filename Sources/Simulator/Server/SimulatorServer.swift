// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A simulated vendor on a port: answers from recordings, and misbehaves as asked.
///
///     let vendor = try await SimulatorServer.start(SimulatorOptions(), recordings: recordings)
///     … http://127.0.0.1:\(vendor.port)/v1/chat/completions …
///     await vendor.stop()
package final class SimulatorServer: Sendable {
  package let host: String
  package let port: Int
  /// What it received, and how each answer ended.
  package let journal: Journal
  private let listener: any Channel
  private let recorder: Recorder
  private let connections: Connections

  /// Listens on `host` and `port`; port 0 takes a free one. `log` is a file to append to, or `-` for standard output.
  /// Throws NIO's IOError when the port is taken, or LogFileError.
  package static func start(
    _ options: SimulatorOptions = SimulatorOptions(), recordings: Recordings = Recordings(),
    host: String = "127.0.0.1", port: Int = 0, log: String? = nil,
    group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
  ) async throws -> SimulatorServer {
    let journal = Journal(maxCount: options.keptRequests, maxBytes: options.keptBytes)
    let recorder = Recorder(journal: journal, log: try log.map { try LogFile(path: $0) }, key: options.key)
    let vendor = Vendor(options: options, recordings: recordings)
    let connections = Connections()
    let listener = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        connections.add(channel)
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
          try channel.pipeline.syncOperations.addHandler(ConnectionHandler(vendor: vendor, recorder: recorder))
        }
      }
      .bind(host: host, port: port).get()
    return SimulatorServer(
      host: host, port: listener.localAddress?.port ?? port, journal: journal, listener: listener,
      recorder: recorder, connections: connections)
  }

  private init(
    host: String, port: Int, journal: Journal, listener: any Channel, recorder: Recorder, connections: Connections
  ) {
    (self.host, self.port, self.journal) = (host, port, journal)
    (self.listener, self.recorder, self.connections) = (listener, recorder, connections)
  }

  /// What `base_url` an OpenAI client takes.
  package var baseURL: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/v1" }

  /// The newest requests, oldest first.
  package var received: [Received] { journal.received }

  /// Takes no new connection, gives answers under way `drain` to end, then closes what is left.
  package func stop(drain: Duration = .zero) async {
    try? await listener.close()
    connections.stop(drain > .zero ? .whenIdle : .now)
    let deadline = listener.eventLoop.scheduleTask(in: TimeAmount(drain)) { self.connections.stop(.now) }
    await connections.closed()
    deadline.cancel()
    await recorder.close()
  }
}

/// The connections that are open.
private final class Connections: Sendable {
  private struct State {
    var open: [ObjectIdentifier: any Channel] = [:]
    var isStopped = false
  }

  private let state = Mutex(State())

  func add(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    let isStopped = state.withLock { state in
      state.open[id] = channel
      return state.isStopped
    }
    channel.closeFuture.whenComplete { _ in self.state.withLock { $0.open[id] = nil } }
    if isStopped { channel.close(promise: nil) }
  }

  /// Tells every connection, and closes those that are still on their way here.
  func stop(_ stop: ConnectionHandler.Stop) {
    let channels = state.withLock { state in
      state.isStopped = true
      return Array(state.open.values)
    }
    for channel in channels { channel.pipeline.fireUserInboundEventTriggered(stop) }
  }

  /// Returns when every connection that is open now has closed.
  func closed() async {
    for future in state.withLock({ $0.open.values.map(\.closeFuture) }) { try? await future.get() }
  }
}
