// SPDX-License-Identifier: Apache-2.0
import JSON

/// `optional_null` (R52): the edit that takes a member out of its object, one comma with it. Nil when there is no such member,
/// its value is not `null`, or its key comes twice: then an older value would rise from the dead.
///
/// - Parameter path: JSON Pointer to the value.
func removingNull(at path: String, in text: [UInt8]) -> JSONEdit? {
  var index = JSONIndex()
  guard (try? index.read(text.span)) != nil, var pointer = try? JSONPointer(path), let key = pointer.tokens.popLast(),
    let parent = index.node(at: pointer, of: text.span), index.kind(parent) == .object
  else { return nil }
  let members = Array(index.members(parent))
  let places = members.indices.filter { index.equals(members[$0].key, key.utf8, in: text.span) }
  guard places.count == 1, let place = places.first, index.kind(members[place].value) == .null else { return nil }
  // From the key to the next key, or from the end of the value before.
  let member = index.range(members[place].key).lowerBound..<index.range(members[place].value).upperBound
  if place + 1 < members.count {
    return JSONEdit(range: member.lowerBound..<index.range(members[place + 1].key).lowerBound, replacement: [])
  }
  let start = place > 0 ? index.range(members[place - 1].value).upperBound : member.lowerBound
  return JSONEdit(range: start..<member.upperBound, replacement: [])
}
