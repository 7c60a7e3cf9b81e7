// SPDX-License-Identifier: Apache-2.0
package import JSON

/// One place at which the arguments of two calls differ.
package struct Difference: Equatable, Sendable {
  /// Of the vendor's call in its answer, from 0; the reference's where the vendor has no such call.
  package var call: Int
  /// The tool's name.
  package var tool: [UInt8]
  /// Where in the arguments; the whole when one side has no such call, or no JSON.
  package var pointer: JSONPointer
  /// The vendor's value as compact JSON, cut at ``textLimit`` bytes, or the raw text where it is no JSON; nil: absent.
  package var vendor: [UInt8]?
  /// The reference's, likewise.
  package var reference: [UInt8]?

  package static let textLimit = 256

  static func text(_ value: JSONValue?) -> [UInt8]? { value.map { cut(JSONWriter.bytes(of: $0)) } }

  /// The first bytes, whole characters only.
  static func cut(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > textLimit else { return bytes }
    var end = textLimit
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return Array(bytes[..<end])
  }
}

/// A path at which two documents differ, and what is there.
struct PathDifference {
  var pointer: JSONPointer
  var left: JSONValue?
  var right: JSONValue?

  /// The paths at which the documents differ, at most `limit`, in the order of the left one. Objects are compared key by
  /// key in any order, of duplicates the last, as in Python; arrays place by place; numbers by value; strings by code
  /// points.
  static func all(_ left: JSONValue, _ right: JSONValue, limit: Int) -> [PathDifference] {
    var walk = Walk(limit: limit)
    walk.compare(left, right)
    return walk.found
  }
}

private struct Walk {
  /// A pointer is made where there is a difference, not for each value.
  enum Step {
    case key(JSONString)
    case place(Int)
  }

  let limit: Int
  var found: [PathDifference] = []
  private var path: [Step] = []

  init(limit: Int) { self.limit = limit }

  mutating func compare(_ left: JSONValue?, _ right: JSONValue?) {
    guard found.count < limit else { return }
    switch (left, right) {
    case (.object(let left)?, .object(let right)?):
      let (leftMembers, rightMembers) = (Self.effective(left), Self.effective(right))
      for (key, value) in leftMembers.ordered { compare(value, rightMembers.byKey[key], at: .key(key)) }
      for (key, value) in rightMembers.ordered where leftMembers.byKey[key] == nil { compare(nil, value, at: .key(key)) }
    case (.array(let left)?, .array(let right)?):
      for index in 0..<max(left.count, right.count) {
        guard found.count < limit else { return }
        // Not `nil`, which would be the literal of a JSON null here.
        compare(
          index < left.count ? left[index] : Optional.none, index < right.count ? right[index] : Optional.none, at: .place(index))
      }
    case (.number(let left)?, .number(let right)?) where left == right || Decimal(left.text) == Decimal(right.text):
      return
    default:
      if left != right { found.append(PathDifference(pointer: pointer, left: left, right: right)) }
    }
  }

  private mutating func compare(_ left: JSONValue?, _ right: JSONValue?, at step: Step) {
    path.append(step)
    compare(left, right)
    path.removeLast()
  }

  private var pointer: JSONPointer {
    path.reduce(JSONPointer()) { pointer, step in
      switch step {
      case .key(let key): pointer.appending(key)
      case .place(let index): pointer.appending(index)
      }
    }
  }

  private static func effective(_ object: JSONObject) -> (ordered: [(JSONString, JSONValue)], byKey: [JSONString: JSONValue]) {
    let byKey = Dictionary(object.members.map { ($0.key, $0.value) }) { _, last in last }
    var seen: Set<JSONString> = []
    let ordered = object.members.compactMap { member in
      seen.insert(member.key).inserted ? byKey[member.key].map { (member.key, $0) } : nil
    }
    return (ordered, byKey)
  }
}
