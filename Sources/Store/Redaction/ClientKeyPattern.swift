// SPDX-License-Identifier: Apache-2.0

/// How the keys look that the proxy makes for its clients, `belay_` and 43 letters and digits: another client's may stand in a prompt, and
/// only its digest is known here.
enum ClientKeyPattern {
  private static let prefix = Array("belay_".utf8)
  private static let letters = 43
  /// Half of a key counts where there are digits among it: metrics are named `belay_` too.
  private static let half = 22

  static func occurs(in bytes: borrowing Span<UInt8>) -> Bool {
    var place = 0
    return next(in: bytes, from: &place) != nil
  }

  static func ranges(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var place = 0
    while let range = next(in: bytes, from: &place) { found.append(range) }
    return found
  }

  /// The next from `start` on, which is moved behind it. Looks at every sixth byte where there is none.
  private static func next(in bytes: borrowing Span<UInt8>, from start: inout Int) -> Range<Int>? {
    var last = start + prefix.count - 1
    while last + half < bytes.count {
      switch bytes[last] {
      case UInt8(ascii: "_"):
        if stands(in: bytes, before: last + 1) {
          var end = last + 1
          var hasDigit = false
          while end < bytes.count, isLetter(bytes[end]) {
            if (0x30...0x39).contains(bytes[end]) { hasDigit = true }
            end += 1
          }
          if end - last > letters || hasDigit && end - last > half {
            start = end
            return last + 1 - prefix.count..<end
          }
        }
        last += 6
      case UInt8(ascii: "y"): last += 1
      case UInt8(ascii: "a"): last += 2
      case UInt8(ascii: "l"): last += 3
      case UInt8(ascii: "e"): last += 4
      case UInt8(ascii: "b"): last += 5
      default: last += 6
      }
    }
    return nil
  }

  private static func stands(in bytes: borrowing Span<UInt8>, before end: Int) -> Bool {
    guard end >= prefix.count else { return false }
    for place in prefix.indices where bytes[end - prefix.count + place] != prefix[place] { return false }
    return true
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
