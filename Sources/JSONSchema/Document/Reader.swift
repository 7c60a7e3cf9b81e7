// SPDX-License-Identifier: Apache-2.0

/// Fills the rows of a `Document` in one pass over its bytes, without recursion.
struct Reader: Sendable {
  /// Which texts are documents.
  enum Dialect: Sendable {
    /// RFC 8259.
    case json
    /// What Python's `json.loads` reads: also `NaN`, `Infinity` and `-Infinity`.
    case python
  }

  var nodes: [Node] = []
  /// Texts of strings with escapes, decoded.
  var decoded: [UInt8] = []
  var oddities: Oddities = []
  private var open: [Open] = []
  private var dialect = Dialect.json
  private var depth = 0
  private var values = 0
  var length = 0

  /// A container that is not closed yet.
  private struct Open {
    var node: Int32
    /// Elements or members so far.
    var count: UInt32
    /// One bit for each key's hash, so that most objects are known to be free of duplicates at once.
    var seen: UInt64
  }

  init() {}

  mutating func reset(dialect: Dialect, depth: Int, values: Int, length: Int) {
    nodes.removeAll(keepingCapacity: true)
    decoded.removeAll(keepingCapacity: true)
    open.removeAll(keepingCapacity: true)
    oddities = []
    self.dialect = dialect
    self.depth = depth
    self.values = values
    self.length = length
  }

  func problem(_ offset: Int, _ reason: SyntaxProblem.Reason) -> SyntaxProblem {
    offset >= length
      ? SyntaxProblem(offset: length, reason: .unexpectedEnd) : SyntaxProblem(offset: offset, reason: reason)
  }

  /// Reads one document; `bytes` holds `length` bytes and the padding.
  mutating func read(_ bytes: borrowing Span<UInt8>) throws(SyntaxProblem) {
    var at = 0
    var container = Open(node: -1, count: 0, seen: 0)
    var isObject = false
    while true {
      // A value, or the key before it.
      at = skipSpace(bytes, at)
      if isObject {
        at = try readKey(bytes, at, &container)
      }
      container.count &+= 1
      guard nodes.count < values else { throw problem(at, .tooManyValues(limit: values)) }
      let byte = bytes[at]
      if byte == UInt8(ascii: "\"") {
        at = try readString(bytes, at, isKey: false)
      } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        guard open.count < depth else { throw problem(at, .tooDeep(limit: depth)) }
        open.append(container)
        container = Open(node: Int32(truncatingIfNeeded: nodes.count), count: 0, seen: 0)
        isObject = byte == UInt8(ascii: "{")
        nodes.append(
          Node(kind: isObject ? .object : .array, flags: [], start: UInt32(at), end: 0, a: 0, b: 0, hash: 0))
        at = skipSpace(bytes, at &+ 1)
        if bytes[at] != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) { continue }
      } else {
        at = try readScalar(bytes, at)
      }
      // After a value: the next one, or the end of one container or more.
      while true {
        at = skipSpace(bytes, at)
        if open.isEmpty {
          guard at == length else { throw problem(at, .trailingBytes) }
          return
        }
        let byte = bytes[at]
        if byte == UInt8(ascii: ",") {
          at &+= 1
          break
        }
        guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
          throw problem(at, .expected(isObject ? "',' or '}'" : "',' or ']'"))
        }
        at &+= 1
        close(bytes, container, end: at)
        guard let outer = open.popLast() else { return }
        container = outer
        isObject = outer.node >= 0 && nodes[Int(outer.node)].kind == .object
      }
    }
  }

  private mutating func close(_ bytes: borrowing Span<UInt8>, _ container: Open, end: Int) {
    let node = Int(container.node)
    nodes[node].end = UInt32(end)
    nodes[node].a = UInt32(nodes.count)
    nodes[node].b &+= container.count
    if container.count > 64, nodes[node].kind == .object { shadowDuplicates(bytes, of: node) }
  }

  @inline(__always)
  private func skipSpace(_ bytes: borrowing Span<UInt8>, _ start: Int) -> Int {
    var at = start
    while bytes[at] <= 0x20 {
      let byte = bytes[at]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      at &+= 1
    }
    return at
  }

  private mutating func readKey(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ container: inout Open
  ) throws(SyntaxProblem) -> Int {
    guard bytes[start] == UInt8(ascii: "\"") else { throw problem(start, .expected("a key in quotes")) }
    var at = try readString(bytes, start, isKey: true)
    let hash = nodes[nodes.count &- 1].hash
    let bit: UInt64 = 1 &<< UInt64(hash & 63)
    if container.seen & bit != 0, container.count < 64 {
      shadowEarlier(bytes, of: Int(container.node), key: nodes.count &- 1)
    }
    container.seen |= bit
    at = skipSpace(bytes, at)
    guard bytes[at] == UInt8(ascii: ":") else { throw problem(at, .expected("':'")) }
    return skipSpace(bytes, at &+ 1)
  }

  private mutating func readScalar(_ bytes: borrowing Span<UInt8>, _ at: Int) throws(SyntaxProblem) -> Int {
    switch bytes[at] {
    case UInt8(ascii: "-"), 0x30...0x39: return try readNumber(bytes, at)
    case UInt8(ascii: "t"): return try readWord(bytes, at, "true", .true)
    case UInt8(ascii: "f"): return try readWord(bytes, at, "false", .false)
    case UInt8(ascii: "n"): return try readWord(bytes, at, "null", .null)
    case UInt8(ascii: "N") where dialect == .python: return try readWord(bytes, at, "NaN", .number)
    case UInt8(ascii: "I") where dialect == .python: return try readWord(bytes, at, "Infinity", .number)
    default: throw problem(at, .expected("a value"))
    }
  }

  /// Reads a word of the grammar; as a number it is one that only Python knows.
  private mutating func readWord(
    _ bytes: borrowing Span<UInt8>, _ start: Int, _ word: StaticString, _ kind: Kind
  ) throws(SyntaxProblem) -> Int {
    let count = word.utf8CodeUnitCount
    for offset in 0..<count {
      // A static string's own bytes, within its own count.
      guard start + offset < length, unsafe bytes[start + offset] == word.utf8Start[offset] else {
        throw problem(start + offset, .expected("\(word)"))
      }
    }
    if kind == .number { oddities.insert(.nonFinite) }
    nodes.append(
      Node(
        kind: kind, flags: kind == .number ? [.nonFinite, .float] : [], start: UInt32(start),
        end: UInt32(start + count), a: 0, b: 0, hash: 0))
    return start + count
  }

  /// `-Infinity`, when it stands at `start`.
  mutating func readNegativeInfinity(_ bytes: borrowing Span<UInt8>, _ start: Int) throws(SyntaxProblem) -> Int? {
    guard dialect == .python, bytes[start + 1] == UInt8(ascii: "I") else { return nil }
    return try readWord(bytes, start, "-Infinity", .number)
  }
}
