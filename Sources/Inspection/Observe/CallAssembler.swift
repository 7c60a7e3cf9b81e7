// SPDX-License-Identifier: Apache-2.0
import JSON

/// Puts tool calls together from the pieces in which vendors send them (reference 2.3, 2.4, 2.7), for all choices.
///
/// It never rejects a piece: what is odd becomes a quirk of the call it is taken for.
package struct CallAssembler: Sendable {
  /// In the order of appearance.
  package private(set) var calls: [AssembledCall] = []
  /// Bytes of ids, names and arguments that may still be kept, of all calls together.
  private var room: Int
  private let callLimit: Int
  /// Bytes of the arguments of all calls.
  private(set) var argumentBytes = 0
  /// The same with ids and names, about: pieces that repeat those count again.
  private(set) var keptBytes = 0
  /// Marks in them, once there are enough bytes that they matter.
  private var marks: Int?
  private var hasTooManyValues = false
  /// Which call the last piece belonged to.
  private var current = -1
  /// How far the arguments of a call were read to know whether they are whole, by the call's number.
  private var readings: [ArgumentReading] = []
  /// Where calls are found once there are many; of several in one place the last.
  private var places: [Place: Int] = [:]
  private var hasOverflowed = false

  private enum Place: Hashable {
    case index(choice: Int, Int)
    case id(choice: Int, [UInt8])
    case last(choice: Int)
  }

  /// So many calls are looked through one by one.
  private static let few = 16
  /// JSON values and keys in the arguments of all calls that are kept, at most, since each costs every reader some time: as many as
  /// a model may write with a quarter of a million tokens. They are told by the marks before them, in strings too, since a string
  /// may hold JSON.
  package static let valueLimit = 1 << 17
  /// Calls that are told apart: more than any vendor lets a model make at once.
  static let mostCalls = 1024

  /// - Parameters:
  ///   - limit: bytes of all calls that are kept, at most.
  ///   - callLimit: calls that are told apart, at most; what comes then is taken for the last one.
  package init(limit: Int = 32 << 20, callLimit: Int = Self.mostCalls) {
    room = limit
    self.callLimit = callLimit
  }

  /// Adds one piece. `text` is what the piece's ranges point into.
  ///
  /// - Returns: which of `calls` the piece belongs to.
  @discardableResult
  package mutating func take(_ delta: CallDelta, choice: Int, text: borrowing Span<UInt8>) -> Int {
    let number = callNumber(for: delta, choice: choice, text: text)
    let size = delta.id.count &+ delta.name.count &+ delta.arguments.count &+ delta.others.count
    room &-= size
    if room >= 0 { keptBytes &+= size }
    // Nearly no answer comes so far: there are no more marks than bytes.
    if !hasTooManyValues, argumentBytes &+ delta.arguments.count > Self.valueLimit { countMarks(text.extracting(delta.arguments)) }
    let isInterleaved = number < current && calls[current].choice == choice
    if number == current, delta.position > 0, !delta.isWhole { calls[number].quirks.insert(.sharedEvent) }
    current = number
    let hadID = !calls[number].id.isEmpty
    let bytes = calls[number].arguments.count
    calls[number].take(delta, text: text, isKept: room >= 0, keepsArguments: !hasTooManyValues, isInterleaved: isInterleaved)
    argumentBytes &+= calls[number].arguments.count &- bytes
    if !hadID, !calls[number].id.isEmpty { enter(.id(choice: choice, calls[number].id), number) }
    return number
  }

  /// The calls so far, with the names that their pieces suggest by now.
  func named(among tools: ByteStrings, strangers: ByteStrings) -> [AssembledCall] {
    calls.map { call in
      var call = call
      let name = call.nameFragments.name(among: tools, strangers: strangers)
      call.name = name.bytes
      call.nameAssembly = name.assembly
      return call
    }
  }

  /// The response is over: settles names among the tools that were declared, and gaps between indices.
  package mutating func finish(tools: ByteStrings, strangers: ByteStrings = ByteStrings()) {
    var siblings: [Int: Int] = [:]
    for call in calls { siblings[call.choice, default: 0] += 1 }
    for number in calls.indices {
      let name = calls[number].nameFragments.name(among: tools, strangers: strangers)
      calls[number].name = name.bytes
      calls[number].nameAssembly = name.assembly
      if let index = calls[number].index, index >= siblings[calls[number].choice] ?? 0 { calls[number].quirks.insert(.sparseIndex) }
    }
  }

  /// The call that `delta` goes on with, or a new one.
  private mutating func callNumber(for delta: CallDelta, choice: Int, text: borrowing Span<UInt8>) -> Int {
    if delta.isWhole { return start(delta, choice: choice) }
    if let index = delta.index {
      if let number = lastCall(choice: choice, index: index) {
        if delta.id.isEmpty || !startsAnotherCall(delta, than: number, text: text) { return number }
        let new = start(delta, choice: choice)
        calls[new].quirks.insert(.repeatedIndex)
        return new
      }
      if let number = unindexedCall(at: index, choice: choice, id: text.extracting(delta.id)) {
        calls[number].index = index
        enter(.index(choice: choice, index), number)
        return number
      }
      return start(delta, choice: choice)
    }
    if !delta.id.isEmpty {
      // The same id again goes on with the same call (R24).
      return lastCall(choice: choice, id: text.extracting(delta.id)) ?? start(delta, choice: choice)
    }
    guard let last = lastCall(choice: choice) else { return start(delta, choice: choice) }
    let isNext = !delta.name.isEmpty && (delta.position > 0 || isWhole(last))
    return isNext ? start(delta, choice: choice) : last
  }

  /// A loop of its own: every piece comes by here, and no call is copied.
  private func lastCall(choice: Int, index: Int) -> Int? {
    if calls.count > Self.few { return places[.index(choice: choice, index)] }
    var number = calls.count &- 1
    while number >= 0 {
      if calls[number].choice == choice, calls[number].index == index { return number }
      number &-= 1
    }
    return nil
  }

  private func lastCall(choice: Int, id: borrowing Span<UInt8>) -> Int? {
    if calls.count > Self.few { return places[.id(choice: choice, [UInt8](copying: id))] }
    for number in calls.indices.reversed() where calls[number].choice == choice && calls[number].id.isEqual(to: id) {
      return number
    }
    return nil
  }

  private func lastCall(choice: Int) -> Int? {
    calls.count > Self.few ? places[.last(choice: choice)] : calls.lastIndex { $0.choice == choice }
  }

  /// What comes from here on is not kept, as if it were too long.
  mutating func keepNoMore() { room = -1 }

  private mutating func countMarks(_ piece: borrowing Span<UInt8>) {
    let count = (marks ?? calls.reduce(0) { $0 &+ $1.arguments.span.markCount }) &+ piece.markCount
    marks = count
    hasTooManyValues = count > Self.valueLimit
  }

  /// Keeps in mind where a call is found: nothing to do for a few.
  private mutating func enter(_ place: Place, _ number: Int) {
    guard calls.count > Self.few else { return }
    if places.isEmpty {
      for number in calls.indices {
        let call = calls[number]
        places[.last(choice: call.choice)] = number
        if let index = call.index { places[.index(choice: call.choice, index)] = number }
        if !call.id.isEmpty { places[.id(choice: call.choice, call.id)] = number }
      }
    }
    places[place] = max(number, places[place] ?? 0)
  }

  /// Some vendors give every call the same index. A piece with an id and a name of its own after complete arguments is
  /// another call; before that it is the same call with an id that changes (R23).
  private mutating func startsAnotherCall(_ delta: CallDelta, than number: Int, text: borrowing Span<UInt8>) -> Bool {
    guard !delta.id.isEmpty, !delta.name.isEmpty, !calls[number].id.isEmpty else { return false }
    return !calls[number].id.isEqual(to: text.extracting(delta.id)) && isWhole(number)
  }

  /// Whether a call's arguments are complete. They are read once, however often that is asked.
  private mutating func isWhole(_ number: Int) -> Bool {
    let arguments = calls[number].arguments
    guard arguments.last == UInt8(ascii: "}") else { return false }
    while readings.count <= number { readings.append(ArgumentReading()) }
    return readings[number].isWhole(arguments.span)
  }

  /// A call that began without an index, in the place that `index` names.
  private func unindexedCall(at index: Int, choice: Int, id: borrowing Span<UInt8>) -> Int? {
    guard index < calls.count, !hasOverflowed else { return nil }
    var place = 0
    for number in calls.indices where calls[number].choice == choice {
      if place == index {
        let call = calls[number]
        let isSame = id.isEmpty || call.id.isEmpty || call.id.isEqual(to: id)
        return call.index == nil && isSame ? number : nil
      }
      place &+= 1
    }
    return nil
  }

  private mutating func start(_ delta: CallDelta, choice: Int) -> Int {
    guard calls.count < callLimit else {
      hasOverflowed = true
      room = -1
      return callLimit &- 1
    }
    // In a whole message an index is superfluous, and does not count (R28).
    calls.append(AssembledCall(choice: choice, index: delta.isWhole ? nil : delta.index))
    let number = calls.count &- 1
    if delta.isWhole, delta.index != nil { calls[number].quirks.insert(.superfluousIndex) }
    // Counted from 0 by its place, it would be one of those before.
    if delta.isWhole, number > delta.position, calls[..<number].count(where: { $0.choice == choice }) > delta.position {
      calls[number].quirks.insert(.missingIndex)
    }
    enter(.last(choice: choice), number)
    if let index = calls[number].index { enter(.index(choice: choice, index), number) }
    return number
  }
}

/// Reads a call's arguments as they grow, each byte once.
private struct ArgumentReading: Sendable {
  private var scanner = JSONScanner()
  private var isBroken = false

  /// Whether the arguments so far, which end in a brace, are one JSON value.
  mutating func isWhole(_ arguments: borrowing Span<UInt8>) -> Bool {
    guard !isBroken else { return false }
    do {
      while try scanner.next(in: arguments, isComplete: false) != nil {}
    } catch {
      isBroken = true
      return false
    }
    return scanner.depth == 0 && scanner.unfinished == nil
  }
}

extension Span<UInt8> {
  /// How many bytes are a comma, a colon or an opening bracket: before each value and key of JSON but the first stands one.
  var markCount: Int {
    var count = 0
    for index in indices {
      let byte = self[index]
      if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || byte | 0x20 == UInt8(ascii: "{") { count &+= 1 }
    }
    return count
  }
}
