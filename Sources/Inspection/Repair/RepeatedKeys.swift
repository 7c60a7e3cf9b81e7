// SPDX-License-Identifier: Apache-2.0
import JSON

/// Whether an object anywhere in a JSON text has a key twice. RFC 8259 section 4 leaves open what that means; which of the two
/// values was meant, nobody knows, so what holds such an object is not mended.
func hasRepeatedKey(_ text: [UInt8]) -> Bool {
  var index = JSONIndex()
  guard (try? index.read(text.span)) != nil else { return false }
  var open = [index.root]
  var keys: Set<[UInt8]> = []
  while let node = open.popLast() {
    switch index.kind(node) {
    case .array:
      for element in index.elements(node) { open.append(element) }
    case .object:
      keys.removeAll(keepingCapacity: true)
      for (key, value) in index.members(node) {
        var name: [UInt8] = []
        index.decode(key, of: text.span, into: &name)
        guard keys.insert(name).inserted else { return true }
        open.append(value)
      }
    default: break
    }
  }
  return false
}
