// SPDX-License-Identifier: Apache-2.0

/// Reads a file line by line, be it YAML or not, and says how much of each a problem may show: up to the first value that is not
/// ``Showable``. It knows as much of YAML as tells which setting a value belongs to; where it cannot tell, it shows nothing.
struct LineMask {
  /// A list or a mapping in brackets that is open.
  private struct Flow {
    let node: Showable?
    let isMapping: Bool
    /// What a value here would belong to: nil before a key.
    var value: Showable?
  }

  /// The keys whose blocks are open, with their columns from 0.
  private var blocks: [(column: Int, node: Showable?)] = []
  private var flows: [Flow] = []
  /// Of a text that goes on in the next line.
  private var quote: Unicode.Scalar?
  /// The column that ends a text after `|` or `>`: of the key that it belongs to.
  private var literal: Int?
  /// Whether the lines are those between BEGIN and END, as when a key was pasted with the wrong indentation.
  private var isPEM = false

  private var line: [Unicode.Scalar] = []
  private var at = 0
  private var hidden: Int?

  /// - Returns: how many scalars of the next line may be shown.
  mutating func next(_ text: String) -> Int {
    (line, at, hidden) = (Array(text.unicodeScalars), 0, nil)
    skipBlanks()
    guard at < line.count else { return line.count }
    if isPEM { hide(at) }
    if text.contains("-----BEGIN") { isPEM = true }
    if text.contains("-----END") { isPEM = false }
    readLine()
    return hidden ?? line.count
  }

  private mutating func readLine() {
    if let column = literal {
      if at > column { return hide(at) }
      literal = nil
    }
    guard quote != nil || !flows.isEmpty else { return readBlock() }
    hide(at)
    if let mark = quote {
      guard let close = closing(mark, from: 0) else { return }
      (quote, at) = (nil, close + 1)
    }
    readFlow()
  }

  // MARK: Lines with indentation

  private mutating func readBlock() {
    // A list may stand under its key without indentation.
    let isItem = isDash
    while let last = blocks.last, last.column > at || last.column == at && !isItem { blocks.removeLast() }
    let node = blocks.isEmpty ? Showable.file : blocks[blocks.count - 1].node
    while isDash {
      at += 1
      skipBlanks()
    }
    guard at < line.count else { return }
    guard let key = blockKey() else { return readValue(of: node) }
    let child = reads(key.name, at: at, of: node)
    blocks.append((at, child))
    at = key.end
    skipBlanks()
    readValue(of: child)
  }

  private mutating func readValue(of node: Showable?) {
    guard at < line.count else { return }
    let start = at
    switch line[at] {
    case "#": hide(at)
    case "{", "[":
      open(node)
      readFlow()
    case "\"", "'":
      guard let range = quoted() else { return }
      if !isShown(range, of: node) { hide(start) }
      hideRest()
    case "|", ">":
      let end = commentStart
      guard line[(at + 1)..<end].allSatisfy({ "0123456789+- \t".unicodeScalars.contains($0) }) else { return hide(at) }
      literal = blocks.last?.column ?? -1
      if end < line.count { hide(end) }
    default:
      let end = commentStart
      if !isShown(trimmed(at..<end), of: node) { hide(at) }
      if end < line.count { hide(end) }
    }
  }

  /// The key that begins here, and where its value may begin.
  private func blockKey() -> (name: Range<Int>, end: Int)? {
    var name = at..<at
    var index = at
    if line[at] == "\"" || line[at] == "'" {
      guard let close = closing(line[at], from: at + 1) else { return nil }
      name = (at + 1)..<close
      index = close + 1
      while index < line.count, isBlank(line[index]) { index += 1 }
      guard index < line.count, line[index] == ":" else { return nil }
    } else {
      guard !"[]{},#&*!|>%@`".unicodeScalars.contains(line[at]) else { return nil }
      let end = commentStart
      guard let colon = (at..<end).first(where: { line[$0] == ":" && ($0 + 1 == line.count || isBlank(line[$0 + 1])) }) else { return nil }
      name = trimmed(at..<colon)
      index = colon
    }
    guard index + 1 == line.count || isBlank(line[index + 1]) else { return nil }
    return (name, index + 1)
  }

  // MARK: Brackets

  private mutating func open(_ node: Showable?) {
    let isMapping = line[at] == "{"
    flows.append(Flow(node: node, isMapping: isMapping, value: isMapping ? nil : node))
    at += 1
  }

