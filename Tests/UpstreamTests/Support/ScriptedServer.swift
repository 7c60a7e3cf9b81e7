// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A loopback server that does to each connection what a test says, byte for byte.
struct ScriptedServer: Sendable {
  let port: Int
  let connections: Counter

  var url: String { "http://127.0.0.1:\(port)" }

  /// Runs `body` beside a server that runs `script` for each connection, and closes it afterwards. A script that throws
  /// (as it does when the client goes away) ends its own connection only.
  static func run<Result: Sendable>(
    _ script: @escaping @Sendable (ServerConnection) async throws -> Void,
    _ body: @escaping @Sendable (ScriptedServer) async throws -> Result
  ) async throws -> Result {
    let (accepted, accept) = AsyncStream.makeStream(of: Accepted.self)
    let listener = try await ServerBootstrap(group: loops)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Receiver(accept))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let server = ScriptedServer(port: listener.localAddress?.port ?? 0, connections: Counter())
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await withDiscardingTaskGroup { connections in
          for await client in accepted {
            let number = server.connections.next()
            connections.addTask {
              try? await script(ServerConnection(number: number, client))
              try? await client.channel.close().get()
            }
          }
        }
      }
      defer {
        listener.close(promise: nil)
        accept.finish()
        group.cancelAll()
      }
      return try await body(server)
    }
  }

  fileprivate struct Accepted: Sendable {
    let channel: any Channel
    let received: AsyncStream<ByteBuffer>
  }

  /// Hands on what was read; nothing is read unless the script asks for it.
  private final class Receiver: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let accept: AsyncStream<Accepted>.Continuation
    private let received: AsyncStream<ByteBuffer>
    private let receive: AsyncStream<ByteBuffer>.Continuation

    init(_ accept: AsyncStream<Accepted>.Continuation) {
      self.accept = accept
      (received, receive) = AsyncStream.makeStream()
    }

    func channelActive(context: ChannelHandlerContext) {
      accept.yield(Accepted(channel: context.channel, received: received))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { receive.yield(unwrapInboundIn(data)) }
    func channelInactive(context: ChannelHandlerContext) { receive.finish() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

/// The server's end of one connection.
final class ServerConnection {
  /// From 0, in the order of arrival.
  let number: Int
  private let channel: any Channel
  private var inbound: AsyncStream<ByteBuffer>.Iterator
  private let closed: EventLoopFuture<ContinuousClock.Instant>
  private var received: [UInt8] = []

  fileprivate init(number: Int, _ client: ScriptedServer.Accepted) {
    (self.number, channel) = (number, client.channel)
    inbound = client.received.makeAsyncIterator()
    closed = channel.closeFuture.map { .now }
  }

  /// The next request with its whole body; nil when the client has closed.
  func request() async throws -> ServedRequest? {
    guard var request = try await head() else { return nil }
    if request.headers["transfer-encoding"] == "chunked" {
      while true {
        let size = Int(try await line(), radix: 16) ?? 0
        request.body += try await bytes(size)
        _ = try await line()
        if size == 0 { break }
      }
    } else {
      request.body = try await bytes(Int(request.headers["content-length"] ?? "0") ?? 0)
    }
    return request
  }

  /// A request without its body, which is still to be read.
  func head() async throws -> ServedRequest? {
    var lines: [String] = []
    while true {
      guard let line = try? await line() else { return nil }
      if line.isEmpty { break }
      lines.append(line)
    }
    return ServedRequest(lines: lines)
  }

  func line() async throws -> String {
    var line: [UInt8] = []
    while true {
      let byte = try await bytes(1)
      if byte[0] == 0x0A { return String(decoding: line, as: UTF8.self) }
      if byte[0] != 0x0D { line += byte }
    }
  }

  func bytes(_ count: Int) async throws -> [UInt8] {
    while received.count < count {
      channel.read()
      guard let more = await inbound.next() else { throw ServerError.closed }
      received += more.readableBytesView
    }
    defer { received.removeFirst(count) }
    return Array(received.prefix(count))
  }

  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text))
  }

  func send(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  /// An answer with a body, on a connection that stays open.
  func answer(_ body: String, status: Int = 200, headers: [String] = []) async throws {
    let head = ["HTTP/1.1 \(status) Status", "Content-Length: \(body.utf8.count)"] + headers
    try await send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Returns when the client has closed its end, and when the event loop saw that.
  func waitForClose() async -> ContinuousClock.Instant {
    repeat { channel.read() } while await inbound.next() != nil
    return (try? await closed.get()) ?? .now
  }

  /// Ends its own side of the connection, with a FIN.
  func finish() async throws {
    try await channel.close(mode: .output)
  }

  /// Ends the connection with a RST.
  func reset() async throws {
    let options = channel as? any SocketOptionProvider
    try await options?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    try await channel.close()
  }
}

struct ServedRequest: Sendable {
  let lines: [String]
  var body: [UInt8] = []

  var method: String { String(lines.first?.prefix { $0 != " " } ?? "") }
  var target: String { lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
  /// By lower-case name; the last of each name.
  var headers: [String: String] {
    Dictionary(
      lines.dropFirst().map { line in
        let colon = line.firstIndex(of: ":") ?? line.endIndex
        return (line[..<colon].lowercased(), String(line[colon...].dropFirst().drop { $0 == " " }))
      }, uniquingKeysWith: { $1 })
  }
}

enum ServerError: Error { case closed }

final class Counter: Sendable {
  private let value = Atomic(0)

  var count: Int { value.load(ordering: .sequentiallyConsistent) }
  func next() -> Int { value.add(1, ordering: .sequentiallyConsistent).oldValue }
  func add(_ count: Int) { value.add(count, ordering: .sequentiallyConsistent) }
}

/// The event loops of all tests.
let loops: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
