// SPDX-License-Identifier: Apache-2.0

/// Reads a pattern as ECMA-262 does with the `u` flag, and writes the PCRE2 pattern with the same meaning. As browsers do
/// without that flag, a lone brace or bracket and a backslash before punctuation stand for themselves.
struct ECMAPattern {
  var source: PatternSource
  /// How many capture groups there are so far, and the numbers, from 1, of those with names, as UTF-8.
  var groups = 0
  var names: [[UInt8]: Int] = [:]
  /// Back references to be checked when all groups are known.
  var references: [Int] = []
  var nameReferences: [String] = []
  var depth = 0

  static func translate(_ text: ArraySlice<UInt8>) throws(PatternProblem) -> String {
    var parser = ECMAPattern(source: PatternSource(text))
    let pattern = try parser.alternatives()
    if !parser.source.isAtEnd { throw PatternProblem("unmatched )") }
    for group in parser.references where group > parser.groups {
      throw PatternProblem("reference to group \(group), which does not exist")
    }
    for name in parser.nameReferences where parser.names[Array(name.utf8)] == nil {
      throw PatternProblem("reference to group '\(name)', which does not exist")
    }
    return pattern
  }

  /// In a look-behind, which PCRE2 wants of a fixed length, `shortens` takes an alternative's first item as often as it must be
  /// there and no oftener: how far the match reaches back does not matter.
  private mutating func alternatives(shortens: Bool = false) throws(PatternProblem) -> String {
    depth += 1
    defer { depth -= 1 }
    try source.check(depth)
    var text = ""
    var canRepeat = false
    var items = 0
    var itemStart = text.endIndex
    while let scalar = source.next, scalar != Character(")").scalar {
      source.at += 1
      switch Unicode.Scalar(scalar) {
      case "|":
        text += "|"
        canRepeat = false
        items = 0
        continue
      case "^": text += "\\A"
      case "$": text += "\\z"
      case "*", "+", "?", "{":
        if let bounds = try quantifier(scalar) {
          guard canRepeat else { throw PatternProblem("nothing to repeat") }
          if shortens, items == 1 {
            if bounds.least == 0 { text = String(text[..<itemStart]) } else { text += "{\(bounds.least)}" }
            items = bounds.least == 0 ? 0 : 1
          } else {
            text += bounds.text
          }
          canRepeat = false
          continue
        }
        itemStart = text.endIndex
        items += 1
        text += CharacterSet.literal(scalar)
      default:
        itemStart = text.endIndex
        items += 1
        text += try atom(scalar, &canRepeat)
        if scalar == Character("\\").scalar { continue }
      }
      canRepeat = scalar != Character("^").scalar && scalar != Character("$").scalar
    }
    return text
  }

  private mutating func atom(_ scalar: UInt32, _ canRepeat: inout Bool) throws(PatternProblem) -> String {
    switch Unicode.Scalar(scalar) {
    case ".": return "[^\\x{a}\\x{d}\\x{2028}\\x{2029}]"
    case "[": return try characterSet()
    case "(": return try group()
    case "\\": return try escape(&canRepeat)
    default: return CharacterSet.literal(scalar)
    }
  }

  /// A quantifier as PCRE2 writes it, or nil for a brace that stands for itself.
  private mutating func quantifier(_ scalar: UInt32) throws(PatternProblem) -> (text: String, least: Int)? {
    var text = String(Unicode.Scalar(UInt8(scalar)))
    var minimum = scalar == Character("+").scalar ? 1 : 0
    if scalar == Character("{").scalar {
      let start = source.at
      let low = source.getWhile(.max, isDigit)
      let hasComma = source.match(",")
      let high = hasComma ? source.getWhile(.max, isDigit) : low
      guard !low.isEmpty, source.match("}") else {
        source.at = start
        return nil
      }
      let (least, most) = (min(number(low, base: 10), 65_535), number(high, base: 10))
      if !high.isEmpty, most < number(low, base: 10) { throw PatternProblem("numbers out of order in quantifier") }
      minimum = Int(least)
      text = "{\(least)," + (high.isEmpty || most > 65_535 ? "" : "\(most)") + "}"
    }
    return (source.match("?") ? text + "?" : text, minimum)
  }

