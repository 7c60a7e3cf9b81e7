// SPDX-License-Identifier: Apache-2.0
import JSON

/// Collects changes of a request from several rules, and makes edits of them that do not overlap. A member is changed by
/// one rule at most.
struct RequestEditor {
  typealias Rule = VendorProfile.RequestRule
  typealias Node = JSONIndex.Node

  private struct Removal {
    var field: RequestEdit.Field
    var rule: Rule
  }

  private var edits: [RequestEdit]
  /// By the key of the member.
  private var removals: [Node: Removal] = [:]
  /// The objects that they are taken from.
  private var thinned: Set<Node> = []
  /// Where the edits have the first member that each object is given.
  private var insertions: [Node: Int] = [:]

  init(edits: [RequestEdit]) { self.edits = edits }

  mutating func replace(
    _ node: Node, _ field: RequestEdit.Field, with json: [UInt8], _ rule: Rule, _ index: JSONIndex,
    _ bytes: borrowing Span<UInt8>
  ) {
    let before = [UInt8](copying: bytes.extracting(index.range(node)))
    edits.append(
      RequestEdit(field: field, edit: index.replacing(node, with: json), before: before, after: json, rule: rule))
  }

  /// Adds a member behind all others.
  mutating func insert(
    _ key: String, _ json: [UInt8], into object: Node, _ field: RequestEdit.Field, _ rule: Rule, _ index: JSONIndex
  ) {
    let edit = index.inserting(Array(key.utf8), json, into: object)
    if insertions[object] == nil { insertions[object] = edits.count }
    edits.append(RequestEdit(field: field, edit: edit, before: [], after: json, rule: rule))
  }

  /// Takes a member out, and all others of its name.
  mutating func remove(
    _ name: String, from object: Node, _ field: RequestEdit.Field, _ rule: Rule, _ index: JSONIndex,
    _ bytes: borrowing Span<UInt8>
  ) {
    let name = Array(name.utf8)
    for (key, _) in index.members(object) where index.equals(key, name, in: bytes) {
      if removals[key] == nil { removals[key] = Removal(field: field, rule: rule) }
      thinned.insert(object)
    }
  }

  /// All edits, in the order of their places.
  consuming func finish(_ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> [RequestEdit] {
    var edits = edits
    for object in thinned {
      let removed = cuts(in: object, index, bytes)
      // Of an object that loses all that it had, no member is left for a comma to stand behind.
      if removed.count == index.count(object), let first = insertions[object] { edits[first].edit.replacement.removeFirst() }
      edits += removed
    }
    // Insertions at one place stay in the order in which they were asked for.
    let order = edits.indices.sorted {
      let (one, other) = (edits[$0].edit.range, edits[$1].edit.range)
      return (one.lowerBound, one.upperBound, $0) < (other.lowerBound, other.upperBound, $1)
    }
    return order.map { edits[$0] }
  }

  /// A member goes with the comma before it. Where no member before it stays, it goes with the comma behind it.
  private func cuts(in object: Node, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) -> [RequestEdit] {
    var edits: [RequestEdit] = []
    let members = Array(index.members(object))
    var isLeading = true
    for (position, (key, value)) in members.enumerated() {
      guard let removal = removals[key] else {
        isLeading = false
        continue
      }
      let end = index.range(value).upperBound
      let range =
        if !isLeading {
          index.range(members[position - 1].value).upperBound..<end
        } else if position + 1 < members.count {
          index.range(key).lowerBound..<index.range(members[position + 1].key).lowerBound
        } else {
          index.range(key).lowerBound..<end
        }
      let before = [UInt8](copying: bytes.extracting(index.range(value)))
      edits.append(
        RequestEdit(
          field: removal.field, edit: JSONEdit(range: range, replacement: []), before: before, after: [],
          rule: removal.rule))
    }
    return edits
  }
}
