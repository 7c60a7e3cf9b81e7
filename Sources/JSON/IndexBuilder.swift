// SPDX-License-Identifier: Apache-2.0

/// Turns the scanner's tokens into the records of a ``JSONIndex``.
struct IndexBuilder {
  var scanner: JSONScanner
  /// Records written so far.
  var used = 0
  /// The innermost open object or array, and how many members or elements of it have begun.
  var container = 0
  var count = 0

  init(scanner: JSONScanner) {
    self.scanner = scanner
  }

  /// Writes records until the document ends (true) or the table is full (false). Of a document that is not complete, until
  /// its last whole token.
  @inline(__always)
  mutating func fill(
    _ table: inout MutableSpan<NodeRecord>, from bytes: borrowing Span<UInt8>, isComplete: Bool = true
  ) throws(JSONError) -> Bool {
    while used < table.count {
      guard let token = try scanner.step(in: bytes, isComplete: isComplete) else { return true }
      switch token.kind {
      case .key:
        add(.string, token, to: &table)
        count &-= 1  // Its value will be counted.
      case .string: add(.string, token, to: &table)
      case .number: add(.number, token, to: &table)
      case .true: add(.true, token, to: &table)
      case .false: add(.false, token, to: &table)
      case .null: add(.null, token, to: &table)
      case .objectStart: open(.object, token, in: &table)
      case .arrayStart: open(.array, token, in: &table)
      case .objectEnd, .arrayEnd: close(token, in: &table)
      case .end: return true
      }
    }
    return false
  }

  @inline(__always)
  private mutating func add(_ kind: JSONKind, _ token: JSONToken, to table: inout MutableSpan<NodeRecord>) {
    table[used] = NodeRecord(
      kind: kind, hasEscapes: token.hasEscapes, start: token.start, end: token.end, next: used &+ 1)
    used &+= 1
    count &+= 1
  }

  /// The parent's count waits in the parent's record, the parent's position in the child's.
  @inline(__always)
  private mutating func open(_ kind: JSONKind, _ token: JSONToken, in table: inout MutableSpan<NodeRecord>) {
    if used > 0 { table[container].count = count &+ 1 }
    table[used] = NodeRecord(kind: kind, start: token.start, end: token.end, next: container)
    container = used
    count = 0
    used &+= 1
  }

  @inline(__always)
  private mutating func close(_ token: JSONToken, in table: inout MutableSpan<NodeRecord>) {
    let parent = Int(table[container].next)
    table[container].count = count
    table[container].end = UInt32(truncatingIfNeeded: token.end)
    table[container].next = UInt32(truncatingIfNeeded: used)
    container = parent
    count = table[parent].count
  }
}
