// SPDX-License-Identifier: Apache-2.0

extension [UInt8] {
  /// Appends one more piece of a text. Where a gateway in JavaScript has cut a character beyond U+FFFF, one piece ends with `\ud83d` and
  /// the next begins with `\ude00`: halves that JavaScript puts together, and so must whoever puts the pieces together.
  ///
  /// - Returns: whether it was so.
  @discardableResult
  mutating func appendText(_ piece: borrowing Span<UInt8>) -> Bool {
    guard piece.count >= 3, piece[0] == 0xED, piece[1] & 0xF0 == 0xB0, let high = trailingHigh else {
      append(piece)
      return false
    }
    let low = UInt32(piece[1] & 0x0F) << 6 | UInt32(piece[2] & 0x3F)
    let scalar = 0x10000 + (high << 10 | low)
    removeLast(3)
    for (shift, lead) in [(18, 0xF0), (12, 0x80), (6, 0x80), (0, 0x80)] as [(UInt32, UInt8)] {
      append(lead | UInt8(truncatingIfNeeded: scalar >> shift) & (lead == 0xF0 ? 0x07 : 0x3F))
    }
    append(piece.extracting(3..<piece.count))
    return true
  }

  var endsInHalf: Bool { trailingHigh != nil }

  /// The ten bits of a first half at the end, written as UTF-8 has no such character (ED A0 80 to ED AF BF).
  private var trailingHigh: UInt32? {
    guard count >= 3, self[count - 3] == 0xED, self[count - 2] & 0xF0 == 0xA0 else { return nil }
    return UInt32(self[count - 2] & 0x0F) << 6 | UInt32(self[count - 1] & 0x3F)
  }
}
