// SPDX-License-Identifier: Apache-2.0
import JSON

/// Decides which call a tool result answers, one result after the other, by what came before it only.
///
/// Ids repeat across turns, because vendors count anew in each response (kimi-code #2911): so the nearest assistant
/// turn comes first, and an earlier one only for an id that it has.
struct ResultPairing {
  /// How far from its place a call with an id is looked for, within the turn and before it.
  static let searchLimit = 1024
  /// So many bytes of ids are compared one by one. Most conversations never come that far; in others, ids are found by hash.
  private static let scanLimit = 1 << 17

  /// Which calls have a result.
  private(set) var isAnswered: [Bool]
  /// The calls of the nearest preceding assistant turn that has any.
  private(set) var turn = 0..<0
  /// No call of the turn before this one is unanswered.
  private var firstUnanswered = 0
  /// Bytes that comparisons may have looked at.
  private var scanned = 0
  private var places = CallPlaces()

  init(callCount: Int) { isAnswered = Array(repeating: false, count: callCount) }

  mutating func beginTurn(_ calls: Range<Int>) {
    turn = calls
    firstUnanswered = calls.lowerBound
  }

  /// The call that a result with this `tool_call_id` answers, or `nil` for an orphan.
  mutating func claim(
    _ id: JSONIndex.Node?, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> Int? {
    while firstUnanswered < turn.upperBound, isAnswered[firstUnanswered] { firstUnanswered &+= 1 }
    let inOrder = firstUnanswered < turn.upperBound ? firstUnanswered : nil
    let call =
      request.index.isBlank(id, in: bytes)
      ? inOrder
      : unansweredCall(withID: id, of: request, bytes) ?? inOrder
    if let call { isAnswered[call] = true }
    return call
  }

  /// In the turn the first with this id; before the turn the last.
  private mutating func unansweredCall(
    withID id: JSONIndex.Node?, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> Int? {
    guard let id else { return nil }
    let within = firstUnanswered..<max(firstUnanswered, min(turn.upperBound, firstUnanswered &+ Self.searchLimit))
    let before = max(0, turn.lowerBound &- Self.searchLimit)..<turn.lowerBound
    let cost = request.index.range(id).count &+ 16
    guard scanned &+ (within.count &+ before.count) &* cost <= Self.scanLimit else {
      guard let text = request.index.decodedID(id, of: bytes) else { return nil }
      return places.unanswered(text, within, before, turn, isAnswered, of: request, bytes)
    }
    for call in within {
      scanned &+= cost
      if !isAnswered[call], request.index.isSameText(id, request.calls[call].id, in: bytes) { return call }
    }
    for call in before.reversed() {
      scanned &+= cost
      if !isAnswered[call], request.index.isSameText(id, request.calls[call].id, in: bytes) { return call }
    }
    return nil
  }
}

/// The calls of a conversation by their ids. Each call is entered once with its turn and once as an earlier one, and passed over
/// once when it has its answer: all of it takes linear time.
private struct CallPlaces {
  /// Of the turn's calls with an id, the first that may be unanswered; of those before the turn, the last.
  private var inTurn: [[UInt8]: Int] = [:]
  private var earlier: [[UInt8]: Int] = [:]
  /// For each call the next one with its id: forward within the turn, backward before it; -1 for none.
  private var links: [Int] = []
  /// What is entered.
  private var turn = 0..<0
  private var end = 0

  mutating func unanswered(
    _ id: [UInt8], _ within: Range<Int>, _ before: Range<Int>, _ turn: Range<Int>, _ isAnswered: [Bool],
    of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> Int? {
    enter(turn, request, bytes)
    if let call = Self.first(id, &inTurn, links, isAnswered), within.contains(call) { return call }
    if let call = Self.first(id, &earlier, links, isAnswered), before.contains(call) { return call }
    return nil
  }

  /// The first that has no answer; an answer is never taken back.
  private static func first(_ id: [UInt8], _ heads: inout [[UInt8]: Int], _ links: [Int], _ isAnswered: [Bool]) -> Int? {
    guard let head = heads[id] else { return nil }
    var call = head
    while call >= 0, isAnswered[call] { call = links[call] }
    if call != head { heads[id] = call }
    return call >= 0 ? call : nil
  }

  private mutating func enter(_ turn: Range<Int>, _ request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    guard turn != self.turn || links.isEmpty else { return }
    self.turn = turn
    if links.isEmpty { links = Array(repeating: -1, count: request.calls.count) }
    for call in end..<turn.lowerBound { Self.link(call, &links, &earlier, request, bytes) }
    end = turn.lowerBound
    inTurn.removeAll(keepingCapacity: turn.count > 16)
    for call in turn.reversed() { Self.link(call, &links, &inTurn, request, bytes) }
  }

  private static func link(
    _ call: Int, _ links: inout [Int], _ heads: inout [[UInt8]: Int], _ request: borrowing ChatRequest,
    _ bytes: borrowing Span<UInt8>
  ) {
    guard let id = request.calls[call].id, let text = request.index.decodedID(id, of: bytes) else { return }
    links[call] = heads.updateValue(call, forKey: text) ?? -1
  }
}
