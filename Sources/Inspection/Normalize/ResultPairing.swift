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

  /// For each call whether it has a result, then for each message what it answers: every request with results makes one, and one only.
  private var marks: Marks
  /// The calls of the nearest preceding assistant turn that has any.
  private var turn = 0..<0
  /// No call of the turn before this one is unanswered.
  private var firstUnanswered = 0
  /// Bytes that comparisons may have looked at.
  private var scanned = 0
  private var places = CallPlaces()

  init(of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    marks = Marks(calls: request.calls.count, messages: request.messages.count)
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

  /// What a message answers.
  func answer(of message: Int) -> Answer { marks.answer(of: message) }

  /// Whether a call has a result.
  func isAnswered(_ call: Int) -> Bool { marks.isAnswered(call) }

  /// Pairs results that stand in a row.
  private mutating func pair(_ results: Range<Int>, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    var unpaired = 0
    for number in results {
      let id = request.messages[number].toolCallID
      var answer = Answer.none
      if let id, !request.index.isBlank(id, in: bytes) { answer = self.answer(withID: id, of: request, bytes) }
      marks.set(answer, of: number)
      if case .call(let call) = answer { claim(call) }
      if answer == .none { unpaired &+= 1 }
    }
    guard unpaired > 0 else { return }
    for number in results where marks.answer(of: number) == .none && firstUnanswered < turn.upperBound {
      marks.set(.call(firstUnanswered), of: number)
      claim(firstUnanswered)
    }
  }

  private mutating func claim(_ call: Int) {
    marks.claim(call)
    while firstUnanswered < turn.upperBound, isAnswered(firstUnanswered) { firstUnanswered &+= 1 }
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
      return places.answer(text, within, before, passed, turn, marks, of: request, bytes)
    }
    for call in within {
      scanned &+= cost
      if !isAnswered(call), request.index.isSameText(id, request.calls[call].id, in: bytes) { return .call(call) }
    }
    for call in before.reversed() {
      scanned &+= cost
      if !isAnswered(call), request.index.isSameText(id, request.calls[call].id, in: bytes) { return .call(call) }
    }
    for call in passed {
      scanned &+= cost
      if isAnswered(call), request.index.isSameText(id, request.calls[call].id, in: bytes) { return .again(call) }
    }
    // A task that reports once more after its turn.
    for call in before.reversed() {
      scanned &+= cost
      if request.index.isSameText(id, request.calls[call].id, in: bytes) { return .again(call) }
    }
    return .none
  }

  struct Marks {
    private let calls: Int
    /// Of a message 0 for nothing, one more than its call, or that below 0 for a call that had a result.
    private var numbers: [Int]

    fileprivate init(calls: Int, messages: Int) {
      self.calls = calls
      numbers = Array(repeating: 0, count: calls &+ messages)
    }

    func isAnswered(_ call: Int) -> Bool { numbers[call] != 0 }
    mutating func claim(_ call: Int) { numbers[call] = 1 }

    func answer(of message: Int) -> Answer {
      let number = numbers[calls &+ message]
      return number == 0 ? .none : number > 0 ? .call(number &- 1) : .again(-number &- 1)
    }

    mutating func set(_ answer: Answer, of message: Int) {
      numbers[calls &+ message] =
        switch answer {
        case .none: 0
        case .call(let call): call &+ 1
        case .again(let call): -call &- 1
        }
    }
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
