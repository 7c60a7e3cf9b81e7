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
  private let vendorCalls: Int

  /// Whether each call has its equal on the other side.
  package var isSameArguments: Bool { isSameNumber && equalCalls == vendorCalls }

  /// Calls of one tool are matched equal ones first, in order; then those with the fewest differences, by order among
  /// equals. What is left is matched by order where to try each with each would be too much.
  ///
  /// - Parameters:
  ///   - limit: differences that are told, at most; 0 where only the counts matter, which costs less.
  ///   - exhaustive: calls of a tool on a side, beyond which not each is tried with each.
  ///   - tried: bytes of arguments that are read again in trying, for all tools together, at most.
  package init(vendor: [ToolCall], reference: [ToolCall], limit: Int = 32, exhaustive: Int = 16, tried: Int = 4 << 20) {
    var places: [[UInt8]: Int] = [:]
    var tools: [(vendor: [Candidate], reference: [Candidate])] = []
    func place(_ call: ToolCall) -> Int {
      let place = places[call.name] ?? tools.count
      if place == tools.count {
        places[call.name] = place
        tools.append(([], []))
      }
      return place
    }
    for (index, call) in vendor.enumerated() {
      let place = place(call)
      tools[place].vendor.append(Candidate(index: index, call: call))
    }
    for (index, call) in reference.enumerated() {
      let place = place(call)
      tools[place].reference.append(Candidate(index: index, call: call))
    }
    isSameTools = tools.allSatisfy { $0.vendor.isEmpty == $0.reference.isEmpty }
    (isSameNumber, vendorCalls) = (vendor.count == reference.count, vendor.count)
    var tried = tried
    for tool in tools {
      let (left, right) = matchEquals(tool.vendor, tool.reference)
      let most = max(left.count, right.count)
      let cost = (left + right).reduce(0) { $0 + $1.call.arguments.count } * most
      // Of one on each side there is no choice.
      if hasRoom(limit), min(left.count, right.count) > 0, most > 1, most <= exhaustive, cost <= tried {
        tried -= cost
        matchNearest(left.map { ReadCandidate($0) }, right.map { ReadCandidate($0) }, limit)
      } else {
        matchByOrder(left, right, limit)
      }
    }
  }

  /// - Returns: what has no equal on the other side.
  private mutating func matchEquals(
    _ vendor: [Candidate], _ reference: [Candidate]
  ) -> (left: [Candidate], right: [Candidate]) {
    guard !vendor.isEmpty, !reference.isEmpty else { return (vendor, reference) }
    // The first of equals is the last of its list.
    var places: [CallMeaning: [Int]] = [:]
    for (place, candidate) in reference.enumerated().reversed() {
      places[CallMeaning(candidate.call), default: []].append(place)
    }
    var taken: Set<Int> = []
    let left = vendor.filter { candidate in
      guard let place = places[CallMeaning(candidate.call)]?.popLast() else { return true }
      taken.insert(place)
      return false
    }
    matchedCalls += taken.count
    equalCalls += taken.count
    return (left, reference.enumerated().filter { !taken.contains($0.offset) }.map(\.element))
  }

  private mutating func matchNearest(_ left: [ReadCandidate], _ right: [ReadCandidate], _ limit: Int) {
    var right = right
    for candidate in left {
      guard let nearest = candidate.nearest(of: right) else {
        append([candidate.candidate.absentElsewhere(isVendor: true)], limit)
        continue
      }
      matchedCalls += 1
      append(candidate.differences(right.remove(at: nearest), limit: limit), limit)
    }
    for candidate in right { append([candidate.candidate.absentElsewhere(isVendor: false)], limit) }
  }

  private mutating func matchByOrder(_ left: [Candidate], _ right: [Candidate], _ limit: Int) {
    for (mine, its) in zip(left, right) {
      matchedCalls += 1
      if hasRoom(limit) { append(ReadCandidate(mine).differences(ReadCandidate(its), limit: limit), limit) }
    }
    for candidate in left.dropFirst(right.count) { append([candidate.absentElsewhere(isVendor: true)], limit) }
    for candidate in right.dropFirst(left.count) { append([candidate.absentElsewhere(isVendor: false)], limit) }
  }

  private func hasRoom(_ limit: Int) -> Bool { differences.count < limit }

  private mutating func append(_ more: [Difference], _ limit: Int) {
    for difference in more where hasRoom(limit) { differences.append(difference) }
  }
}

private struct Candidate {
  let index: Int
  let call: ToolCall

  func absentElsewhere(isVendor: Bool) -> Difference {
    let text = Difference.cut(call.arguments)
    return Difference(
      call: index, tool: call.name, pointer: JSONPointer(), vendor: isVendor ? text : nil,
      reference: isVendor ? nil : text)
  }
}

/// A call without an equal, with its arguments read.
private struct ReadCandidate {
  let candidate: Candidate
  /// Nil when they are no JSON.
  let value: JSONValue?

  init(_ candidate: Candidate) { (self.candidate, value) = (candidate, candidate.call.value) }

  /// The place of the one with the fewest differing paths, as far as these are counted; of several the first. Nil of none.
  func nearest(of others: [ReadCandidate]) -> Int? {
    guard others.count > 1 else { return others.indices.first }
    var nearest = (place: 0, distance: 32)
    for (place, other) in others.enumerated() where nearest.distance > 1 {
      guard let value, let otherValue = other.value else { continue }
      // Only whether there are fewer.
      let distance = PathDifference.all(value, otherValue, limit: nearest.distance).count
      if distance < nearest.distance { nearest = (place, distance) }
    }
    return nearest.place
  }

  func differences(_ other: ReadCandidate, limit: Int) -> [Difference] {
    let (index, call) = (candidate.index, candidate.call)
    guard let value, let otherValue = other.value else {
      return [
        Difference(
          call: index, tool: call.name, pointer: JSONPointer(), vendor: Difference.cut(call.arguments),
          reference: Difference.cut(other.candidate.call.arguments))
      ]
    }
    return PathDifference.all(value, otherValue, limit: limit).map {
      Difference(
        call: index, tool: call.name, pointer: $0.pointer, vendor: Difference.text($0.left),
        reference: Difference.text($0.right))
    }
  }
}
