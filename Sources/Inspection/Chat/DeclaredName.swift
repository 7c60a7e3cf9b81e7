// SPDX-License-Identifier: Apache-2.0

/// Which declared tool a name means that a vendor mangled (R30, R35 to R37). Only what is certain counts: one tool, and no
/// other reading.
package enum DeclaredName: Equatable, Sendable {
  case exact(Int)
  /// The tool's name with the model's own prefix, or as a whole id: `functions.search`, `functions.search:0` (R30).
  case prefixed(Int)
  /// Not declared, and yet only one tool can be meant (R35 to R37).
  case corrupted(Int)

  package var tool: Int {
    switch self {
    case .exact(let tool), .prefixed(let tool), .corrupted(let tool): tool
    }
  }

  /// The tool that `name` means; `nil` when it is none, or more than one could be.
  ///
  /// - Parameter strangers: what else is a tool's name, though not declared: no other tool is meant by it.
  package static func match(
    _ name: borrowing Span<UInt8>, among tools: ByteStrings, strangers: ByteStrings = ByteStrings()
  ) -> DeclaredName? {
    if let tool = tools.firstIndex(of: name) { return .exact(tool) }
    guard !name.isBlank else { return nil }
    if name.hasPrefix(prefix.span) {
      let rest = name.extracting(prefix.count..<name.count)
      if let tool = tools.firstIndex(of: rest) { return .prefixed(tool) }
      let whole = rest.extracting(0..<endOfName(rest))
      if let tool = tools.firstIndex(of: whole) { return .prefixed(tool) }
    }
    return tools.isBeyondGuessing || strangers.isBeyondGuessing ? nil : corrupted(name, among: tools, strangers).map { .corrupted($0) }
  }

  /// Whether `name` with more behind it could still come to mean a tool. It may say yes too often, never no.
  package static func canGrow(_ name: borrowing Span<UInt8>, among tools: ByteStrings) -> Bool {
    let letters = folded(name)
    if letters.isEmpty || tools.isBeyondGuessing { return true }
    for wrapping in wrappings where wrapping.starts(with: letters) { return true }
    let word = folded(name.extracting(0..<endOfHead(name)))
    let forms = distinct([letters, unwrapped(letters), word, unwrapped(word)])
    for tool in 0..<tools.count {
      let declared = folded(tools.bytes.span.extracting(tools.range(tool)))
      for form in forms where form.span.hasPrefix(declared.span) || holds(declared.span, form.span) { return true }
    }
    return false
  }
}

extension DeclaredName {
  private static let prefix = Array("functions.".utf8)
  /// What the model's own ids put before a name, punctuation aside.
  private static let wrappings = ["functions", "callfunctions", "call"].map { Array($0.utf8) }

  private static func corrupted(_ name: borrowing Span<UInt8>, among tools: ByteStrings, _ strangers: ByteStrings) -> Int? {
    // Cut off or mixed up: `mcp__linear__list_issu?list_issues`, `read" parameter="path`.
    let head = endOfHead(name)
    if head < name.count {
      let tail = startOfTail(name)
      if let tool = tools.firstIndex(of: name.extracting(0..<head)) {
        return namesAnother(name.extracting(head...), than: tool, tools, strangers) || spellsLonger(name, head, tools, strangers) ? nil : tool
      }
      guard head > 0, tail < name.count else { return nil }
      return only(tools) {
        $0.count <= head + name.count - tail && $0.hasPrefix(name.extracting(0..<head))
          && $0.hasSuffix(name.extracting(tail..<name.count))
      }
    }
    // Mashed or respelt: `call_functionsglob7`, `functions_Read_0`, `Read-File` for `read_file`.
    let letters = folded(name)
    let bare = unwrapped(letters)
    let uncounted = withoutCount(name, bare, isWrapped: bare != letters)
    // `call_functionssha256` is no `sha` where a tool is called `sha256` that is not declared.
    if uncounted != bare, holds(strangers, bare) { return nil }
    for form in distinct([letters, bare, uncounted]) {
      if let tool = only(tools, where: { isFolded($0, form) }) { return tool }
    }
    // Without its namespace. Nothing is made of a name that is cut short: `delete_user` may be another tool than `delete_users`.
    return strangers.contains(name) ? nil : only(tools) { isNamespaced($0, name) }
  }

  /// Whether what stands behind a tool's name has another tool's among its first words: two were called at once.
  private static func namesAnother(
    _ rest: borrowing Span<UInt8>, than tool: Int, _ tools: ByteStrings, _ strangers: ByteStrings
  ) -> Bool {
    var (start, words) = (0, 0)
    while start < rest.count, words < 16 {
      let end = start &+ endOfHead(rest.extracting(start...))
      let word = rest.extracting(start..<end)
      start = end &+ 1
      if word.isEmpty { continue }
      if tools.firstIndex(of: word).map({ $0 != tool }) ?? strangers.contains(word) { return true }
      words &+= 1
    }
    return false
  }

  /// Whether a tool with a longer name may be meant, spelled with other signs: `delete file` is no `delete` where there is a `delete_file`.
  /// Of the history's names those that are spoilt themselves are none.
  private static func spellsLonger(_ name: borrowing Span<UInt8>, _ head: Int, _ tools: ByteStrings, _ strangers: ByteStrings) -> Bool {
    let (letters, least) = (folded(name), folded(name.extracting(0..<head)).count)
    for names in [tools, strangers] {
      for number in 0..<names.count {
        let other = names.bytes.span.extracting(names.range(number))
        if beginning(of: letters, in: other) > least, endOfHead(other) == other.count { return true }
      }
    }
    return false
  }

