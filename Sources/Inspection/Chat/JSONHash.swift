// SPDX-License-Identifier: Apache-2.0
import JSON

/// A hash of what a JSON text means: white space, escapes, the spelling of numbers and the order of members do not count, since
/// clients parse arguments and write them anew. A text that is not JSON is hashed as it is; a blank one means `{}`.
func jsonHash(of text: borrowing Span<UInt8>) -> UInt64 {
  if text.isBlank { return jsonHash(of: Array("{}".utf8).span) }
  var index = JSONIndex()
  do {
    try index.read(text)
    return index.hash(index.root, of: text)
  } catch {
    var hash = StableHash(seed: 1)
    hash.combine(text)
    return hash.value
  }
}

extension JSONIndex {
  /// The same for a value of this document.
  func hash(_ node: Node, of bytes: borrowing Span<UInt8>) -> UInt64 {
    var hash = StableHash(seed: UInt64(kind(node).rawValue) &+ 2)
    switch kind(node) {
    case .null, .true, .false: break
    case .string:
      if hasEscapes(node) {
        var text: [UInt8] = []
        decode(node, of: bytes, into: &text)
        hash.combine(text.span)
      } else {
        hash.combine(bytes.extracting(inside(node)))
      }
    case .number:
      // 1, 1.0 and 1e0 are one number to JavaScript. Of ids that have more digits than it keeps, each is another.
      let number = number(node, of: bytes)
      let double = number?.double ?? .infinity
      hash.combine(double.bitPattern)
      if let number, double.magnitude >= 0x1p53 { hash.combine(Array(number.text.utf8).span) }
    case .array:
      for element in elements(node) { hash.combine(self.hash(element, of: bytes)) }
    case .object:
      var sum: UInt64 = 0
      for (key, value) in members(node) {
        var member = StableHash(seed: self.hash(key, of: bytes))
        member.combine(self.hash(value, of: bytes))
        sum &+= member.value
      }
      hash.combine(sum)
    }
    return hash.value
  }
}
