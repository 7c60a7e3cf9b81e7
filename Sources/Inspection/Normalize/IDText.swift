// SPDX-License-Identifier: Apache-2.0
import JSON

// Ids as they are met: strings mostly, sometimes numbers or nothing.
extension JSONIndex {
  /// Whether an id is missing, null, not a string or number, or nothing but white space.
  func isBlank(_ id: Node?, in bytes: borrowing Span<UInt8>) -> Bool {
    guard let id else { return true }
    switch kind(id) {
    case .number: return false
    case .string: return bytes.extracting(inside(id)).isBlank
    default: return true
    }
  }

  /// Whether two ids are the same text once decoded. A number is the text of its digits; nothing equals nothing.
  func isSameText(_ one: Node?, _ other: Node?, in bytes: borrowing Span<UInt8>) -> Bool {
    guard let one, let other else { return false }
    if kind(one) == .string, kind(other) == .string, !hasEscapes(one), !hasEscapes(other) {
      let (one, other) = (range(one), range(other))
      return one.count == other.count && bytes.extracting(one).isEqual(to: bytes.extracting(other))
    }
    // An escape takes six bytes at most. A long text is not decoded to be compared with a short one, of whose length callers keep count.
    let (length, otherLength) = (range(one).count, range(other).count)
    guard length <= 6 &* otherLength &+ 2, otherLength <= 6 &* length &+ 2 else { return false }
    return decodedID(one, of: bytes).map { $0 == decodedID(other, of: bytes) } ?? false
  }

  /// The decoded text of a string or number; `nil` for anything else.
  func decodedID(_ id: Node, of bytes: borrowing Span<UInt8>) -> [UInt8]? {
    var text: [UInt8] = []
    switch kind(id) {
    case .string: decode(id, of: bytes, into: &text)
    case .number: text.append(bytes.extracting(range(id)))
    default: return nil
    }
    return text
  }

  /// Where what stands between a string's quotes is, escapes and all.
  func inside(_ string: Node) -> Range<Int> {
    let range = range(string)
    return (range.lowerBound &+ 1)..<(range.upperBound &- 1)
  }
}