  /// How many letters a name has, if all of them are those with which `letters` begin; else 0.
  private static func beginning(of letters: [UInt8], in name: borrowing Span<UInt8>) -> Int {
    var matched = 0
    for index in name.indices where isLetter(name[index]) {
      guard matched < letters.count, letters[matched] == name[index].asciiLowercased else { return 0 }
      matched += 1
    }
    return matched
  }

  /// The one tool of which `condition` holds.
  private static func only(_ tools: ByteStrings, where condition: (borrowing Span<UInt8>) -> Bool) -> Int? {
    var found: Int?
    for tool in 0..<tools.count where condition(tools.bytes.span.extracting(tools.range(tool))) {
      // The same name twice is one tool.
      if let found, tools[found] != tools[tool] { return nil }
      found = found ?? tool
    }
    return found
  }

  /// `mcp__linear__list_issues` for `list_issues`.
  private static func isNamespaced(_ tool: borrowing Span<UInt8>, _ name: borrowing Span<UInt8>) -> Bool {
    guard tool.count > name.count + 1, tool.hasSuffix(name) else { return false }
    let before = tool[tool.count - name.count - 1]
    let isDouble = before == underscore && tool[tool.count - name.count - 2] == underscore
    return isDouble || before == UInt8(ascii: ".") || before == UInt8(ascii: "/") || before == UInt8(ascii: ":")
  }

  /// Letters and digits in small, nothing else.
  private static func folded(_ name: borrowing Span<UInt8>) -> [UInt8] {
    var letters: [UInt8] = []
    letters.reserveCapacity(name.count)
    for index in name.indices where isLetter(name[index]) {
      letters.append(name[index].asciiLowercased)
    }
    return letters
  }

  /// Whether these are the letters of `name`.
  private static func isFolded(_ name: borrowing Span<UInt8>, _ letters: [UInt8]) -> Bool {
    !letters.isEmpty && beginning(of: letters, in: name) == letters.count
  }

  /// Each is looked for among all tools.
  private static func distinct(_ forms: [[UInt8]]) -> [[UInt8]] {
    forms.reduce(into: []) { found, form in
      if !form.isEmpty, !found.contains(form) { found.append(form) }
    }
  }

  /// Whether `part`, which is not empty, stands anywhere in these letters.
  private static func holds(_ letters: borrowing Span<UInt8>, _ part: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let start = firstOffset(of: part[0], in: letters, from: at) {
      if letters.extracting(start...).hasPrefix(part) { return true }
      at = start &+ 1
    }
    return false
  }

  private static func unwrapped(_ letters: [UInt8]) -> [UInt8] {
    for wrapping in [wrappings[1], wrappings[0]] where letters.starts(with: wrapping) {
      return Array(letters.dropFirst(wrapping.count))
    }
    return letters
  }

  /// The letters of an id without its count. Digits are one only behind a colon, or where they stand in what is an id otherwise, too, and
  /// are parted from the name as `functions` is, by the same sign or by none: `sha256` is no `sha`, nor is `functions_sha256`.
  private static func withoutCount(_ name: borrowing Span<UInt8>, _ bare: [UInt8], isWrapped: Bool) -> [UInt8] {
    let whole = endOfName(name)
    if whole < name.count { return unwrapped(folded(name.extracting(0..<whole))) }
    guard isWrapped else { return bare }
    var (start, letters) = (name.count, 0)
    while start > 0, letters < bare.count {
      start -= 1
      if isLetter(name[start]) { letters += 1 }
    }
    var end = name.count
    while end > start, name[end - 1].isDigit { end -= 1 }
    guard start > 0, end > start, end < name.count else { return bare }
    let (first, last) = (name[start - 1], name[end - 1])
    guard isLetter(first) ? isLetter(last) : first == last && first != UInt8(ascii: ".") else { return bare }
    return Array(bare.dropLast(name.count - end))
  }

  /// Whether one of these names has just these letters.
  private static func holds(_ names: ByteStrings, _ letters: [UInt8]) -> Bool {
    for name in 0..<names.count where isFolded(names.bytes.span.extracting(names.range(name)), letters) { return true }
    return false
  }

  /// Where the name in an id ends, without the `:0`.
  private static func endOfName(_ id: borrowing Span<UInt8>) -> Int {
    var end = id.count
    while end > 0, id[end - 1].isDigit { end -= 1 }
    let hasCount = end > 0 && end < id.count && id[end - 1] == UInt8(ascii: ":")
    return hasCount ? end - 1 : id.count
  }

  /// The first byte that no name has.
  private static func endOfHead(_ name: borrowing Span<UInt8>) -> Int {
    var end = 0
    while end < name.count, isNameByte(name[end]) { end += 1 }
    return end
  }

  /// Behind the last byte that no name has.
  private static func startOfTail(_ name: borrowing Span<UInt8>) -> Int {
    var start = name.count
    while start > 0, isNameByte(name[start - 1]) { start -= 1 }
    return start
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte.isDigit || byte.asciiLowercased &- 0x61 < 26 || byte == underscore || byte >= 0x80
  }

  private static func isLetter(_ byte: UInt8) -> Bool { isWord(byte) && byte != underscore }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    isWord(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
      || byte == UInt8(ascii: "$") || byte == UInt8(ascii: "/")
  }
}

private let underscore: UInt8 = 0x5F
