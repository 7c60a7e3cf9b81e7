// SPDX-License-Identifier: Apache-2.0

/// Reads a pattern as Python 3.11's `re` does, rejecting what it rejects, and writes the PCRE2 pattern with the same meaning
/// (section 2.4 of the reference; `Lib/re/_parser.py`).
struct PythonPattern {
  struct Flags: OptionSet {
    let rawValue: UInt8
    static let ascii = Flags(rawValue: 1)
    static let ignoreCase = Flags(rawValue: 2)
    static let multiline = Flags(rawValue: 4)
    static let dotAll = Flags(rawValue: 8)
    static let verbose = Flags(rawValue: 16)
  }

  /// How many characters an expression can match, for the fixed width of look-behinds.
  struct Width {
    var low = 0
    var high = 0
    static let unlimited = 1 << 32

    static func + (one: Width, other: Width) -> Width {
      Width(low: min(one.low + other.low, unlimited), high: min(one.high + other.high, unlimited))
    }
    func times(_ low: Int, _ high: Int) -> Width {
      Width(
        low: min(self.low.multipliedReportingOverflow(by: low).partialValue, Width.unlimited),
        high: self.high == 0 ? 0 : min(self.high, Width.unlimited) * min(high, 1 << 20) > Width.unlimited
          ? Width.unlimited : min(self.high * min(high, 1 << 20), Width.unlimited))
    }
    func union(_ other: Width) -> Width { Width(low: min(low, other.low), high: max(high, other.high)) }
  }

  /// A part of the result: PCRE2 text, its width, and whether a quantifier may follow.
  struct Item {
    enum Kind { case plain, position, `repeat` }
    var text: String
    var width = Width(low: 1, high: 1)
    var kind = Kind.plain
  }

  var source: PatternSource
  var flags: Flags = []
  /// Widths of the groups that are closed; nil while a group is open. Group 0 is the whole.
  var groups: [Width?] = [nil]
  /// As UTF-8.
  var names: [[UInt8]: Int] = [:]
  /// Groups named by number in conditions, to be checked at the end.
  var conditions: [Int] = []
  /// How many groups there were when the outermost look-behind was entered.
  var lookbehindGroups: Int?
  var depth = 0

  /// The PCRE2 pattern, or why Python would not compile this one.
  static func translate(_ text: ArraySlice<UInt8>) throws(PatternProblem) -> String {
    var parser = PythonPattern(source: PatternSource(text))
    let (pattern, _) = try parser.alternatives(isOutermost: true)
    if !parser.source.isAtEnd { throw PatternProblem("unbalanced parenthesis") }
    for group in parser.conditions where group >= parser.groups.count {
      throw PatternProblem("invalid group reference \(group)")
    }
    return pattern
  }

  /// `_parse_sub`: expressions between bars.
  mutating func alternatives(isOutermost: Bool = false) throws(PatternProblem) -> (String, Width) {
    depth += 1
    defer { depth -= 1 }
    try source.check(depth)
    var texts: [String] = []
    var width: Width?
    let startFlags = flags
    repeat {
      let (text, one) = try sequence(isFirst: isOutermost && texts.isEmpty)
      texts.append(text)
      width = width?.union(one) ?? one
    } while source.match("|")
    var text = texts.joined(separator: "|")
    // Flags at the start of the whole pattern hold for all of it.
    if isOutermost, flags.contains(.ignoreCase) { text = "(?i:" + text + ")" }
    if !isOutermost { flags = startFlags }
    return (text, width ?? Width())
  }

  /// `_parse`: items one after the other.
  mutating func sequence(isFirst: Bool) throws(PatternProblem) -> (String, Width) {
    var items: [Item] = []
    while let scalar = source.next, scalar != Character("|").scalar, scalar != Character(")").scalar {
      source.at += 1
      if flags.contains(.verbose), skipVerbose(scalar) { continue }
      switch Unicode.Scalar(scalar) {
      case "\\": items.append(try escape())
      case "[": items.append(Item(text: try characterSet()))
      case ".": items.append(Item(text: flags.contains(.dotAll) ? "(?s:.)" : "[^\\x{a}]"))
      case "^": items.append(position(flags.contains(.multiline) ? "(?<![^\\x{a}])" : "\\A"))
      case "$": items.append(position(flags.contains(.multiline) ? "(?=\\x{a}|\\z)" : "(?=\\x{a}?\\z)"))
      case "(":
        if let group = try group(isFirst: isFirst && items.isEmpty) { items.append(group) }
      case "*", "+", "?", "{":
        guard let bounds = try repeatBounds(scalar) else {
          items.append(Item(text: CharacterSet.literal(scalar)))
          continue
        }
        guard let item = items.popLast(), item.kind != .position else { throw PatternProblem("nothing to repeat") }
        if item.kind == .repeat { throw PatternProblem("multiple repeat") }
        items.append(repeated(item, bounds))
      default: items.append(Item(text: CharacterSet.literal(scalar)))
      }
    }
    return (items.map(\.text).joined(), items.map(\.width).reduce(Width(), +))
  }

  func position(_ text: String) -> Item { Item(text: text, width: Width(), kind: .position) }

  /// White space and comments of the verbose mode.
  private mutating func skipVerbose(_ scalar: UInt32) -> Bool {
    if scalar == 0x20 || (scalar >= 0x09 && scalar <= 0x0D) { return true }
    guard scalar == Character("#").scalar else { return false }
    while let next = source.get(), next != 0x0A {}
    return true
  }

  /// The bounds of a quantifier, or nil when a brace stands for itself.
  private mutating func repeatBounds(_ scalar: UInt32) throws(PatternProblem) -> (Int, Int?)? {
    switch Unicode.Scalar(scalar) {
    case "*": return (0, nil)
    case "+": return (1, nil)
    case "?": return (0, 1)
    default:
      if source.next == Character("}").scalar { return nil }
      let start = source.at
      let low = source.getWhile(.max, isDigit)
      let high = source.match(",") ? source.getWhile(.max, isDigit) : low
      guard source.match("}") else {
        source.at = start
        return nil
      }
      let (least, most) = (Int(number(low, base: 10)), Int(number(high, base: 10)))
      if least >= Int(UInt32.max) || most >= Int(UInt32.max) {
        throw PatternProblem("the repetition number is too large")
      }
      if high.isEmpty { return (least, nil) }
      if most < least { throw PatternProblem("min repeat greater than max repeat") }
      return (least, most)
    }
  }

  private mutating func repeated(_ item: Item, _ bounds: (low: Int, high: Int?)) -> Item {
    // A look-behind must have a fixed length for PCRE2, even of repeated assertions: once or never says the same.
    if lookbehindGroups != nil, item.width.high == 0, item.text.hasPrefix("(?") {
      _ = source.match("?") || source.match("+")
      return Item(text: bounds.low == 0 ? "" : item.text, width: Width(), kind: .repeat)
    }
    // PCRE2 counts to 65,535; nothing that is asked for beyond differs in practice.
    var text = item.text + "{\(min(bounds.low, 65_535)),"
    if let high = bounds.high, high <= 65_535 { text += "\(high)" }
    text += "}"
    if source.match("?") { text += "?" } else if source.match("+") { text += "+" }
    return Item(
      text: text, width: item.width.times(bounds.low, bounds.high ?? Width.unlimited), kind: .repeat)
  }
}
