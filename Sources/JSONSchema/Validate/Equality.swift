// SPDX-License-Identifier: Apache-2.0

/// Compares values of two documents: numbers by value, strings by their decoded text, objects without regard to order.
struct Equality {
  let isPython: Bool
  /// What comparing has come to, in work of an evaluation; nothing for what is short.
  private(set) var work = 0

  init(isPython: Bool) { self.isPython = isPython }

  @inline(__always)
  mutating func equal(_ left: borrowing Document, _ one: Int, _ right: borrowing Document, _ other: Int) -> Bool {
    let (a, b) = (left.nodes[one], right.nodes[other])
    guard a.kind == b.kind else { return false }
    switch a.kind {
    case .string:
      let count = a.b &- a.a
      work &+= Int(count &>> 7)
      return count == b.b &- b.a
        && sameText(left.storage, Int(a.a), right.storage, Int(b.a), Int(count))
    case .true, .false, .null: return true
    case .number: return equalNumbers(left, one, right, other)
    case .array, .object: return equalContainers(left, one, right, other)
    }
  }

  private mutating func equalNumbers(
    _ left: borrowing Document, _ one: Int, _ right: borrowing Document, _ other: Int
  ) -> Bool {
    let (text, otherText) = (left.source(one), right.source(other))
    if !left.nodes[one].flags.contains(.float), !right.nodes[other].flags.contains(.float), let value = smallInteger(text),
      let otherValue = smallInteger(otherText)
    {
      return value == otherValue
    }
    work &+= 2 &+ (text.count &+ otherText.count) &>> 2
    if isPython {
      return PythonNumber(text, flags: left.nodes[one].flags)
        == PythonNumber(otherText, flags: right.nodes[other].flags)
    }
    return Number(text) == Number(otherText)
  }

  private mutating func equalContainers(
    _ left: borrowing Document, _ one: Int, _ right: borrowing Document, _ other: Int
  ) -> Bool {
    guard left.nodes[one].count == right.nodes[other].count else { return false }
    let isObject = left.kind(one) == .object
    // The members of one are looked up in the other, which takes an index of it.
    if isObject { work &+= 6 &* left.nodes[one].count }
    var members = MemberIndex()
    var (row, match) = (one + 1, other + 1)
    while row < left.nodes[one].past {
      if isObject {
        if !left.nodes[row].flags.contains(.shadowed) {
          guard let value = members.member(left.storage[left.nodes[row].text], of: other, in: right),
            equal(left, row + 1, right, value)
          else { return false }
        }
        row = left.past(row + 1)
      } else {
        work &+= 1
        guard equal(left, row, right, match) else { return false }
        row = left.past(row)
        match = right.past(match)
      }
    }
    return true
  }

  /// A hash that equal values share.
  func hash(_ document: borrowing Document, _ node: Int) -> UInt64 {
    let row = document.nodes[node]
    var result = UInt64(row.kind.rawValue) &* 0x9E37_79B9_7F4A_7C15
    switch row.kind {
    case .string:
      let text = row.text
      result ^= UInt64(textHash(document.storage.span, text.lowerBound, text.count))
    case .number:
      // Equal numbers have the same nearest double, no two zeros, and Python's `Infinity` is its 1e999.
      let value = PythonNumber.double(document.source(node))
      result ^= row.flags.contains(.nonFinite) || value == 0 || !value.isFinite ? 0 : value.bitPattern
    case .array:
      var child = node + 1
      while child < row.past {
        result = (result ^ hash(document, child)) &* 0xBF58_476D_1CE4_E5B9
        child = document.past(child)
      }
    case .object:
      var key = node + 1
      while key < row.past {
        if !document.nodes[key].flags.contains(.shadowed) {
          result &+= (UInt64(document.nodes[key].hash) ^ hash(document, key + 1)) &* 0xBF58_476D_1CE4_E5B9
        }
        key = document.past(key + 1)
      }
    case .true, .false, .null: break
    }
    return result
  }
}

extension Evaluator {
  /// Whether a value of the document equals one in the schema.
  @inline(__always)
  mutating func equals(_ node: Int, _ row: Int, _ program: Program) -> Bool {
    var equality = Equality(isPython: program.profile.isPython)
    let areEqual = equality.equal(document, node, program.source, row)
    work &-= equality.work
    return areEqual
  }

  private mutating func areEqual(_ one: Int, _ other: Int, _ program: Program) -> Bool {
    var equality = Equality(isPython: program.profile.isPython)
    let areEqual = equality.equal(document, one, document, other)
    work &-= 1 &+ equality.work
    return areEqual
  }

  /// What the hash of a value, or those of its elements, count for: text is fast, and numbers are read.
  func hashingWork(_ node: Int) -> Int {
    let length = document.source(node).count
    switch document.kind(node) {
    case .string: return length &>> 7
    case .number: return 4 &+ length &>> 1
    case .object, .array: return 8 &* (document.nodes[node].past &- node) &+ length &>> 2
    case .true, .false, .null: return 0
    }
  }

  /// By hash and sorting, so that long arrays do not take quadratic time.
  /// Values of which many have the same hash are compared, which is work, as everything here is.
  mutating func hasUniqueItems(_ node: Int, _ program: Program) -> Bool {
    guard document.nodes[node].count > 1 else { return true }
    if document.nodes[node].count <= 8 {
      var one = node + 1
      while one < document.nodes[node].past {
        var other = document.past(one)
        while other < document.nodes[node].past {
          if areEqual(one, other, program) { return false }
          other = document.past(other)
        }
        one = document.past(one)
      }
      return true
    }
    work &-= hashingWork(node)
    guard work >= 0 else { return false }
    let equality = Equality(isPython: program.profile.isPython)
    var hashes: [(hash: UInt64, node: Int)] = []
    document.forEachElement(of: node) { _, element in hashes.append((equality.hash(document, element), element)) }
    hashes.sort { $0.hash < $1.hash }
    for (index, entry) in hashes.enumerated() {
      var other = index + 1
      while other < hashes.count, hashes[other].hash == entry.hash {
        if areEqual(entry.node, hashes[other].node, program) { return false }
        guard work >= 0 else { return false }
        other += 1
      }
    }
    return true
  }
}

