// SPDX-License-Identifier: Apache-2.0

/// Why a pattern cannot be used, in the words of its dialect.
struct PatternProblem: Error, Equatable {
  let message: String
  init(_ message: String) { self.message = message }
}

/// A pattern's scalars with a reading position. Half surrogates keep their own values.
struct PatternSource {
  let scalars: [UInt32]
  var at = 0

  /// Decodes UTF-8, or WTF-8.
  init(_ text: ArraySlice<UInt8>) {
    var scalars: [UInt32] = []
    var index = text.startIndex
    while index < text.endIndex {
      let lead = UInt32(text[index])
      let count = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
      var value = count == 1 ? lead : lead & (0x7F >> UInt32(count))
      for offset in 1..<max(count, 1) where index + offset < text.endIndex {
        value = value << 6 | UInt32(text[index + offset] & 0x3F)
      }
      scalars.append(value)
      index += count
    }
    self.scalars = scalars
  }

  /// Each level copies all that is in it: what is long may not be deep.
  func check(_ depth: Int) throws(PatternProblem) {
    guard depth < 200 else { throw PatternProblem("nested too deep") }
    guard depth < 16 || depth * scalars.count < 1 << 20 else { throw Regex.tooLarge }
  }

  var next: UInt32? { at < scalars.count ? scalars[at] : nil }
  var isAtEnd: Bool { at >= scalars.count }

  mutating func get() -> UInt32? {
    guard at < scalars.count else { return nil }
    at += 1
    return scalars[at - 1]
  }

  /// Takes one scalar when it is this one.
  mutating func match(_ character: Character) -> Bool {
    guard next == character.scalar else { return false }
    at += 1
    return true
  }

  /// Takes at most `limit` scalars while they fit.
  mutating func getWhile(_ limit: Int, _ fits: (UInt32) -> Bool) -> [UInt32] {
    let start = at
    while at < scalars.count, at - start < limit, fits(scalars[at]) { at += 1 }
    return Array(scalars[start..<at])
  }

  /// Takes the text before a terminator, and the terminator.
  mutating func getUntil(_ terminator: Character, _ what: String) throws(PatternProblem) -> String {
    var text = ""
    while let scalar = get() {
      if scalar == terminator.scalar {
        guard !text.isEmpty else { throw PatternProblem("missing \(what)") }
        return text
      }
      text.unicodeScalars.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
    }
    throw PatternProblem("missing \(terminator), unterminated \(what)")
  }
}

extension Character {
  /// The value of a character that is one scalar.
  var scalar: UInt32 { unicodeScalars.first?.value ?? 0 }
}

func isDigit(_ scalar: UInt32) -> Bool { scalar >= 0x30 && scalar <= 0x39 }
func isOctal(_ scalar: UInt32) -> Bool { scalar >= 0x30 && scalar <= 0x37 }
func isHex(_ scalar: UInt32) -> Bool { scalar < 0x80 && hexDigit(UInt8(scalar)) != nil }
func isASCIILetter(_ scalar: UInt32) -> Bool { scalar | 0x20 >= 0x61 && scalar | 0x20 <= 0x7A && scalar < 0x80 }

/// The number that digits of a base up to 16 spell, at most `UInt32.max`.
func number(_ digits: [UInt32], base: UInt64) -> UInt32 {
  var value: UInt64 = 0
  for digit in digits { value = min(value * base + UInt64(hexDigit(UInt8(digit)) ?? 0), UInt64(UInt32.max)) }
  return UInt32(value)
}
