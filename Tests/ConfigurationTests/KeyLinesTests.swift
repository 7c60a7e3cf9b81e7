// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Testing

@Suite("A private key's lines") struct KeyLinesTests {
  /// RFC 8410 section 7: all but the number is the same for all keys.
  private static let heads: [[UInt8]] = [
    [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
    [0x30, 0x47, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x71, 0x04, 0x3B, 0x04, 0x39],
  ]

  @Test("Of an Ed25519 or Ed448 key the letters of its number are looked for, as a text that begins behind the others has it whole", arguments: heads)
  func edwards(_ head: [UInt8]) throws {
    let count = Int(try #require(head.last))
    let number = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 89 + 7) }
    let letters = Data(head + number).base64EncodedString()
    let lines = stride(from: 0, to: letters.utf8.count, by: 64).map { String(letters.dropFirst($0).prefix(64)) }
    let pem = (["-----BEGIN PRIVATE KEY-----"] + lines + ["-----END PRIVATE KEY-----", ""]).joined(separator: "\n")
    let known = TLSSettings.keyLines(pem: Array(pem.utf8)).map(\.revealed)
    // Sixteen bytes are 21 letters and a third; the last letter of all may have two bits of the number.
    #expect(letters.dropFirst(21).hasPrefix(known.joined()) && known.joined().utf8.count >= count * 4 / 3)
  }
}
