// SPDX-License-Identifier: Apache-2.0

/// Compares values of two documents: numbers by value, strings by their decoded text, objects without regard to order.
struct Equality {
  let isPython: Bool

  @inline(__always)
  func equal(_ left: borrowing Document, _ one: Int, _ right: borrowing Document, _ other: Int) -> Bool {
    let (a, b) = (left.nodes[one], right.nodes[other])
    guard a.kind == b.kind else { return false }
    switch a.kind {
    case .string:
      let count = a.b &- a.a
      return count == b.b &- b.a
        && sameText(left.storage, Int(a.a), right.storage, Int(b.a), Int(count))
    case .true, .false, .null: return true
    case .number: return equalNumbers(left, one, right, other)
    case .array, .object: return equalContainers(left, one, right, other)
    }
  }

  private func equalNumbers(
    _ left: borrowing Document, _ one: Int, _ right: borrowing Document, _ other: Int
  ) -> Bool {
    let (text, otherText) = (left.source(one), right.source(other))
    if isPython {
      return PythonNumber(text, flags: left.nodes[one].flags)
        == PythonNumber(otherText, flags: right.nodes[other].flags)
    }
    return Number(text) == Number(otherText)
  }

  private func equalContainers(
    _ left: borrowing Document, _ one: Int, _ right: borrowing Document, _ other: Int
  ) -> Bool {
    guard left.nodes[one].count == right.nodes[other].count else { return false }
    let isObject = left.kind(one) == .object
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
  func equals(_ node: Int, _ row: Int, _ program: Program) -> Bool {
    Equality(isPython: program.profile.isPython).equal(document, node, program.source, row)
  }

  /// What comparing a value counts for: more for a long one, and for a number that is read anew each time.
  func comparisonWork(_ node: Int) -> Int {
    let length = document.source(node).count
    return document.kind(node) == .number ? 16 &+ length : 1 &+ length &>> 6
  }

  /// By hash and sorting, so that long arrays do not take quadratic time.
  /// Numbers that many of have the same nearest double are compared, which is work.
  mutating func hasUniqueItems(_ node: Int, _ program: Program) -> Bool {
    let equality = Equality(isPython: program.profile.isPython)
    guard document.nodes[node].count > 1 else { return true }
    if document.nodes[node].count <= 8 {
      var one = node + 1
      while one < document.nodes[node].past {
        var other = document.past(one)
        while other < document.nodes[node].past {
          if equality.equal(document, one, document, other) { return false }
          other = document.past(other)
        }
        one = document.past(one)
      }
      return true
    }
    var hashes: [(hash: UInt64, node: Int)] = []
    document.forEachElement(of: node) { _, element in hashes.append((equality.hash(document, element), element)) }
    hashes.sort { $0.hash < $1.hash }
    for (index, entry) in hashes.enumerated() {
      var other = index + 1
      while other < hashes.count, hashes[other].hash == entry.hash {
        if equality.equal(document, entry.node, document, hashes[other].node) { return false }
        work &-= comparisonWork(entry.node)
        guard work >= 0 else { return false }
        other += 1
      }
    }
    return true
  }
}

/// The hash tables that large enumerations have behind their values in `Program.lists`.
enum EnumerationTable {
  /// Up to so many values are compared one by one.
  static let least = 16

  static func slot(_ hash: UInt64) -> UInt64 { (hash &* 0x9E37_79B9_7F4A_7C15) &>> 32 }
}
