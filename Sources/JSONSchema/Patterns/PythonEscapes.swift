// SPDX-License-Identifier: Apache-2.0

// Backslashes and brackets.
extension PythonPattern {
  private var digit: String { flags.contains(.ascii) ? CharacterClasses.asciiDigit : CharacterClasses.pythonDigit }
  private var space: String { flags.contains(.ascii) ? CharacterClasses.asciiSpace : CharacterClasses.pythonSpace }
  private var word: String { flags.contains(.ascii) ? CharacterClasses.asciiWord : CharacterClasses.pythonWord }

  /// `_escape`: after a backslash outside of brackets.
  mutating func escape() throws(PatternProblem) -> Item {
    guard let scalar = source.get() else { throw PatternProblem("bad escape (end of pattern)") }
    switch Unicode.Scalar(scalar) {
    case "A": return position("\\A")
    case "Z": return position("\\z")
    case "b": return position(CharacterSet.border(of: word, isNegated: false))
    // Python's \B does not match the empty text (until 3.14).
    case "B": return position("(?:(?!\\A\\z)" + CharacterSet.border(of: word, isNegated: true) + ")")
    case "0":
      return literal(number([scalar] + source.getWhile(2, isOctal), base: 8))
    default: break
    }
    if let (items, isNegated) = category(scalar) { return Item(text: "[\(isNegated ? "^" : "")\(items)]") }
    if isDigit(scalar) { return try octalOrReference(scalar) }
    return literal(try characterEscape(scalar))
  }

  private func literal(_ scalar: UInt32) -> Item { Item(text: CharacterSet.literal(scalar)) }

  private mutating func octalOrReference(_ first: UInt32) throws(PatternProblem) -> Item {
    var digits = [first]
    if let second = source.next, isDigit(second) {
      source.at += 1
      digits.append(second)
      if isOctal(first), isOctal(second), let third = source.next, isOctal(third) {
        source.at += 1
        let value = number(digits + [third], base: 8)
        guard value <= 0o377 else { throw PatternProblem("octal escape value outside of range 0-0o377") }
        return literal(value)
      }
    }
    return try reference(to: Int(number(digits, base: 10)))
  }

  /// Escapes that stand for one character, inside and outside of brackets alike.
  private mutating func characterEscape(_ scalar: UInt32) throws(PatternProblem) -> UInt32 {
    switch Unicode.Scalar(scalar) {
    case "a": return 0x07
    case "f": return 0x0C
    case "n": return 0x0A
    case "r": return 0x0D
    case "t": return 0x09
    case "v": return 0x0B
    case "x": return try hex(2)
    case "u": return try hex(4)
    case "U":
      let value = try hex(8)
      guard value <= 0x10FFFF else { throw PatternProblem("bad escape \\U") }
      return value
    case "N":
      guard source.match("{") else { throw PatternProblem("missing {") }
      return try UnicodeNames.scalar(named: try source.getUntil("}", "character name"))
    default:
      if isASCIILetter(scalar) || isDigit(scalar) {
        throw PatternProblem("bad escape \\\(String(Unicode.Scalar(UInt8(scalar))))")
      }
      return scalar
    }
  }

  private mutating func hex(_ count: Int) throws(PatternProblem) -> UInt32 {
    let digits = source.getWhile(count, isHex)
    guard digits.count == count else { throw PatternProblem("incomplete escape") }
    return number(digits, base: 16)
  }

  private func category(_ scalar: UInt32) -> (String, isNegated: Bool)? {
    switch Unicode.Scalar(scalar) {
    case "d": (digit, false)
    case "D": (digit, true)
    case "s": (space, false)
    case "S": (space, true)
    case "w": (word, false)
    case "W": (word, true)
    default: nil
    }
  }

  /// A set, after its opening bracket.
  mutating func characterSet() throws(PatternProblem) -> String {
    var set = CharacterSet()
    set.isNegated = source.match("^")
    var isEmpty = true
    while true {
      guard let scalar = source.get() else { throw PatternProblem("unterminated character set") }
      if scalar == Character("]").scalar, !isEmpty { break }
      isEmpty = false
      let low = try member(scalar, &set)
      guard source.match("-") else {
        if let low { set.insert(low) }
        continue
      }
      guard let end = source.get() else { throw PatternProblem("unterminated character set") }
      if end == Character("]").scalar {
        if let low { set.insert(low) }
        set.insert(Character("-").scalar)
        break
      }
      guard let low, let high = try member(end, &set), low <= high else {
        throw PatternProblem("bad character range")
      }
      set.insert(low...high)
    }
    return set.pattern
  }

  /// A member of a set: its scalar, or nil when it is a category, which goes into the set at once.
  private mutating func member(_ scalar: UInt32, _ set: inout CharacterSet) throws(PatternProblem) -> UInt32? {
    guard scalar == Character("\\").scalar else { return scalar }
    guard let escaped = source.get() else { throw PatternProblem("bad escape (end of pattern)") }
    if let (items, isNegated) = category(escaped) {
      set.insert(class: items, isNegated: isNegated)
      return nil
    }
    if escaped == Character("b").scalar { return 0x08 }
    if isOctal(escaped) {
      let value = number([escaped] + source.getWhile(2, isOctal), base: 8)
      guard value <= 0o377 else { throw PatternProblem("octal escape value outside of range 0-0o377") }
      return value
    }
    return try characterEscape(escaped)
  }
}

/// Characters by their Unicode names.
enum UnicodeNames {
  /// Of all characters that have names, by the hashes of their names and aliases. Made when a pattern first asks, which takes a part of a
  /// second: a schema may ask for thousands.
  private static let all: [(hash: UInt32, value: UInt32)] = {
    var all: [(hash: UInt32, value: UInt32)] = []
    for range in [0..<0x32000 as Range<UInt32>, 0xE0000..<0xE0200] {
      for value in range {
        guard let properties = Unicode.Scalar(value)?.properties else { continue }
        for name in [properties.name, properties.nameAlias] { if let name { all.append((hash(name), value)) } }
      }
    }
    return all.sorted { ($0.hash, $0.value) < ($1.hash, $1.value) }
  }()

  /// FNV-1a.
  private static func hash(_ name: String) -> UInt32 { name.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 } }

  /// As Python's `unicodedata.lookup`: names and aliases, in any case.
  static func scalar(named name: String) throws(PatternProblem) -> UInt32 {
    // The longest has 88.
    let wanted = name.utf8.count <= 256 ? name.uppercased() : ""
    let hash = hash(wanted)
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    while low < all.count, all[low].hash == hash {
      let properties = Unicode.Scalar(all[low].value)?.properties
      if properties?.name == wanted || properties?.nameAlias == wanted { return all[low].value }
      low += 1
    }
    throw PatternProblem("undefined character name '\(name)'")
  }
}
