// SPDX-License-Identifier: Apache-2.0

/// A path as those servers read it that normalize before they route. What is forwarded stays as it came.
///
/// Decoded once, and again as long as that changes it, since some decode at each of several layers; `\` is `/`, as the URL standard has it,
/// and either also where it was encoded, since many decode before they split; what stands behind `;` in a segment is a parameter (RFC 3986
/// section 3.3), which servlet containers take off first; spaces and dots at its end are none of its name on Windows; a segment that is empty
/// is none.
struct TargetPath {
  /// It has a segment `.` or `..`. Servers disagree about what that leaves of a path: at one it is another vendor's, or another
  /// endpoint's, than was judged here.
  let climbs: Bool
  /// It has a control character, which no name has: to a route that ends in Python's `$` a line feed behind it is nothing. Or it is no
  /// UTF-8: some servers leave out what they cannot read.
  let isIllFormed: Bool
  let isChatCompletions: Bool

  init(_ path: Substring) {
    if Self.isNormal(path) {
      climbs = false
      isIllFormed = false
      isChatCompletions = path.utf8.suffix(17).elementsEqual("/chat/completions".utf8) { Self.lowercase($0) == $1 }
      return
    }
    var (climbs, isIllFormed, isChatCompletions) = (false, false, false)
    var bytes = Array(path.utf8)
    for layer in 0..<Self.layers {
      let decoded = bytes.percentDecoded
      // Further on it may be part of a name, as in `%25E9`.
      if layer == 0 { isIllFormed = decoded.contains { $0 < 0x20 || $0 == 0x7F } || String(validating: decoded, as: UTF8.self) == nil }
      let names = Names(decoded)
      climbs = climbs || names.climb
      isChatCompletions = isChatCompletions || names.areChatCompletions
      if decoded.count == bytes.count { break }
      bytes = decoded
    }
    (self.climbs, self.isIllFormed, self.isChatCompletions) = (climbs, isIllFormed, isChatCompletions)
  }

  private static let layers = 4

  /// Whether it is as it would be read: nearly every path is.
  private static func isNormal(_ path: Substring) -> Bool {
    var last: UInt8 = 0
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: ";"): return false
      case UInt8(ascii: "/") where last == byte || last == UInt8(ascii: "."): return false
      case UInt8(ascii: ".") where last == UInt8(ascii: "/"): return false
      default: last = byte
      }
    }
    return last != UInt8(ascii: "/") && last != UInt8(ascii: ".")
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }

  /// What the segments of a decoded path are called.
  private struct Names {
    private(set) var climb = false
    private(set) var areChatCompletions = false

    init(_ path: [UInt8]) {
      var isWithinChat = false
      var isAtEnd = false
      for segment in path.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) {
        let name = Self.trimmed(segment.prefix { $0 != 0 && !";?#".utf8.contains($0) }) { $0 <= 0x20 }
        if name.count == 1 || name.count == 2, name.allSatisfy({ $0 == UInt8(ascii: ".") }) { climb = true }
        let plain = Self.trimmed(name) { $0 <= 0x20 || $0 == UInt8(ascii: ".") }
        if !plain.isEmpty {
          isAtEnd = isWithinChat && Self.isNamed("completions", plain)
          isWithinChat = Self.isNamed("chat", plain)
        }
        // To who decodes before it splits, `?` and `#` end the path, and to C a zero does.
        if isAtEnd, segment.contains(where: { $0 == 0 || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) { areChatCompletions = true }
      }
      if isAtEnd { areChatCompletions = true }
    }

    private static func isNamed(_ name: String, _ segment: ArraySlice<UInt8>) -> Bool { segment.map(lowercase).elementsEqual(name.utf8) }

    private static func trimmed(_ segment: ArraySlice<UInt8>, of isEnd: (UInt8) -> Bool) -> ArraySlice<UInt8> {
      segment.lastIndex { !isEnd($0) }.map { segment[...$0] } ?? []
    }
  }
}

extension Collection<UInt8> {
  /// Without percent-encoding (RFC 3986 section 2.1). A `%` that encodes nothing stays.
  var percentDecoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    var rest = self[...]
    while let byte = rest.popFirst() {
      let digits = byte == UInt8(ascii: "%") ? rest.prefix(2).compactMap(Self.hexadecimal) : []
      if digits.count == 2 {
        bytes.append(digits[0] << 4 | digits[1])
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