  private mutating func readFlow() {
    while let flow = flows.last {
      skipBlanks()
      guard at < line.count else { return }
      switch line[at] {
      case "{", "[": open(flow.value)
      case "}", "]":
        flows.removeLast()
        at += 1
      case ",":
        flows[flows.count - 1].value = flow.isMapping ? nil : flow.node
        at += 1
      case "#": return hide(at)
      case ":" where endsKey(at):
        hide(at)
        at += 1
      default:
        guard readItem(of: flow) else { return }
      }
    }
    hideRest()
  }

  /// A key or a value. False: it goes on in the next line.
  private mutating func readItem(of flow: Flow) -> Bool {
    let start = at
    let isQuoted = line[at] == "\"" || line[at] == "'"
    var range = at..<at
    if isQuoted {
      guard let inside = quoted() else { return false }
      range = inside
    } else {
      at = plainEnd()
      range = trimmed(start..<at)
    }
    skipBlanks()
    if at < line.count, line[at] == ":", isQuoted || endsKey(at) {
      flows[flows.count - 1].value = reads(range, at: start, of: flow.node)
      at += 1
    } else if !isShown(range, of: flow.value) {
      hide(start)
    }
    return true
  }

  /// Where a value without quotes ends that begins here. The braces of a variable are no mapping's.
  private func plainEnd() -> Int {
    var index = at
    while index < line.count {
      if line[index] == "$", index + 1 < line.count, line[index + 1] == "{", let close = line[index...].firstIndex(of: "}") {
        index = close + 1
        continue
      }
      if ",{}[]".unicodeScalars.contains(line[index]) || line[index] == ":" && endsKey(index) { break }
      if line[index] == "#", isBlank(line[index - 1]) { break }
      index += 1
    }
    return index
  }

  private func endsKey(_ colon: Int) -> Bool {
    colon + 1 == line.count || isBlank(line[colon + 1]) || ",{}[]".unicodeScalars.contains(line[colon + 1])
  }

  // MARK: What is shown

  /// What the key in `range` stands for. A name is shown where names are known, if it looks like one.
  private mutating func reads(_ range: Range<Int>, at start: Int, of node: Showable?) -> Showable? {
    let name = text(range)
    let isName = !name.isEmpty && name.utf8.allSatisfy { isDigit($0) || isLetter($0) || "_-.*".utf8.contains($0) }
    if node?.keys.isEmpty ?? true || !isName || mayHoldKey(name) { hide(start) }
    return node?.child(name)
  }

  private func isShown(_ range: Range<Int>, of node: Showable?) -> Bool {
    let text = text(range)
    if mayHoldKey(text) { return false }
    return isVariable(text) || node?.shows(text) ?? false
  }

  /// `${NAME}` tells no more than its name.
  private func isVariable(_ text: String) -> Bool {
    guard text.hasPrefix("${"), text.hasSuffix("}") else { return false }
    let inside = text.dropFirst(2).dropLast()
    let name = inside.hasSuffix(":-") ? inside.dropLast(2) : inside
    return !name.isEmpty && name.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "_") }
  }

  private mutating func hide(_ index: Int) { hidden = min(hidden ?? index, index) }

  private mutating func hideRest() {
    skipBlanks()
    if at < line.count { hide(at) }
  }

  // MARK: Scalars

  /// What stands between the quotes that open here; then comes what follows them. Nil, and hidden, where the line does not close them.
  private mutating func quoted() -> Range<Int>? {
    let start = at
    guard let close = closing(line[start], from: start + 1) else {
      quote = line[start]
      hide(start)
      return nil
    }
    at = close + 1
    return (start + 1)..<close
  }

  private func closing(_ mark: Unicode.Scalar, from start: Int) -> Int? {
    var index = start
    while index < line.count {
      if mark == "\"", line[index] == "\\" {
        index += 2
      } else if line[index] != mark {
        index += 1
      } else if mark == "'", index + 1 < line.count, line[index + 1] == "'" {
        index += 2
      } else {
        return index
      }
    }
    return nil
  }

  private var isDash: Bool { at < line.count && line[at] == "-" && (at + 1 == line.count || isBlank(line[at + 1])) }

  /// Where the comment behind what begins here begins, or the line ends.
  private var commentStart: Int {
    (at..<line.count).dropFirst().first { line[$0] == "#" && isBlank(line[$0 - 1]) } ?? line.count
  }

  private mutating func skipBlanks() {
    while at < line.count, isBlank(line[at]) { at += 1 }
  }

  private func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    let last = line[range].lastIndex { !isBlank($0) }
    return range.lowerBound..<(last.map { $0 + 1 } ?? range.lowerBound)
  }

  private func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: line[range])
    return String(view)
  }
}
