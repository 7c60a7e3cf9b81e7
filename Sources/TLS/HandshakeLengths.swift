// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Looks for a ClientHello that says it is long, before OpenSSL sees it: it makes room for all of it, up to 131 KB, as soon as it has read
/// the four bytes that say so. Other messages it holds to some kilobytes itself. Reads records and messages (RFC 8446, sections 4 and 5.1; RFC 5246,
/// sections 6.2.1 and 7.4) for as long as they are in the clear, in whatever pieces they come.
struct HandshakeLengths {
  /// It has a quarter of a kilobyte to two.
  static let limit = 16 << 10

  private var record: [UInt8] = []
  private var recordLeft = 0
  private var isHandshake = false
  private var message: [UInt8] = []
  private var messageLeft = 0
  /// What follows is encrypted.
  private var isOver = false

  /// - Parameter isTLS12: the version is settled. Then a ChangeCipherSpec means what it says; in TLS 1.3 it says nothing, and another
  ///   ClientHello may follow it.
  mutating func isTooLong(_ bytes: ByteBufferView, isTLS12: Bool) -> Bool {
    for byte in bytes where !isOver {
      if recordLeft > 0 {
        recordLeft -= 1
        if isHandshake, takeMessage(byte) { return true }
      } else {
        record.append(byte)
        if record.count == 5 { beginRecord(isTLS12: isTLS12) }
      }
    }
    return false
  }

  private mutating func beginRecord(isTLS12: Bool) {
    isHandshake = record[0] == 22
    recordLeft = Int(record[3]) << 8 | Int(record[4])
    // What is none of TLS's records is for OpenSSL to refuse.
    isOver = !(20...24).contains(record[0]) || record[1] != 3 || record[0] == 20 && isTLS12
    record.removeAll(keepingCapacity: true)
  }

  private mutating func takeMessage(_ byte: UInt8) -> Bool {
    if messageLeft > 0 {
      messageLeft -= 1
      return false
    }
    message.append(byte)
    guard message.count == 4 else { return false }
    defer { message.removeAll(keepingCapacity: true) }
    messageLeft = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
    return message[0] == 1 && messageLeft > Self.limit
  }
}
