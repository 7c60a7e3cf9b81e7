// SPDX-License-Identifier: Apache-2.0

// A conversation grows: what a client sends begins as what it sent before, and ends with the same members. Both ends are compared,
// at the speed of memory, and only what stands between them is scanned.
extension JSONIndex {
  /// How much of a document was known from the one before it.
  package struct Known: Equatable, Sendable {
    /// How many bytes both begin with.
    package var bytes = 0
    /// Values that end before this position in the table have the nodes that they had, and so has all that is in them.
    var position = 0
    /// They are the same bytes.
    package var isAll: Bool { position == .max }

    package static let nothing = Known()
  }

  /// Reads a document as `read(_:limits:dialect:)` does, with the same result or error. `previous` is the document that was
  /// read last, with the same limits and dialect.
  package mutating func read(
    _ bytes: borrowing Span<UInt8>, after previous: borrowing Span<UInt8>, limits: JSONLimits = JSONLimits(),
    dialect: JSONDialect = .rfc8259
  ) throws(JSONError) -> Known {
    let same = bytes.commonPrefix(with: previous)
    if used > 0, same == bytes.count, same == previous.count { return Known(bytes: same, position: .max) }
    guard used > 0, records[0].kind.isContainer, records[0].start < same, records[0].end > same,
      records[0].end <= previous.count, bytes.count <= min(limits.bytes, JSONLimits.maximumBytes)
    else {
      try read(bytes, limits: limits, dialect: dialect)
      return Known(bytes: same)
    }
    let tail = takeTail(of: previous, bytes.commonSuffix(with: previous, upTo: min(bytes.count, previous.count) &- same))
    var builder = IndexBuilder(scanner: JSONScanner(limits: limits, dialect: dialect))
    builder.goOn(in: &records, after: same)
    used = 0
    let known = builder.used
    if let tail, try readUp(to: bytes.count &- (previous.count &- tail.start), of: bytes, &builder) {
      append(tail, moved: bytes.count &- previous.count, &builder)
    } else {
      try fill(&builder, from: bytes)
    }
    try check(builder.used, limits)
    used = builder.used
    return Known(bytes: same, position: known)
  }

  /// Whether all of `node`, which was there before the last reading, is as it was.
  package func holds(_ node: Node, _ known: Known) -> Bool {
    // One that ends at the limit itself may have been open there.
    node.position < known.position && records[Int(node.position)].next < known.position
  }

  /// The last members of the root.
  private struct Tail {
    /// Where the first of their keys stands in the old document, in bytes.
    var start: Int
    /// Their place in the old table.
    var position: Int
    var members: Int
    /// Where the root ended.
    var end: Int
  }

  /// Puts the records of those members aside that begin within the last `count` bytes of the document.
  private mutating func takeTail(of document: borrowing Span<UInt8>, _ count: Int) -> Tail? {
    guard records[0].kind == .object else { return nil }
    let (start, all) = (document.count &- count, records[0].count)
    var (position, member) = (1, 0)
    while member < all, records[position].start < start {
      position = Int(records[position &+ 1].next)
      member &+= 1
    }
    // The first member has no comma before it, so it is never one of these.
    guard member > 0, member < all else { return nil }
    tail.removeAll(keepingCapacity: true)
    tail.append(contentsOf: records[position..<used])
    return Tail(start: Int(records[position].start), position: position, members: all &- member, end: Int(records[0].end))
  }

  /// Reads up to `offset`; whether a member of the root may begin there, and the tail is not too much.
  private mutating func readUp(
    to offset: Int, of bytes: borrowing Span<UInt8>, _ builder: inout IndexBuilder
  ) throws(JSONError) -> Bool {
    try fill(&builder, from: bytes.extracting(..<offset), isComplete: false)
    let scanner = builder.scanner
    return scanner.offset == offset && scanner.depth == 1 && scanner.isBeforeMember && builder.used &+ tail.count <= scanner.limits.values
  }

  private mutating func append(_ old: Tail, moved distance: Int, _ builder: inout IndexBuilder) {
    while records.count < builder.used &+ tail.count {
      records.append(contentsOf: repeatElement(NodeRecord(), count: tail.count))
    }
    let shift = builder.used &- old.position
    for (offset, record) in tail.enumerated() {
      records[builder.used &+ offset] = record.moved(by: distance, position: shift)
    }
    builder.used &+= tail.count
    records[0].count = builder.count &+ old.members
    records[0].end = UInt32(truncatingIfNeeded: old.end &+ distance)
    records[0].next = UInt32(truncatingIfNeeded: builder.used)
  }
}

extension IndexBuilder {
  /// Goes back, in the table of a whole document, to where its first `same` bytes had been read: to the end of the last value
  /// that is sure to end within them. The root is an object or array that begins within them and ends beyond.
  mutating func goOn(in table: inout [NodeRecord], after same: Int) {
    var (node, parent) = (0, 0)
    while true {
      let record = table[node]
      let isObject = record.kind == .object
      scanner.reenter(isObject: isObject)
      table[node].next = UInt32(truncatingIfNeeded: parent)
      container = node
      count = 0
      var (child, last) = (node &+ 1, node &+ 1)
      while child < record.next, table[child].start < same {
        last = child
        count &+= 1
        child = Int(table[isObject ? child &+ 1 : child].next)
      }
      guard count > 0 else {
        used = node &+ 1
        return scanner.go(on: Int(record.start) &+ 1, expecting: isObject ? .keyOrEnd : .valueOrEnd)
      }
      let value = isObject ? last &+ 1 : last
      // A number is as long as what follows lets it be.
      if table[value].end <= same, table[value].kind.isDelimited {
        used = child
        return scanner.go(on: Int(table[value].end), expecting: .commaOrEnd)
      }
      guard table[value].kind.isContainer, table[value].start < same else {
        count &-= 1
        used = last
        let isFirst = count == 0
        return scanner.go(
          on: Int(table[last].start), expecting: isObject ? (isFirst ? .keyOrEnd : .key) : (isFirst ? .valueOrEnd : .value))
      }
      table[node].count = count
      (node, parent) = (value, node)
    }
  }
}

extension JSONKind {
  fileprivate var isContainer: Bool { self == .object || self == .array }
  /// Whether its last byte says that it ends there.
  fileprivate var isDelimited: Bool { isContainer || self == .string }
}

extension NodeRecord {
  fileprivate func moved(by distance: Int, position: Int) -> NodeRecord {
    var record = self
    record.start = UInt32(truncatingIfNeeded: Int(start) &+ distance)
    record.end = UInt32(truncatingIfNeeded: Int(end) &+ distance)
    record.next = UInt32(truncatingIfNeeded: Int(next) &+ position)
    return record
  }
}
