// SPDX-License-Identifier: Apache-2.0
import JSON

/// Decides which call each tool result answers: by what came before it, and by the results up to the next thing that the model
/// said, as all those of a turn come in one request. A user may speak between them: some clients show a tool's picture so.
///
/// Ids repeat across turns, because vendors count anew in each response (kimi-code #2911): so the nearest assistant
/// turn comes first, and an earlier one only for an id that it has. A result with an id that no call has goes by the function
/// that it names. Without one it stands in order, but never for a call that another result names: what a model is told that one
/// tool said must not be what another did.
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
  private(set) var marks: Marks
  /// The calls of the nearest preceding assistant turn that has any.
  private(set) var turn = 0..<0
  /// Where the calls begin since which only the model spoke until the turn's.
  private(set) var row = 0
  /// The turn had no results yet.
  private var isNew = false
  /// No call of the turn before this one is unanswered.
  private var firstUnanswered = 0
  /// Bytes that comparisons may have looked at.
  private var scanned = 0
  private var places = CallPlaces()
  var names = CallNames(isWithIDs: false)
  var namesakes = CallNames(isWithIDs: true)

  init(of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    marks = Marks(calls: request.calls.count, messages: request.messages.count)
    var number = 0
    var isInRow = false
    while number < request.messages.count {
      let first = number
      number &+= 1
      if !request.messages[first].calls.isEmpty {
        turn = request.messages[first].calls
        if !isInRow { row = turn.lowerBound }
        (isInRow, isNew) = (true, true)
        firstUnanswered = turn.lowerBound
      } else if request.messages[first].role == .tool {
        while number < request.messages.count, request.messages[number].role != .assistant { number &+= 1 }
        pair(first..<number, of: request, bytes)
        isInRow = false
      } else if request.messages[first].role != .assistant {
        isInRow = false
      }
    }
  }

  /// What a message answers.
  func answer(of message: Int) -> Answer { marks.answer(of: message) }

  /// Whether a call has a result.
  func isAnswered(_ call: Int) -> Bool { marks.isAnswered(call) }

  /// Pairs the results among messages between two of the model's.
  private mutating func pair(_ messages: Range<Int>, of request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) {
    widenTurn(for: messages, of: request)
    var (unpaired, hasNamesakes) = (0, false)
    for number in messages where request.messages[number].role == .tool {
      var answer = self.answer(of: number, request, bytes)
      if case .call(let call) = answer, namesAnother(number, than: call, request, bytes) {
        hasNamesakes = true
        answer = .none
      }
      take(answer, of: number)
      if answer == .none { unpaired &+= 1 }
    }
    guard unpaired > 0 else { return }
    if hasNamesakes {
      pairNamesakes(messages, of: request, bytes)
      for number in messages where isUnpaired(number, request) { take(answer(of: number, request, bytes), of: number) }
    }
    guard firstUnanswered < turn.upperBound || row < turn.lowerBound else { return }
    pairByName(messages, of: request, bytes)
    for number in messages where isUnpaired(number, request) {
      if firstUnanswered == turn.upperBound { break }
      take(.call(firstUnanswered), of: number)
    }
  }

  /// Some clients show each call in a message of its own. Of those in a row so many are one turn as there are results for: none is
  /// answered yet, and where a client drops results, it drops the older ones.
  private mutating func widenTurn(for messages: Range<Int>, of request: borrowing ChatRequest) {
    guard isNew, row < turn.lowerBound else { return }
    isNew = false
    var results = 0
    for number in messages where request.messages[number].role == .tool { results &+= 1 }
    while row < turn.lowerBound, turn.count < results {
      turn = request.messages[request.calls[turn.lowerBound &- 1].message].calls.lowerBound..<turn.upperBound
    }
    firstUnanswered = turn.lowerBound
  }

  /// Whether a result names another function than that of the call to which its id came, and a call of the turn has both the id and
  /// the name. An id that is one of a kind needs no name.
  private mutating func namesAnother(
    _ number: Int, than call: Int, _ request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> Bool {
    let (id, name) = (request.messages[number].toolCallID, request.messages[number].name)
    guard turn.count > 1, turn.contains(call), let id, let name, !request.index.isBlank(name, in: bytes),
      !request.index.isSameText(name, request.calls[call].name, in: bytes)
    else { return false }
    let cost = turn.count &* (request.index.range(id).count &+ 16)
    if scanned &+ cost <= Self.scanLimit {
      scanned &+= cost
      var isShared = false
      for other in turn where other != call && !isShared { isShared = request.index.isSameText(id, request.calls[other].id, in: bytes) }
      guard isShared else { return false }
    }
    namesakes.enter(turn, after: turn.lowerBound, request, bytes)
    return namesakes.key(id: id, name: name, request.index, bytes).map { namesakes.contains($0) } ?? false
  }

  func isUnpaired(_ number: Int, _ request: borrowing ChatRequest) -> Bool {
    request.messages[number].role == .tool && marks.isOpen(number)
  }

  /// Gives a result a call that nobody has before all results have been looked at.
  mutating func note(_ call: Int?, of number: Int) { marks.set(call.map { .call($0) } ?? .none, of: number) }

  /// Lets a result answer nothing.
  mutating func close(_ number: Int) { marks.close(number) }

  mutating func take(_ answer: Answer, of number: Int) {
    marks.set(answer, of: number)
    if case .call(let call) = answer { claim(call) }
  }

  private mutating func claim(_ call: Int) {
    marks.claim(call)
    while firstUnanswered < turn.upperBound, isAnswered(firstUnanswered) { firstUnanswered &+= 1 }
  }

  private mutating func answer(of number: Int, _ request: borrowing ChatRequest, _ bytes: borrowing Span<UInt8>) -> Answer {
    guard let id = request.messages[number].toolCallID, !request.index.isBlank(id, in: bytes) else { return .none }
    return answer(withID: id, of: request, bytes)
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
    /// Of a message 0 for nothing yet, one more than its call, or that below 0 for a call that had a result.
    private var numbers: [Int]
    /// What is never paired.
    private static let closed = Int.min

    fileprivate init(calls: Int, messages: Int) {
      self.calls = calls
      numbers = Array(repeating: 0, count: calls &+ messages)
    }

    func isAnswered(_ call: Int) -> Bool { numbers[call] != 0 }
    mutating func claim(_ call: Int) { numbers[call] = 1 }

    func isOpen(_ message: Int) -> Bool { numbers[calls &+ message] == 0 }
    mutating func close(_ message: Int) { numbers[calls &+ message] = Self.closed }

    func answer(of message: Int) -> Answer {
      let number = numbers[calls &+ message]
      return number == 0 || number == Self.closed ? .none : number > 0 ? .call(number &- 1) : .again(-number &- 1)
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
