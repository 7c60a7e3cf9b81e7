// SPDX-License-Identifier: Apache-2.0

/// A whole JSON document as a flat table of rows, reusable: once its buffers have grown, reading another allocates nothing.
///
/// It keeps its own copy of the bytes, with the decoded text of every string that has escapes behind it, so text is always
/// a range of `storage` and comparing it never cares how it was spelt.
struct Document: Sendable {
  /// The document's bytes, `padding` zero bytes, decoded texts, and padding again.
  var storage: [UInt8] = []
  /// How many bytes of `storage` are the document as received.
  var length = 0
  /// The rows, and what it takes to fill them.
  var reader = Reader()

  @inline(__always)
  var nodes: [Node] { _read { yield reader.nodes } }
  var oddities: Oddities { reader.oddities }

  init() {}

  /// Reads a document, or says at which byte it stops being one.
  init(_ bytes: [UInt8], dialect: Reader.Dialect = .json, depth: Int = 512) throws(SyntaxProblem) {
    self.init()
    try read(bytes[...], dialect: dialect, depth: depth)
  }

  mutating func read(_ bytes: ArraySlice<UInt8>, dialect: Reader.Dialect, depth: Int) throws(SyntaxProblem) {
    storage.removeAll(keepingCapacity: true)
    storage.append(contentsOf: bytes)
    try readStorage(dialect, depth, .max)
  }

  mutating func read(
    _ bytes: borrowing Span<UInt8>, dialect: Reader.Dialect, depth: Int, values: Int = .max
  ) throws(SyntaxProblem) {
    storage.removeAll(keepingCapacity: true)
    // The one copy: the pointer lives only for the append.
    unsafe bytes.withUnsafeBufferPointer { buffer in unsafe storage.append(contentsOf: buffer) }
    try readStorage(dialect, depth, values)
  }

  private mutating func readStorage(_ dialect: Reader.Dialect, _ depth: Int, _ values: Int) throws(SyntaxProblem) {
    length = storage.count
    for _ in 0..<padding { storage.append(0) }
    reader.reset(dialect: dialect, depth: depth, values: values, length: length)
    do {
      // A span of one property borrows the whole document, so the reader steps out while it reads.
      var reader = Reader()
      swap(&reader, &self.reader)
      defer { swap(&reader, &self.reader) }
      try reader.read(storage.span)
    }
    if !reader.decoded.isEmpty {
      storage.append(contentsOf: reader.decoded)
      for _ in 0..<padding { storage.append(0) }
    }
  }

  // MARK: Looking

  @inline(__always)
  func kind(_ node: Int) -> Kind { nodes[node].kind }

  /// The row after a value's subtree.
  @inline(__always)
  func past(_ node: Int) -> Int {
    let row = nodes[node]
    return row.kind.rawValue <= Kind.array.rawValue ? row.past : node &+ 1
  }

  /// The decoded text of a string or key.
  func text(_ node: Int) -> [UInt8] { Array(storage[nodes[node].text]) }

  /// The decoded text of a string, for messages and names; half surrogates become U+FFFD.
  func string(_ node: Int) -> String { String(decoding: storage[nodes[node].text], as: UTF8.self) }

  /// The value as it is written in the document.
  func source(_ node: Int) -> ArraySlice<UInt8> {
    storage[Int(nodes[node].start)..<Int(nodes[node].end)]
  }

  /// Whether a string or key says `literal`.
  func equals(_ node: Int, _ literal: StaticString) -> Bool {
    let range = nodes[node].text
    guard range.count == literal.utf8CodeUnitCount else { return false }
    return literal.withUTF8Buffer { buffer in
      for offset in 0..<buffer.count {
        if unsafe storage[range.lowerBound + offset] != buffer[offset] { return false }
      }
      return true
    }
  }

  /// Calls with the key's and the value's row of every member that counts, in order.
  @inline(__always)
  func forEachMember<Failure: Error>(
    of object: Int, _ body: (_ key: Int, _ value: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let end = nodes[object].past
    var row = object &+ 1
    while row < end {
      if !nodes[row].flags.contains(.shadowed) { try body(row, row &+ 1) }
      row = past(row &+ 1)
    }
  }

  /// Calls with the row of every element, in order.
  @inline(__always)
  func forEachElement<Failure: Error>(
    of array: Int, _ body: (_ index: Int, _ element: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let end = nodes[array].past
    var row = array &+ 1
    var index = 0
    while row < end {
      try body(index, row)
      row = past(row)
      index &+= 1
    }
  }

  /// The value of a member, found by walking; the last one wins.
  func member(_ name: StaticString, of object: Int) -> Int? {
    guard nodes[object].kind == .object else { return nil }
    let end = nodes[object].past
    var row = object + 1
    while row < end {
      if !nodes[row].flags.contains(.shadowed), equals(row, name) { return row + 1 }
      row = past(row + 1)
    }
    return nil
  }

  func member(_ name: ArraySlice<UInt8>, of object: Int) -> Int? {
    guard nodes[object].kind == .object else { return nil }
    let end = nodes[object].past
    var row = object + 1
    while row < end {
      if !nodes[row].flags.contains(.shadowed), storage[nodes[row].text].elementsEqual(name) { return row + 1 }
      row = past(row + 1)
    }
    return nil
  }
}
