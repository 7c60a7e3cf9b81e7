// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import NIOHTTP1

/// Puts answers into HTTP/1.1 bytes (RFC 9112): head, framing, body as it came.
///
/// All that is written between two flushes becomes one buffer and one system call.
package struct AnswerWriter {
  private enum Framing { case none, length, chunked, untilClose }

  /// From here a flush is worth its system call, even in the middle of a batch.
  private static let large = 64 << 10

  private var buffer = ByteBuffer()
  private var framing = Framing.none
  /// What is still to come of a body whose length the head told.
  private var left = 0
  private var isHead = false
  private var isVersion11 = true
  package private(set) var mayKeepAlive = true
  /// An answer's head is written, its end is not.
  private var isWithinAnswer = false

  /// Only the connection's end tells the client that the answer has ended (HTTP/1.0).
  package var endsWithConnection: Bool { isWithinAnswer && framing == .untilClose }

  var count: Int { buffer.readableBytes }
  var isLarge: Bool { buffer.readableBytes >= Self.large }

  package init() {}

  /// - Parameter request: nil where there is none that could be read: whatever the one before was, its answer has a body.
  package mutating func expectAnswer(to request: HTTPRequestHead?) {
    isHead = request?.method == .HEAD
    isVersion11 = request?.version.isAtLeast11 ?? true
    mayKeepAlive = true
    isWithinAnswer = false
  }

  mutating func writeContinue() {
    buffer.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
  }

  package mutating func write(_ head: Exchange.AnswerHead, keepsAlive: Bool) {
    let hasBody = !isHead && head.status >= 200 && head.status != 204 && head.status != 304
    framing = !hasBody ? .none : head.fields.hasContentLength ? .length : isVersion11 ? .chunked : .untilClose
    mayKeepAlive = framing != .untilClose
    left = head.fields.contentLength ?? 0
    isWithinAnswer = true

    writeStatusLine(head.status)
    // RFC 9110 section 8.6.
    buffer.writeBytes(head.status == 204 ? head.fields.withoutLength : head.fields.lines)
    if framing == .chunked { buffer.writeStaticString("Transfer-Encoding: chunked\r\n") }
    writeEndOfHead(head.exchangeID, keepsAlive: keepsAlive && mayKeepAlive)
  }

  package mutating func write(_ bytes: ByteBuffer) {
    switch framing {
    case .none:
      break
    case .length where bytes.readableBytes <= left:
      left -= bytes.readableBytes
      buffer.writeImmutableBuffer(bytes)
    case .length:
      // The client would take it for the next answer.
      if let piece = bytes.getSlice(at: bytes.readerIndex, length: left) { buffer.writeImmutableBuffer(piece) }
      (left, mayKeepAlive) = (0, false)
    case .untilClose:
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

  package mutating func writeEnd() {
    if framing == .chunked { buffer.writeStaticString("0\r\n\r\n") }
    // The next answer would be taken for the rest of this one.
    if framing == .length, left > 0 { mayKeepAlive = false }
    framing = .none
    isWithinAnswer = false
  }

  /// An answer of Belay's own.
  ///
  /// - Returns: whether it was written. An answer that has begun cannot become another.
  package mutating func write(
    _ error: GatewayError, with fields: ForwardedHeaders.AnswerFields = .init(), exchangeID: String, keepsAlive: Bool
  ) -> Bool {
    if isWithinAnswer { return false }
    let body = error.body
    writeStatusLine(error.status)
    writeField("Content-Type", "application/json")
    writeField("Content-Length", String(body.count))
    writeField("x-should-retry", error.isRetryable ? "true" : "false")
    if let seconds = error.retryAfter { writeField("Retry-After", String(seconds)) }
    buffer.writeBytes(fields.lines)
    // RFC 9110 section 15.5.2.
    if error.status == 401 { writeField("WWW-Authenticate", "Bearer realm=\"belay\"") }
    writeEndOfHead(exchangeID, keepsAlive: keepsAlive)
    if !isHead { buffer.writeBytes(body) }
    framing = .none
    return true
  }

  /// What has been written since the last call; nil if that is nothing.
  package mutating func take() -> ByteBuffer? {
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
