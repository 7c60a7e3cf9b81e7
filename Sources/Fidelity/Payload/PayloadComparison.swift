// SPDX-License-Identifier: Apache-2.0
import JSON

/// How two answers that both called tools compare, call by call. The order of the calls is ignored: calls of one answer
/// run in parallel.
package struct PayloadComparison: Equatable, Sendable {
  /// Whether both name the same set of tools.
  package private(set) var isSameTools: Bool
  /// Whether both make the same number of calls.
  package private(set) var isSameNumber: Bool
  /// Calls that were matched with one of the same tool.
  package private(set) var matchedCalls = 0
  /// Those of them with the same arguments.
  package private(set) var equalCalls = 0
  /// Where the rest differs, at most `limit`.
  package private(set) var differences: [Difference] = []

  /// Whether each call has its equal on the other side.
  package var isSameArguments: Bool { isSameTools && isSameNumber && differences.isEmpty }

  /// Calls of one tool are matched equal ones first, in order; then those with the fewest differences, by order among
  /// equals. Beyond `exhaustive` calls of a tool on a side what is left is matched by order, as the tries are a product.
  package init(vendor: [ToolCall], reference: [ToolCall], limit: Int = 32, exhaustive: Int = 16) {
    let vendor = vendor.enumerated().map { Candidate(index: $0.offset, call: $0.element) }
    let reference = reference.enumerated().map { Candidate(index: $0.offset, call: $0.element) }
    let (vendorNames, referenceNames) = (Set(vendor.map(\.call.name)), Set(reference.map(\.call.name)))
    isSameTools = vendorNames == referenceNames
    isSameNumber = vendor.count == reference.count
    var names: [[UInt8]] = []
    for candidate in vendor + reference where !names.contains(candidate.call.name) { names.append(candidate.call.name) }
    for name in names {
      match(
        vendor.filter { $0.call.name == name }, reference.filter { $0.call.name == name }, limit: limit,
        exhaustive: exhaustive)
    }
  }

  private mutating func match(_ vendor: [Candidate], _ reference: [Candidate], limit: Int, exhaustive: Int) {
    var (left, right) = (vendor, reference[...])
    left.removeAll { candidate in
      guard let index = right.firstIndex(where: { candidate.equals($0) }) else { return false }
      right.remove(at: index)
      matchedCalls += 1
      equalCalls += 1
      return true
    }
    let isExhaustive = max(left.count, right.count) <= exhaustive
    for candidate in left {
      let pick = isExhaustive ? right.indices.min { candidate.distance(right[$0]) < candidate.distance(right[$1]) } : nil
      guard let index = pick ?? right.indices.first else {
        append(candidate.absentElsewhere(isVendor: true), limit)
        continue
      }
      matchedCalls += 1
      for difference in candidate.differences(right.remove(at: index), limit: limit) { append(difference, limit) }
    }
    for candidate in right { append(candidate.absentElsewhere(isVendor: false), limit) }
  }

  private mutating func append(_ difference: Difference, _ limit: Int) {
    if differences.count < max(limit, 1) { differences.append(difference) }
  }
}

/// A call with its arguments read.
private struct Candidate {
  let index: Int
  let call: ToolCall
  /// Nil when they are no JSON.
  let value: JSONValue?

  private static let limits = JSONLimits(depth: 128)

  init(index: Int, call: ToolCall) {
    (self.index, self.call) = (index, call)
    value = try? JSONValue(parsing: call.arguments, limits: Self.limits)
  }

  func equals(_ other: Candidate) -> Bool {
    call.arguments == other.call.arguments || distance(other, upTo: 1) == 0
  }

  /// The number of differing paths, as far as it is counted.
  func distance(_ other: Candidate, upTo limit: Int = 32) -> Int {
    guard let value, let otherValue = other.value else {
      return call.arguments == other.call.arguments ? 0 : limit
    }
    return PathDifference.all(value, otherValue, limit: limit).count
  }

  func differences(_ other: Candidate, limit: Int) -> [Difference] {
    guard let value, let otherValue = other.value else {
      return [
        Difference(
          call: index, tool: call.name, pointer: JSONPointer(), vendor: Difference.cut(call.arguments),
          reference: Difference.cut(other.call.arguments))
      ]
    }
    return PathDifference.all(value, otherValue, limit: max(limit, 1)).map {
      Difference(
        call: index, tool: call.name, pointer: $0.pointer, vendor: Difference.text($0.left),
        reference: Difference.text($0.right))
    }
  }

  func absentElsewhere(isVendor: Bool) -> Difference {
    let text = Difference.cut(call.arguments)
    return Difference(
      call: index, tool: call.name, pointer: JSONPointer(), vendor: isVendor ? text : nil,
      reference: isVendor ? nil : text)
  }
}
