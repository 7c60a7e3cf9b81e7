// SPDX-License-Identifier: Apache-2.0

extension JSONIndex {
  /// Which members of an object its readers leave out, because another of the same name comes behind them, by their numbers in order. RFC
  /// 8259 section 4 leaves it open; Python's, JavaScript's and Go's readers take the last. None in most objects, and for nothing.
  package func overridden(in object: Node, of bytes: borrowing Span<UInt8>) -> [Int] {
    guard kind(object) == .object else { return [] }
    let isPlain = count(object) <= 16 && members(object).allSatisfy { key, _ in !hasEscapes(key) }
    return isPlain ? overriddenOfFew(in: object, of: bytes) : overriddenOfMany(in: object, of: bytes)
  }

  /// As they are written: without a table, which costs more than to compare so few.
  private func overriddenOfFew(in object: Node, of bytes: borrowing Span<UInt8>) -> [Int] {
    var overridden: [Int] = []
    var rest = members(object)
    var number = 0
    while let (key, _) = rest.next() {
      let key = bytes.extracting(range(key))
      var behind = rest
      while let (other, _) = behind.next() {
        guard bytesEqual(bytes, range(other), key) else { continue }
        overridden.append(number)
        break
      }
      number &+= 1
    }
    return overridden
  }

  private func overriddenOfMany(in object: Node, of bytes: borrowing Span<UInt8>) -> [Int] {
    var overridden: [Int] = []
    var last: [[UInt8]: Int] = [:]
    for (number, (key, _)) in members(object).enumerated() {
      var text: [UInt8] = []
      decode(key, of: bytes, into: &text)
      if let earlier = last.updateValue(number, forKey: text) { overridden.append(earlier) }
    }
    return overridden.sorted()
  }
}