  private mutating func group() throws(PatternProblem) -> String {
    var opening = "("
    if source.match("?") {
      guard let scalar = source.get() else { throw PatternProblem("unterminated group") }
      switch Unicode.Scalar(scalar) {
      case ":": opening = "(?:"
      case "=": opening = "(?:(?="
      case "!": opening = "(?:(?!"
      case "<":
        if source.match("=") {
          opening = "(?:(?<="
        } else if source.match("!") {
          opening = "(?:(?<!"
        } else {
          let name = try groupName()
          groups += 1
          guard names.updateValue(groups, forKey: Array(name.utf8)) == nil else { throw PatternProblem("two groups named '\(name)'") }
        }
      default:
        source.at -= 1
        opening = try modifiers()
      }
    } else {
      groups += 1
    }
    let text = try alternatives(shortens: opening.hasPrefix("(?:(?<"))
    guard source.match(")") else { throw PatternProblem("unterminated group") }
    return opening + text + (opening.hasPrefix("(?:(") ? "))" : ")")
  }

  private mutating func groupName() throws(PatternProblem) -> String {
    let name = try source.getUntil(">", "group name")
    for (offset, scalar) in name.unicodeScalars.enumerated() {
      let fits = offset == 0 ? scalar.properties.isIDStart : scalar.properties.isIDContinue
      guard fits || scalar == "_" || scalar == "$" else { throw PatternProblem("invalid group name '\(name)'") }
    }
    return name
  }

  /// `(?ims-ims:` of ES2025.
  private mutating func modifiers() throws(PatternProblem) -> String {
    func isModifier(_ scalar: UInt32) -> Bool {
      scalar == Character("i").scalar || scalar == Character("s").scalar || scalar == Character("m").scalar
    }
    let added = source.getWhile(3, isModifier)
    let removed = source.match("-") ? source.getWhile(3, isModifier) : []
    guard source.match(":"), !(added.isEmpty && removed.isEmpty), Set(added + removed).count == added.count + removed.count,
      !(added + removed).contains(where: { $0 != Character("i").scalar })
    else { throw PatternProblem("invalid group") }
    return added.isEmpty ? "(?-i:" : "(?i:"
  }

  /// After a backslash outside of brackets. `canRepeat` becomes whether a quantifier may follow.
  private mutating func escape(_ canRepeat: inout Bool) throws(PatternProblem) -> String {
    canRepeat = true
    guard let scalar = source.get() else { throw PatternProblem("\\ at end of pattern") }
    switch Unicode.Scalar(scalar) {
    case "b", "B":
      canRepeat = false
      return CharacterSet.border(of: CharacterClasses.asciiWord, isNegated: scalar == Character("B").scalar)
    case "k":
      guard source.match("<") else { throw PatternProblem("invalid named reference") }
      let name = try groupName()
      nameReferences.append(name)
      guard let number = names[Array(name.utf8)] else { return "(?:)" }
      return "\\g{\(number)}"
    default: break
    }
    if isDigit(scalar), scalar != 0x30 {
      let group = Int(number([scalar] + source.getWhile(.max, isDigit), base: 10))
      references.append(group)
      // A group that comes later has not matched yet, and such a reference matches nothing.
      return group > groups ? "(?:)" : "\\g{\(group)}"
    }
    if let (items, isNegated) = try category(scalar) {
      var set = CharacterSet()
      set.insert(class: items, isNegated: isNegated)
      return set.pattern
    }
    return CharacterSet.literal(try characterEscape(scalar))
  }

