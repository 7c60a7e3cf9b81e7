// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// A client that writes bytes and reads bytes: no HTTP library of ours or anybody's between the test and the socket.
enum RawConnection {

  static func with<Result: Sendable>(
    port: Int, _ body: (inout Reader, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Result
  ) async throws -> Result {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var reader = Reader(inbound: inbound.makeAsyncIterator())
      return try await body(&reader, outbound)
    }
  }

  struct Response: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    subscript(name: String) -> String? { headers.first { $0.name == name }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  struct Ended: Error {}

  /// Reads responses as RFC 9112 frames them.
  struct Reader {
    var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    fileprivate(set) var buffer: [UInt8] = []
    private(set) var isAtEnd = false

    init(inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.inbound = inbound }

    /// Reads what comes next; false at the end.
    mutating func more() async throws -> Bool {
      guard !isAtEnd, let bytes = try await inbound.next() else {
        isAtEnd = true
        return false
      }
      buffer.append(contentsOf: bytes.readableBytesView)
      return true
    }

    mutating func take(_ count: Int) async throws -> [UInt8] {
      while buffer.count < count { guard try await more() else { throw Ended() } }
      defer { buffer.removeFirst(count) }
      return Array(buffer.prefix(count))
    }

    mutating func line() async throws -> String {
      var scanned = 0
      while true {
        if let end = buffer[scanned...].firstIndex(of: 0x0A) {
          let bytes = try await take(end + 1)
          return String(decoding: bytes.dropLast(bytes.dropLast().last == 0x0D ? 2 : 1), as: UTF8.self)
        }
        scanned = buffer.count
        guard try await more() else { throw Ended() }
      }
    }

    mutating func rest() async throws -> [UInt8] {
      while try await more() {}
      defer { buffer = [] }
      return buffer
    }

    mutating func head() async throws -> Response {
      let parts = try await line().split(separator: " ")
      var response = Response(status: parts.count > 1 ? Int(parts[1]) ?? 0 : 0, headers: [], body: [])
      while true {
        let field = try await line()
        if field.isEmpty { return response }
        let colon = field.firstIndex(of: ":") ?? field.endIndex
        let value = field[colon...].dropFirst().drop { $0 == " " }
        response.headers.append((field[..<colon].lowercased(), String(value)))
      }
    }

    /// A body of chunks.
    mutating func chunks() async throws -> [UInt8] {
      var body: [UInt8] = []
      while true {
        let size = Int(try await line(), radix: 16) ?? 0
        if size == 0 { break }
        body += try await take(size)
        _ = try await take(2)
      }
      _ = try await line()
      return body
    }

    mutating func response(to method: String = "POST") async throws -> Response {
      var response = try await head()
      if method == "HEAD" || response.status == 204 || response.status == 304 || response.status < 200 { return response }
      if response["transfer-encoding"] == "chunked" {
        response.body = try await chunks()
      } else if let length = response["content-length"].flatMap(Int.init) {
        response.body = try await take(length)
      } else {
        response.body = try await rest()
      }
      return response
    }
  }
}

/// A request as bytes.
func request(
  _ method: String = "POST", _ target: String = "/v1/chat/completions", headers: [String] = [], body: [UInt8]? = nil
) -> ByteBuffer {
  var text = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n"
  for header in headers { text += header + "\r\n" }
  if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
  var buffer = ByteBuffer(string: text + "\r\n")
  if let body { buffer.writeBytes(body) }
  return buffer
}

extension RawConnection.Reader {
  func last(_ count: Int) -> ArraySlice<UInt8> { buffer.suffix(count) }

  /// Throws away what has been read, and says how much it was.
  mutating func drop() -> Int {
    defer { buffer.removeAll(keepingCapacity: true) }
    return buffer.count
  }
}
