// SPDX-License-Identifier: Apache-2.0

/// What a text of JSON means, however it is spelled: to find equals among many, it is spelled out once for each.
///
/// Keys stand in any order, of duplicates the last counts, as in Python; numbers are equal by value, strings by code points. What is no
/// JSON is equal byte by byte.
package struct JSONMeaning: Hashable, Sendable {
  private let isJSON: Bool
  private let text: [UInt8]

  /// - Parameter limits: what is beyond them counts as no JSON.
  package init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) {
    var index = JSONIndex()
    do throws(JSONError) {
      try index.read(bytes.span, limits: limits)
    } catch {
      (isJSON, text) = (false, bytes)
      return
    }
    var speller = Speller(index: index)
    speller.text.reserveCapacity(bytes.count)
    speller.append(index.root, bytes.span)
    (isJSON, text) = (true, speller.text)
  }
}

/// No two values have one text: each begins with its kind, and ends where its length, its number of values or a semicolon says.
private struct Speller {
  let index: JSONIndex
  var text: [UInt8] = []
  private var string: [UInt8] = []

  init(index: JSONIndex) { self.index = index }

  mutating func append(_ node: JSONIndex.Node, _ bytes: borrowing Span<UInt8>) {
    switch index.kind(node) {
    case .null: text.append(UInt8(ascii: "n"))
    case .true: text.append(UInt8(ascii: "t"))
    case .false: text.append(UInt8(ascii: "f"))
    case .number: appendNumber(index.range(node), bytes)
    case .string:
      string.removeAll(keepingCapacity: true)
      index.decode(node, of: bytes, into: &string)
      begin("s", string.count)
      text += string
    case .array:
      begin("a", index.count(node))
      for element in index.elements(node) { append(element, bytes) }
    case .object: appendObject(node, bytes)
    }
  }

  private mutating func appendObject(_ node: JSONIndex.Node, _ bytes: borrowing Span<UInt8>) {
    var keys: [UInt8] = []
    var members: [Member] = []
    members.reserveCapacity(index.count(node))
    for (key, value) in index.members(node) {
      let start = keys.count
      index.decode(key, of: bytes, into: &keys)
      members.append(Member(place: members.count, key: start..<keys.count, value: value))
    }
    members.sort { left, right in
      let order = Self.order(left.key, right.key, in: keys)
      return order == 0 ? left.place < right.place : order < 0
    }
    let isLast = members.indices.map { place in
      place + 1 == members.count || Self.order(members[place].key, members[place + 1].key, in: keys) != 0
    }
    begin("o", isLast.count { $0 })
    for (member, isLast) in zip(members, isLast) where isLast {
      begin("s", member.key.count)
      text += keys[member.key]
      append(member.value, bytes)
    }
  }

  private struct Member {
    let place: Int
    let key: Range<Int>
    let value: JSONIndex.Node
  }

  /// Below, at or above 0 where the left one comes before, is or comes behind the right one.
  private static func order(_ left: Range<Int>, _ right: Range<Int>, in keys: [UInt8]) -> Int {
    for offset in 0..<min(left.count, right.count) {
      let (one, other) = (keys[left.lowerBound + offset], keys[right.lowerBound + offset])
      if one != other { return Int(one) - Int(other) }
    }
    return left.count - right.count
  }

  /// Most numbers are short and whole: their digits are the value's but for zeros at the end.
  private mutating func appendNumber(_ range: Range<Int>, _ bytes: borrowing Span<UInt8>) {
    text.append(UInt8(ascii: "d"))
    var place = range.lowerBound
    if bytes[place] == UInt8(ascii: "-") { place += 1 }
    var (isWhole, end) = (bytes[place] != UInt8(ascii: "0"), place)
    for at in place..<range.upperBound {
      let byte = bytes[at]
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        isWhole = false
        break
      }
      if byte != UInt8(ascii: "0") { end = at + 1 }
    }
    guard isWhole else {
      let digits = (range.lowerBound..<range.upperBound).map { bytes[$0] }
      return Decimal(String(decoding: digits, as: UTF8.self)).append(to: &text)
    }
    for at in range.lowerBound..<end { text.append(bytes[at]) }
    text.append(UInt8(ascii: "e"))
    append(range.upperBound - place)
    text.append(UInt8(ascii: ";"))
  }

  private mutating func begin(_ kind: Unicode.Scalar, _ count: Int) {
    text.append(UInt8(ascii: kind))
    append(count)
    text.append(UInt8(ascii: ";"))
  }

  private mutating func append(_ number: Int) {
    if number < 10 { text.append(UInt8(ascii: "0") + UInt8(number)) } else { text += String(number).utf8 }
  }
}