  private mutating func category(_ scalar: UInt32) throws(PatternProblem) -> (String, isNegated: Bool)? {
    switch Unicode.Scalar(scalar) {
    case "d": return (CharacterClasses.asciiDigit, false)
    case "D": return (CharacterClasses.asciiDigit, true)
    case "s": return (CharacterClasses.ecmaSpace, false)
    case "S": return (CharacterClasses.ecmaSpace, true)
    case "w": return (CharacterClasses.asciiWord, false)
    case "W": return (CharacterClasses.asciiWord, true)
    case "p", "P":
      guard source.match("{") else { throw PatternProblem("invalid property name") }
      let property = try ECMAProperty.pcre(try source.getUntil("}", "property name"))
      return (property, scalar == Character("P").scalar)
    default: return nil
    }
  }

  /// Escapes that stand for one character, inside and outside of brackets alike.
  private mutating func characterEscape(_ scalar: UInt32) throws(PatternProblem) -> UInt32 {
    switch Unicode.Scalar(scalar) {
    case "f": return 0x0C
    case "n": return 0x0A
    case "r": return 0x0D
    case "t": return 0x09
    case "v": return 0x0B
    case "0":
      if let next = source.next, isDigit(next) { throw PatternProblem("invalid decimal escape") }
      return 0
    case "c":
      guard let letter = source.get(), isASCIILetter(letter) else { throw PatternProblem("invalid control escape") }
      return letter % 32
    case "x": return try hex(2)
    case "u": return try unicodeEscape()
    default:
      if isASCIILetter(scalar) || isDigit(scalar) {
        throw PatternProblem("invalid escape \\\(String(Unicode.Scalar(UInt8(scalar))))")
      }
      return scalar
    }
  }

  private mutating func hex(_ count: Int) throws(PatternProblem) -> UInt32 {
    let digits = source.getWhile(count, isHex)
    guard digits.count == count else { throw PatternProblem("incomplete escape") }
    return number(digits, base: 16)
  }

  /// `\u{...}`, `\uXXXX`, or a pair of halves.
  private mutating func unicodeEscape() throws(PatternProblem) -> UInt32 {
    if source.match("{") {
      let digits = source.getWhile(.max, isHex)
      let value = number(digits, base: 16)
      guard !digits.isEmpty, value <= 0x10FFFF, source.match("}") else { throw PatternProblem("invalid \\u{...}") }
      return value
    }
    let high = try hex(4)
    guard high >= 0xD800, high < 0xDC00 else { return high }
    let start = source.at
    if source.match("\\"), source.match("u"), source.next != Character("{").scalar {
      let low = try hex(4)
      if low >= 0xDC00, low < 0xE000 { return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00) }
    }
    source.at = start
    return high
  }

  private mutating func characterSet() throws(PatternProblem) -> String {
    var set = CharacterSet()
    set.isNegated = source.match("^")
    while true {
      guard let scalar = source.get() else { throw PatternProblem("unterminated character class") }
      if scalar == Character("]").scalar { break }
      let low = try member(scalar, &set)
      guard source.next == Character("-").scalar, source.at + 1 < source.scalars.count,
        source.scalars[source.at + 1] != Character("]").scalar
      else {
        if let low { set.insert(low) }
        continue
      }
      source.at += 1
      guard let end = source.get(), let low, let high = try member(end, &set) else {
        throw PatternProblem("invalid character class")
      }
      guard low <= high else { throw PatternProblem("range out of order in character class") }
      set.insert(low...high)
    }
    return set.pattern
  }

  private mutating func member(_ scalar: UInt32, _ set: inout CharacterSet) throws(PatternProblem) -> UInt32? {
    guard scalar == Character("\\").scalar else { return scalar }
    guard let escaped = source.get() else { throw PatternProblem("\\ at end of pattern") }
    if escaped == Character("b").scalar { return 0x08 }
    if let (items, isNegated) = try category(escaped) {
      set.insert(class: items, isNegated: isNegated)
      return nil
    }
    return try characterEscape(escaped)
  }
}
