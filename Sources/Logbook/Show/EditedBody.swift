// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

/// A request in which edits are made, one after the other, as a pointer may lead into what an edit before it made. Other bytes stay as they
/// are; an edit whose place is not there is passed over.
///
/// A conversation may have thousands, so those that lie apart, in the order of the text, are made at once: they are found in one reading.
struct EditedBody {
  private var body: [UInt8]
  private var index = JSONIndex()
  /// Whether the index is of the body as it is, and that is JSON; nil where it is to be read.
  private var isRead: Bool?
  private var waiting: [JSONEdit] = []
  /// Up to where those reach: what a later one needs as it was must lie behind it.
  private var end = 0

  private struct Change {
    let edit: JSONEdit
    /// What no other edit may have changed.
    let reach: Range<Int>
  }

  init(_ body: [UInt8]) { self.body = body }

  mutating func make(_ edit: StoredEdit) {
    guard let pointer = try? JSONPointer(edit.pointer), !pointer.tokens.isEmpty else { return }
    let after = edit.after.isEmpty ? nil : Self.json(edit.after)
    if let change = change(at: pointer, after), change.reach.lowerBound >= end { return add(change) }
    if waiting.isEmpty { return }
    makeWaiting()
    if let change = change(at: pointer, after) { add(change) }
  }

  /// The request with all of them.
  mutating func finish() -> [UInt8] {
    makeWaiting()
    return body
  }

  private mutating func add(_ change: Change) {
    waiting.append(change.edit)
    end = change.reach.upperBound
  }

  private mutating func makeWaiting() {
    guard !waiting.isEmpty else { return }
    body = JSONEdit.apply(waiting, to: body.span)
    (waiting, end, isRead) = ([], 0, nil)
  }

  private mutating func read() -> Bool {
    if let isRead { return isRead }
    let body = body
    let isJSON = (try? index.read(body.span)) != nil
    isRead = isJSON
    return isJSON
  }

  private mutating func change(at pointer: JSONPointer, _ after: [UInt8]?) -> Change? {
    guard read(), let key = pointer.tokens.last,
      let parent = index.node(at: JSONPointer(tokens: Array(pointer.tokens.dropLast())), of: body.span)
    else { return nil }
    switch (index.node(at: pointer, of: body.span), after) {
    case (let node?, let after?): return Change(edit: index.replacing(node, with: after), reach: index.range(node))
    case (nil, let after?):
      guard index.kind(parent) == .object else { return nil }
      let edit = index.inserting(key.utf8, after, into: parent)
      return Change(edit: edit, reach: edit.range.lowerBound..<index.range(parent).upperBound)
    case (_?, nil): return removal(of: key.utf8, from: parent)
    case (nil, nil): return nil
    }
  }

  /// A member goes with the comma before it; the first with the one behind it, and whether that is there depends on the others.
  private func removal(of name: [UInt8], from object: JSONIndex.Node) -> Change? {
    let members = Array(index.members(object))
    guard let place = members.lastIndex(where: { index.equals($0.key, name, in: body.span) }) else { return nil }
    if place > 0 {
      let range = index.range(members[place - 1].value).upperBound..<index.range(members[place].value).upperBound
      return Change(edit: JSONEdit(range: range, replacement: []), reach: range)
    }
    let start = index.range(members[0].key).lowerBound
    let end = members.count > 1 ? index.range(members[1].key).lowerBound : index.range(members[0].value).upperBound
    return Change(edit: JSONEdit(range: start..<end, replacement: []), reach: index.range(object))
  }

  /// What redaction left of a value is no JSON.
  private static func json(_ text: String) -> [UInt8] {
    (try? JSONValue(parsing: text)) == nil ? JSONWriter.bytes(of: JSONValue(text)) : Array(text.utf8)
  }
}
