// SPDX-License-Identifier: Apache-2.0

/// A flat table of a whole document's values in document order, made by one pass of ``JSONScanner``. It copies no text:
/// methods that look at text take the bytes it was read from. Reading another document reuses the table, so that a warm
/// index allocates nothing.
public struct JSONIndex: Sendable {
  /// A handle of a value or a key. It means something only to the index it comes from, until that reads again.
  public struct Node: Equatable, Hashable, Sendable {
    let position: Int32
  }

  var records: [NodeRecord] = []
  /// How many of `records` belong to the document.
  var used = 0
  /// Of a document that is read after another, what they end with.
  var tail: [NodeRecord] = []

  public init() {}

  /// Reads a whole document. When it throws, the index is left empty, as at first: its root is a null of no bytes.
  public mutating func read(
    _ bytes: borrowing Span<UInt8>, limits: JSONLimits = JSONLimits(), dialect: JSONDialect = .rfc8259
  ) throws(JSONError) {
    used = 0
    var builder = IndexBuilder(scanner: JSONScanner(limits: limits, dialect: dialect))
    try fill(&builder, from: bytes)
    try check(builder.used, limits)
    used = builder.used
  }

  /// Reads on to the end of `bytes`, or of their last whole token if they are not the whole document.
  mutating func fill(
    _ builder: inout IndexBuilder, from bytes: borrowing Span<UInt8>, isComplete: Bool = true
  ) throws(JSONError) {
    let limits = builder.scanner.limits
    var isDone = false
    while !isDone {
      if builder.used == records.count {
        try check(builder.used, limits)
        grow(for: bytes.count, upTo: limits.values)
      }
      var table = records.mutableSpan
      isDone = try builder.fill(&table, from: bytes, isComplete: isComplete)
    }
  }

  /// One record more than the limit is made, so that the error says where.
  func check(_ count: Int, _ limits: JSONLimits) throws(JSONError) {
    if count > limits.values { throw JSONError(at: Int(records[limits.values].start), .tooMany(limit: limits.values)) }
  }

  /// Documents have a value for every 10 to 40 bytes: the first guess is generous, then the table doubles.
  mutating func grow(for bytes: Int, upTo limit: Int) {
    let room = min(limit, JSONLimits.maximumBytes) + 1 - records.count
    let added = min(max(records.count, min(bytes / 16, 1 << 16), 32), max(1, room))
    records.append(contentsOf: repeatElement(NodeRecord(), count: added))
  }

  public var root: Node { Node(position: 0) }

  /// What the table takes, in bytes.
  package var tableBytes: Int { records.count * MemoryLayout<NodeRecord>.stride }

  /// The table takes more than 1 MiB: too much to keep for just any next document.
  package var isLarge: Bool { tableBytes > 1 << 20 }

  /// Whether a number is written in more bytes than that.
  package func hasNumber(longerThan limit: Int) -> Bool {
    for place in 0..<used where records[place].kind == .number && records[place].range.count > limit { return true }
    return false
  }

  /// How many values and keys the document has.
  public var nodeCount: Int { used }

  @inline(__always)
  func record(_ node: Node) -> NodeRecord {
    let position = Int(node.position)
    return position < used ? records[position] : NodeRecord()
  }
}

extension JSONIndex {
  public func kind(_ node: Node) -> JSONKind { record(node).kind }

  /// The bytes of the value; a string's with its quotes.
  public func range(_ node: Node) -> Range<Int> { record(node).range }

  /// Whether a string or key has a backslash in it.
  public func hasEscapes(_ node: Node) -> Bool { record(node).hasEscapes }

  /// How many members or elements; 0 unless an object or array.
  public func count(_ node: Node) -> Int { record(node).count }

  /// The value's truth, or nil unless it is `true` or `false`.
  public func bool(_ node: Node) -> Bool? {
    switch kind(node) {
    case .true: true
    case .false: false
    default: nil
    }
  }
}
