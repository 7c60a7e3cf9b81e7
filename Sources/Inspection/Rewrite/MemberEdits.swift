// SPDX-License-Identifier: Apache-2.0
import JSON

/// Collects changes to the members of a document's objects, and makes them all at once. What is not named keeps its bytes.
///
/// An object is either rebuilt or has single members set, not both.
struct MemberEdits {
  typealias Node = JSONIndex.Node

  private(set) var edits: [JSONEdit] = []
  /// Objects that had no member and were given one: the next needs a comma.
  private var filled: Set<Node> = []

  var isEmpty: Bool { edits.isEmpty }

  /// Replaces the value of a member, or adds the member. What is no object stays as it is.
  mutating func set(
    _ key: StaticString, to json: [UInt8], in object: Node, of index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) {
    guard index.kind(object) == .object else { return }
    if let value = index.value(key, in: object, of: bytes) {
      if !bytes.extracting(index.range(value)).isEqual(to: json.span) { edits.append(index.replacing(value, with: json)) }
      return
    }
    var edit = index.inserting(key.utf8Bytes, json, into: object)
    if index.count(object) == 0, !filled.insert(object).inserted { edit.replacement.insert(UInt8(ascii: ","), at: 0) }
    edits.append(edit)
  }

  mutating func replace(_ node: Node, with json: [UInt8], of index: JSONIndex) {
    edits.append(index.replacing(node, with: json))
  }

  /// What becomes of a member of an object that is rebuilt.
  enum Member { case keep, drop, set([UInt8]) }

  /// Leaves members out, or gives them other values. Returns whether any is left.
  @discardableResult
  mutating func rebuild(
    _ object: Node, of index: JSONIndex, _ bytes: borrowing Span<UInt8>, member: (_ key: Node) -> Member
  ) -> Bool {
    var writer = JSONWriter()
    writer.beginObject()
    var (isSame, isEmpty) = (true, true)
    for (key, value) in index.members(object) {
      var json = [UInt8](copying: bytes.extracting(index.range(value)))
      switch member(key) {
      case .keep: break
      case .drop:
        isSame = false
        continue
      case .set(let other):
        isSame = false
        json = other
      }
      isEmpty = false
      var name: [UInt8] = []
      index.decode(key, of: bytes, into: &name)
      writer.write(key: name)
      writer.write(raw: json)
    }
    writer.endObject()
    if !isSame { edits.append(index.replacing(object, with: writer.finish())) }
    return !isEmpty
  }

  /// The document with all changes made.
  func apply(to bytes: borrowing Span<UInt8>) -> [UInt8] {
    // Stable: insertions at one place stay in order.
    let sorted = edits.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    return JSONEdit.apply(sorted.map(\.element), to: bytes)
  }
}

extension StaticString {
  var utf8Bytes: [UInt8] { Array(description.utf8) }
}

extension JSONWriter {
  /// A string as JSON.
  static func string(_ text: [UInt8]) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(string: text)
    return writer.finish()
  }
}
