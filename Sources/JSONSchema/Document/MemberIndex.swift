// SPDX-License-Identifier: Apache-2.0

/// Finds members of large objects and elements of large arrays of one document by name and number; made when first asked, so that
/// many questions do not walk many members. Keys are hashed with the process's own seed.
struct MemberIndex {
  private var objects: [Int: [ArraySlice<UInt8>: Int32]] = [:]
  private var arrays: [Int: [Int32]] = [:]
  /// How often each object that has no index was asked.
  private var walks: [Int: Int] = [:]

  /// Up to so many members are walked, and all of them so often before an index pays.
  private static let least = 16
  private static let walkLimit = 8

  /// The value of a member; the last one wins.
  mutating func member(_ name: ArraySlice<UInt8>, of object: Int, in document: borrowing Document) -> Int? {
    let row = document.nodes[object]
    guard row.kind == .object, row.past - object > 2 * Self.least else { return document.member(name, of: object) }
    if let known = objects[object] { return known[name].map(Int.init) }
    walks[object, default: 0] += 1
    guard walks[object, default: 0] > Self.walkLimit else { return document.member(name, of: object) }
    var members: [ArraySlice<UInt8>: Int32] = [:]
    members.reserveCapacity(row.count)
    document.forEachMember(of: object) { key, value in
      members[document.storage[document.nodes[key].text]] = Int32(value)
    }
    objects[object] = members
    return members[name].map(Int.init)
  }

  /// The row of an element.
  mutating func element(_ index: Int, of array: Int, in document: borrowing Document) -> Int? {
    guard index >= 0, index < document.nodes[array].count else { return nil }
    if arrays[array] == nil {
      var rows: [Int32] = []
      rows.reserveCapacity(document.nodes[array].count)
      document.forEachElement(of: array) { rows.append(Int32($1)) }
      arrays[array] = rows
    }
    return arrays[array].map { Int($0[index]) }
  }

  /// Forgets the document, and lets go of its text.
  mutating func reset() {
    guard !objects.isEmpty || !arrays.isEmpty || !walks.isEmpty else { return }
    objects = [:]
    arrays = [:]
    walks = [:]
  }
}
