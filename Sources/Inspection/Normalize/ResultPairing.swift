// SPDX-License-Identifier: Apache-2.0
import JSON

/// Decides which call each tool result answers: by what came before it, and by the results that stand in a row with it, as all those of
/// a turn come in one request.
///
/// Ids repeat across turns, because vendors count anew in each response (kimi-code #2911): so the nearest assistant
/// turn comes first, and an earlier one only for an id that it has. A result with an id that no call has stands in order, but never for a
/// call that another one names: what a model is told that one tool said must not be what another did.
struct ResultPairing {
  enum Answer: Equatable {
    case none
    case call(Int)
    /// The call has its result already.
    case again(Int)

    var call: Int? {
      switch self {
      case .none: nil
      case .call(let call), .again(let call): call
      }
    }
  }

  /// How far from its place a call with an id is looked for, within the turn and before it.
  static let searchLimit = 1024
  /// So many bytes of ids are compared one by one. Most conversations never come that far; in others, ids are found by hash.
  private static let scanLimit = 1 << 17

  /// For each message what it answers.
  private(set) var answers: [Answer]
  /// Which calls have a result.
  private(set) var isAnswered: [Bool]
  /// The calls of the nearest preceding assistant turn that has any.
  private var turn = 0..<0
  /// No call of the turn before this one is unanswered.
  private var firstUnanswered = 0
  /// Bytes that comparisons may have looked at.
  private var scanned = 0
  private var places = CallPlaces()

  init(of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    answers = Array(repeating: .none, count: request.messages.count)
    isAnswered = Array(repeating: false, count: request.calls.count)
    var number = 0
    while number < request.messages.count {
      let first = number
      number &+= 1
      if !request.messages[first].calls.isEmpty {
        turn = request.messages[first].calls
        firstUnanswered = turn.lowerBound
      } else if request.messages[first].role == .tool {
        while number < request.messages.count, request.messages[number].role == .tool { number &+= 1 }
        pair(first..<number, of: request, bytes)
      }
    }
  }

  /// Pairs results that stand in a row.
  private mutating func pair(_ results: Range<Int>, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    var unpaired = 0
    for number in results {
      let id = request.messages[number].toolCallID
      if let id, !request.index.isBlank(id, in: bytes) { answers[number] = answer(withID: id, of: request, bytes) }
      if case .call(let call) = answers[number] { claim(call) }
      if answers[number] == .none { unpaired &+= 1 }
    }
    guard unpaired > 0 else { return }
    for number in results where answers[number] == .none && firstUnanswered < turn.upperBound {
      answers[number] = .call(firstUnanswered)
      claim(firstUnanswered)
    }
  }

  private mutating func claim(_ call: Int) {
    isAnswered[call] = true
    while firstUnanswered < turn.upperBound, isAnswered[firstUnanswered] { firstUnanswered &+= 1 }
  }

  /// In the turn the first without a result, before the turn the last; else, with one, the first of the turn, and before it the last.
  private mutating func answer(
    withID id: JSONIndex.Node, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> Answer {
    let within = firstUnanswered..<max(firstUnanswered, min(turn.upperBound, firstUnanswered &+ Self.searchLimit))
    let before = max(0, turn.lowerBound &- Self.searchLimit)..<turn.lowerBound
    let passed = turn.lowerBound..<min(within.upperBound, turn.lowerBound &+ Self.searchLimit)
    let cost = request.index.range(id).count &+ 16
    guard scanned &+ (within.count &+ 2 &* before.count &+ passed.count) &* cost <= Self.scanLimit else {
      guard let text = request.index.decodedID(id, of: bytes) else { return .none }
      return places.answer(text, within, before, passed, turn, isAnswered, of: request, bytes)
    }
    for call in within {
      scanned &+= cost
      if !isAnswered[call], request.index.isSameText(id, request.calls[call].id, in: bytes) { return .call(call) }
    }
    for call in before.reversed() {
      scanned &+= cost
      if !isAnswered[call], request.index.isSameText(id, request.calls[call].id, in: bytes) { return .call(call) }
    }
    for call in passed {
      scanned &+= cost
      if isAnswered[call], request.index.isSameText(id, request.calls[call].id, in: bytes) { return .again(call) }
    }
    // A task that reports once more after its turn.
    for call in before.reversed() {
      scanned &+= cost
      if request.index.isSameText(id, request.calls[call].id, in: bytes) { return .again(call) }
    }
    return .none
  }
}

/// The calls of a conversation by their ids. Each call is entered once with its turn and once as an earlier one, and passed over
/// once when it has its answer: all of it takes linear time.
private struct CallPlaces {
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
    _ id: [UInt8], _ within: Range<Int>, _ before: Range<Int>, _ passed: Range<Int>, _ turn: Range<Int>, _ isAnswered: [Bool],
    of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> ResultPairing.Answer {
    enter(turn, request, bytes)
    if let call = Self.first(id, &inTurn, links, isAnswered), within.contains(call) { return .call(call) }
    if let call = Self.first(id, &earlier, links, isAnswered), before.contains(call) { return .call(call) }
    if let call = firstInTurn[id], passed.contains(call), isAnswered[call] { return .again(call) }
    if let call = lastEarlier[id], before.contains(call) { return .again(call) }
    return .none
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
