// SPDX-License-Identifier: Apache-2.0

// Everything that starts with a parenthesis.
extension PythonPattern {
  /// Reads a group after its parenthesis; nil when it adds nothing (a comment, or flags).
  mutating func group(isFirst: Bool) throws(PatternProblem) -> Item? {
    guard source.match("?") else { return try capture(name: nil) }
    guard let scalar = source.get() else { throw PatternProblem("unexpected end of pattern") }
    switch Unicode.Scalar(scalar) {
    case "P": return try named()
    case ":": return try enclosed("(?:")
    case ">": return try enclosed("(?>")
    case "#":
      while let next = source.get() {
        if next == Character(")").scalar { return nil }
      }
      throw PatternProblem("missing ), unterminated comment")
    case "=": return try look("(?=")
    case "!": return try look("(?!")
    case "<":
      if source.match("=") { return try lookbehind("(?<=") }
      if source.match("!") { return try lookbehind("(?<!") }
      throw PatternProblem("unknown extension ?<")
    case "(": return try condition()
    default:
      source.at -= 1
      return try flagGroup(isFirst: isFirst)
    }
  }

  private mutating func close() throws(PatternProblem) {
    guard source.match(")") else { throw PatternProblem("missing ), unterminated subpattern") }
  }

  private mutating func enclosed(_ opening: String) throws(PatternProblem) -> Item {
    let (text, width) = try alternatives()
    try close()
    return Item(text: opening + text + ")", width: width)
  }

  private mutating func capture(name: String?) throws(PatternProblem) -> Item {
    let index = groups.count
    groups.append(nil)
    if let name { names[Array(name.utf8)] = index }
    let item = try enclosed("(")
    groups[index] = item.width
    return item
  }

  private mutating func named() throws(PatternProblem) -> Item {
    if source.match("<") {
      let name = try identifier(until: ">")
      if names[Array(name.utf8)] != nil { throw PatternProblem("redefinition of group name '\(name)'") }
      return try capture(name: name)
    }
    if source.match("=") {
      let name = try identifier(until: ")")
      guard let group = names[Array(name.utf8)] else { throw PatternProblem("unknown group name '\(name)'") }
      return try reference(to: group)
    }
    throw PatternProblem("unknown extension ?P")
  }

  private mutating func identifier(until terminator: Character) throws(PatternProblem) -> String {
    let name = try source.getUntil(terminator, "group name")
    for (offset, scalar) in name.unicodeScalars.enumerated() {
      let fits = offset == 0 ? scalar.properties.isXIDStart || scalar == "_" : scalar.properties.isXIDContinue
      guard fits else { throw PatternProblem("bad character in group name '\(name)'") }
    }
    return name
  }

  /// A back reference, which must be to a closed group outside of the look-behind it stands in.
  func reference(to group: Int) throws(PatternProblem) -> Item {
    guard group < groups.count else { throw PatternProblem("invalid group reference \(group)") }
    guard let width = groups[group] else { throw PatternProblem("cannot refer to an open group") }
    if let lookbehindGroups, group >= lookbehindGroups {
      throw PatternProblem("cannot refer to group defined in the same lookbehind subpattern")
    }
    return Item(text: "\\g{\(group)}", width: width)
  }

  private mutating func look(_ opening: String) throws(PatternProblem) -> Item {
    var item = try enclosed(opening)
    item.width = Width()
    // A group of its own, so that a quantifier means the same.
    item.text = "(?:" + item.text + ")"
    return item
  }

  private mutating func lookbehind(_ opening: String) throws(PatternProblem) -> Item {
    let outer = lookbehindGroups
    if outer == nil { lookbehindGroups = groups.count }
    defer { lookbehindGroups = outer }
    let item = try enclosed(opening)
    if item.width.low != item.width.high { throw PatternProblem("look-behind requires fixed-width pattern") }
    return Item(text: "(?:" + item.text + ")", width: Width())
  }

  /// `(?(group)yes|no)`.
  private mutating func condition() throws(PatternProblem) -> Item {
    let name = try source.getUntil(")", "group name")
    let group: Int
    if name.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
      group = Int(name) ?? .max
      guard group > 0 else { throw PatternProblem("bad group number") }
      guard group < 1 << 30 else { throw PatternProblem("invalid group reference \(name)") }
      conditions.append(group)
    } else {
      guard let index = names[Array(name.utf8)] else { throw PatternProblem("unknown group name '\(name)'") }
      group = index
    }
    if let lookbehindGroups, group >= lookbehindGroups {
      throw PatternProblem("cannot refer to group defined in the same lookbehind subpattern")
    }
    let (yes, width) = try sequence(isFirst: false)
    var (no, noWidth) = ("", Width())
    if source.match("|") {
      (no, noWidth) = try sequence(isFirst: false)
      if source.next == Character("|").scalar {
        throw PatternProblem("conditional backref with more than two branches")
      }
    }
    try close()
    return Item(text: "(?(\(group))\(yes)|\(no))", width: width.union(noWidth))
  }

  /// `(?flags)` at the very start, or `(?flags-flags:...)`.
  private mutating func flagGroup(isFirst: Bool) throws(PatternProblem) -> Item? {
    var added: Flags = []
    var removed: Flags = []
    var isUnicode = false
    while let scalar = source.next, let flag = Self.flag(scalar) {
      source.at += 1
      if flag == .ascii && isUnicode || flag.isEmpty && added.contains(.ascii) {
        throw PatternProblem("bad inline flags: flags 'a', 'u' and 'L' are incompatible")
      }
      if flag.isEmpty { isUnicode = true }
      added.formUnion(flag)
    }
    if source.next == Character("L").scalar {
      throw PatternProblem("bad inline flags: cannot use 'L' flag with a str pattern")
    }
    if source.match(")") {
      guard !added.isEmpty || isUnicode else { throw PatternProblem("unknown extension ?)") }
      guard isFirst else { throw PatternProblem("global flags not at the start of the expression") }
      flags.formUnion(added)
      return nil
    }
    if source.match("-") {
      while let scalar = source.next, let flag = Self.flag(scalar) {
        source.at += 1
        if flag.isEmpty || flag == .ascii {
          throw PatternProblem("bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
        }
        removed.formUnion(flag)
      }
      guard !removed.isEmpty else { throw PatternProblem("missing flag") }
    }
    guard source.match(":"), added.isDisjoint(with: removed) else { throw PatternProblem("unknown extension") }
    let outer = flags
    flags.formUnion(added)
    flags.subtract(removed)
    if isUnicode { flags.remove(.ascii) }
    let inner = flags
    defer { flags = outer }
    return try enclosed(inner.contains(.ignoreCase) ? "(?i:" : "(?-i:")
  }

  /// A flag letter; the empty set for `u`, which is the default.
  private static func flag(_ scalar: UInt32) -> Flags? {
    switch Unicode.Scalar(scalar) {
    case "a": .ascii
    case "i": .ignoreCase
    case "m": .multiline
    case "s": .dotAll
    case "x": .verbose
    case "u": []
    default: nil
    }
  }
}
