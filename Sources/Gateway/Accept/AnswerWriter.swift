// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Puts answers into HTTP/1.1 bytes (RFC 9112): head, framing, body as it came.
///
/// All that is written between two flushes becomes one buffer and one system call.
struct AnswerWriter {
  private enum Framing { case none, length, chunked, untilClose }

  /// From here a flush is worth its system call, even in the middle of a batch.
  private static let large = 64 << 10

  private var buffer = ByteBuffer()
  private var framing = Framing.none
  private var isHead = false
  private var isVersion11 = true
  private(set) var mayKeepAlive = true

  var isLarge: Bool { buffer.readableBytes >= Self.large }

  mutating func expectAnswer(to request: HTTPRequestHead) {
    isHead = request.method == .HEAD
    isVersion11 = request.version.isAtLeast11
    mayKeepAlive = true
  }

  mutating func writeContinue() {
    buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
  }

  mutating func write(_ head: Exchange.AnswerHead, keepsAlive: Bool) {
    let hasBody = !isHead && head.status >= 200 && head.status != 204 && head.status != 304
    framing = !hasBody ? .none : head.fields.hasContentLength ? .length : isVersion11 ? .chunked : .untilClose
    mayKeepAlive = framing != .untilClose

    writeStatusLine(head.status)
    buffer.writeBytes(head.fields.lines)
    if framing == .chunked { buffer.writeStaticString("Transfer-Encoding: chunked\r\n") }
    writeEndOfHead(head.exchangeID, keepsAlive: keepsAlive && mayKeepAlive)
  }

  mutating func write(_ bytes: ByteBuffer) {
    switch framing {
    case .none:
      break
    case .length, .untilClose:
      buffer.writeImmutableBuffer(bytes)
    case .chunked where bytes.readableBytes > 0:
      writeHexadecimal(bytes.readableBytes)
      buffer.writeStaticString("\r\n")
      buffer.writeImmutableBuffer(bytes)
      buffer.writeStaticString("\r\n")
    case .chunked:
      break
    }
  }

  mutating func writeEnd() {
    if framing == .chunked { buffer.writeStaticString("0\r\n\r\n") }
    framing = .none
  }

  /// An answer of Belay's own.
  mutating func write(_ error: GatewayError, exchangeID: String, keepsAlive: Bool) {
    let body = error.body
    writeStatusLine(error.status)
    writeField("Content-Type", "application/json")
    writeField("Content-Length", String(body.count))
    writeField("x-should-retry", error.isRetryable ? "true" : "false")
    if let seconds = error.retryAfter { writeField("Retry-After", String(seconds)) }
    // RFC 9110 section 15.5.2.
    if error.status == 401 { writeField("WWW-Authenticate", "Bearer realm=\"belay\"") }
    writeEndOfHead(exchangeID, keepsAlive: keepsAlive)
    if !isHead { buffer.writeBytes(body) }
    framing = .none
  }

  /// What has been written since the last call; nil if that is nothing.
  mutating func take() -> ByteBuffer? {
    guard buffer.readableBytes > 0 else { return nil }
    defer { buffer = ByteBuffer() }
    return buffer
  }

  private mutating func writeStatusLine(_ status: Int) {
    if buffer.capacity == 0 { buffer.reserveCapacity(1024) }
    if status == 200 {
      buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
    } else {
      let reason = HTTPResponseStatus(statusCode: status).reasonPhrase
      buffer.writeString("HTTP/1.1 \(status) \(reason)\r\n")
    }
  }

  private mutating func writeField(_ name: String, _ value: String) {
    buffer.writeString(name)
    buffer.writeStaticString(": ")
    buffer.writeString(value)
    buffer.writeStaticString("\r\n")
  }

  private mutating func writeEndOfHead(_ exchangeID: String, keepsAlive: Bool) {
    writeField("x-belay-exchange-id", exchangeID)
    if !keepsAlive {
      buffer.writeStaticString("Connection: close\r\n")
    } else if !isVersion11 {
      buffer.writeStaticString("Connection: keep-alive\r\n")
    }
    buffer.writeStaticString("\r\n")
  }

  private mutating func writeHexadecimal(_ value: Int) {
    var shift = (max(1, Int.bitWidth - value.leadingZeroBitCount) + 3) / 4 * 4
    while shift > 0 {
      shift -= 4
      let digit = UInt8(truncatingIfNeeded: value >> shift) & 15
      buffer.writeInteger(digit < 10 ? digit + 0x30 : digit + 0x57)
    }
  }
}

extension HTTPVersion {
  /// Chunked coding and `100 Continue` came with HTTP/1.1.
  var isAtLeast11: Bool { major > 1 || major == 1 && minor >= 1 }
}
