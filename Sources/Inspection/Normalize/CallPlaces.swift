// SPDX-License-Identifier: Apache-2.0
import JSON

/// The calls of a conversation by their ids. Each call is entered once with its turn and once as an earlier one, and passed over
/// once when it has its answer: all of it takes linear time.
struct CallPlaces {
  /// Of the turn's calls with an id, the first that may be unanswered; of those before the turn, the last.
  private var inTurn: [[UInt8]: Int] = [:]
  private var earlier: [[UInt8]: Int] = [:]
  /// Of the turn's calls with an id, the first; of those before the turn, the last.
  private var firstInTurn: [[UInt8]: Int] = [:]
  private var lastEarlier: [[UInt8]: Int] = [:]
  /// For each call the next one with its id: forward within the turn, backward before it; -1 for none.
  private var links: [Int] = []
  /// What is entered.
  private var turn = 0..<0
  private var end = 0

  mutating func answer(
    _ id: [UInt8], _ within: Range<Int>, _ before: Range<Int>, _ passed: Range<Int>, _ turn: Range<Int>, _ marks: ResultPairing.Marks,
    of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> ResultPairing.Answer {
    enter(turn, request, bytes)
    if let call = Self.first(id, &inTurn, links, marks), within.contains(call) { return .call(call) }
    if let call = Self.first(id, &earlier, links, marks), before.contains(call) { return .call(call) }
    if let call = firstInTurn[id], passed.contains(call), marks.isAnswered(call) { return .again(call) }
    if let call = lastEarlier[id], before.contains(call) { return .again(call) }
    return .none
  }

  /// The first that has no answer; an answer is never taken back.
  private static func first(_ id: [UInt8], _ heads: inout [[UInt8]: Int], _ links: [Int], _ marks: ResultPairing.Marks) -> Int? {
    guard let head = heads[id] else { return nil }
    var call = head
    while call >= 0, marks.isAnswered(call) { call = links[call] }
    if call != head { heads[id] = call }
    return call >= 0 ? call : nil
  }

  private mutating func enter(_ turn: Range<Int>, _ request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    guard turn != self.turn || links.isEmpty else { return }
    self.turn = turn
    if links.isEmpty { links = Array(repeating: -1, count: request.calls.count) }
    for call in end..<turn.lowerBound {
      if let id = Self.link(call, &links, &earlier, request, bytes) { lastEarlier[id] = call }
    }
    end = turn.lowerBound
    inTurn.removeAll(keepingCapacity: turn.count > 16)
    for call in turn.reversed() { _ = Self.link(call, &links, &inTurn, request, bytes) }
    firstInTurn = inTurn
  }

  /// - Returns: the call's id.
  private static func link(
    _ call: Int, _ links: inout [Int], _ heads: inout [[UInt8]: Int], _ request: borrowing ChatRequest,
    _ bytes: borrowing Span<UInt8>
  ) -> [UInt8]? {
    guard let id = request.calls[call].id, let text = request.index.decodedID(id, of: bytes) else { return nil }
    links[call] = heads.updateValue(call, forKey: text) ?? -1
    return text
  }
}
