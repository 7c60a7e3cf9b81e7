// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON

/// What ``PayloadComparison`` says, found by trying each call with each: its oracle.
struct PairwiseComparison {
  private(set) var isSameTools: Bool
  private(set) var isSameNumber: Bool
  private(set) var matchedCalls = 0
  private(set) var equalCalls = 0
  private(set) var differences: [Told] = []

  struct Told: Equatable {
    var call: Int
    var tool: [UInt8]
    var pointer: JSONPointer
    var vendor: [UInt8]?
    var reference: [UInt8]?
  }

  init(vendor: [ToolCall], reference: [ToolCall], limit: Int = 32, exhaustive: Int = 16) {
    let vendor = vendor.enumerated().map { Candidate(index: $0.offset, call: $0.element) }
    let reference = reference.enumerated().map { Candidate(index: $0.offset, call: $0.element) }
    isSameTools = Set(vendor.map(\.call.name)) == Set(reference.map(\.call.name))
    isSameNumber = vendor.count == reference.count
    var names: [[UInt8]] = []
    for candidate in vendor + reference where !names.contains(candidate.call.name) { names.append(candidate.call.name) }
    for name in names {
      match(vendor.filter { $0.call.name == name }, reference.filter { $0.call.name == name }, limit, exhaustive)
    }
  }

  func agrees(with other: PayloadComparison) -> Bool {
    let others = other.differences.map {
      Told(call: $0.call, tool: $0.tool, pointer: $0.pointer, vendor: $0.vendor, reference: $0.reference)
    }
    return isSameTools == other.isSameTools && isSameNumber == other.isSameNumber && matchedCalls == other.matchedCalls
      && equalCalls == other.equalCalls && differences == others
  }

  private mutating func match(_ vendor: [Candidate], _ reference: [Candidate], _ limit: Int, _ exhaustive: Int) {
    var (left, right) = (vendor, reference[...])
    left.removeAll { candidate in
      guard let index = right.firstIndex(where: { candidate.distance($0, upTo: 1) == 0 }) else { return false }
      right.remove(at: index)
      matchedCalls += 1
      equalCalls += 1
      return true
    }
    let isExhaustive = max(left.count, right.count) <= exhaustive
    for candidate in left {
      let pick = isExhaustive ? right.indices.min { candidate.distance(right[$0]) < candidate.distance(right[$1]) } : nil
      guard let index = pick ?? right.indices.first else {
        append(candidate.difference(vendor: candidate.call.arguments, reference: nil), limit)
        continue
      }
      matchedCalls += 1
      for difference in candidate.differences(right.remove(at: index), limit) { append(difference, limit) }
    }
    for candidate in right { append(candidate.difference(vendor: nil, reference: candidate.call.arguments), limit) }
  }

  private mutating func append(_ difference: Told, _ limit: Int) {
    if differences.count < limit { differences.append(difference) }
  }

  private struct Candidate {
    let index: Int
    let call: ToolCall
    let value: JSONValue?

    init(index: Int, call: ToolCall) {
      (self.index, self.call) = (index, call)
      value = try? JSONValue(parsing: call.arguments, limits: JSONLimits(depth: 128))
    }

    func distance(_ other: Candidate, upTo limit: Int = 32) -> Int {
      guard let value, let otherValue = other.value else { return call.arguments == other.call.arguments ? 0 : limit }
      return Paths.differing(value, otherValue, limit).count
    }

    func differences(_ other: Candidate, _ limit: Int) -> [Told] {
      guard let value, let otherValue = other.value else {
        return [difference(vendor: call.arguments, reference: other.call.arguments)]
      }
      return Paths.differing(value, otherValue, limit).map {
        Told(
          call: index, tool: call.name, pointer: $0.pointer, vendor: $0.left.map { JSONWriter.bytes(of: $0) },
          reference: $0.right.map { JSONWriter.bytes(of: $0) })
      }
    }

    /// Texts are short here: none is cut.
    func difference(vendor: [UInt8]?, reference: [UInt8]?) -> Told {
      Told(call: index, tool: call.name, pointer: JSONPointer(), vendor: vendor, reference: reference)
    }
  }
}

/// Where two documents differ.
private enum Paths {
  typealias Found = [(pointer: JSONPointer, left: JSONValue?, right: JSONValue?)]

  static func differing(_ left: JSONValue, _ right: JSONValue, _ limit: Int) -> Found {
    var found: Found = []
    walk(left, right, JSONPointer(), &found)
    return Array(found.prefix(limit))
  }

  private static func walk(_ left: JSONValue?, _ right: JSONValue?, _ pointer: JSONPointer, _ found: inout Found) {
    switch (left, right) {
    case (.object(let left)?, .object(let right)?):
      for key in once(left) { walk(left[key], right[key], pointer.appending(key), &found) }
      for key in once(right) where left[key] == nil { walk(.none, right[key], pointer.appending(key), &found) }
    case (.array(let left)?, .array(let right)?):
      for index in 0..<max(left.count, right.count) {
        walk(
          index < left.count ? left[index] : Optional.none, index < right.count ? right[index] : Optional.none,
          pointer.appending(index), &found)
      }
    case (.number(let left)?, .number(let right)?) where isSame(left.text, right.text): return
    default: if left != right { found.append((pointer, left, right)) }
    }
  }

  private static func once(_ object: JSONObject) -> [JSONString] {
    object.keys.enumerated().filter { place, key in !object.keys[..<place].contains(key) }.map(\.element)
  }

  /// By digits without zeros at their ends, and the power of ten of the last of them.
  private static func isSame(_ left: String, _ right: String) -> Bool { value(left) == value(right) }

  private static func value(_ text: String) -> [Int] {
    let parts = text.lowercased().split(separator: "e")
    let mantissa = parts[0].split(separator: "-").joined().split(separator: ".", omittingEmptySubsequences: false)
    var digits = mantissa.joined().compactMap(\.wholeNumberValue)
    var power = (parts.count > 1 ? Int(parts[1].split(separator: "+").joined()) ?? 0 : 0) - (mantissa.count > 1 ? mantissa[1].count : 0)
    while digits.first == 0 { digits.removeFirst() }
    while digits.last == 0 {
      digits.removeLast()
      power += 1
    }
    return digits.isEmpty ? [] : [text.hasPrefix("-") ? -1 : 1, power] + digits
  }
}
