// SPDX-License-Identifier: Apache-2.0

/// Puts tool calls together from the pieces in which vendors send them (reference 2.3, 2.4, 2.7), for all choices.
///
/// It never rejects a piece: what is odd becomes a quirk of the call it is taken for.
package struct CallAssembler: Sendable {
  /// In the order of appearance.
  package private(set) var calls: [AssembledCall] = []
  /// Bytes of ids, names and arguments that may still be kept, of all calls together.
  private var room: Int
  private let callLimit: Int
  /// Which call the last piece belonged to.
  private var current = -1

  /// - Parameters:
  ///   - limit: bytes of all calls that are kept, at most.
  ///   - callLimit: calls that are told apart, at most; what comes then is taken for the last one.
  package init(limit: Int = 32 << 20, callLimit: Int = 1024) {
    room = limit
    self.callLimit = callLimit
  }

  /// Adds one piece. `text` is what the piece's ranges point into.
  ///
  /// - Returns: which of `calls` the piece belongs to.
  @discardableResult
  package mutating func take(_ delta: CallDelta, choice: Int, text: borrowing Span<UInt8>) -> Int {
    let number = callNumber(for: delta, choice: choice, text: text)
    room &-= delta.id.count &+ delta.name.count &+ delta.arguments.count
    let isInterleaved = number < current && calls[current].choice == choice
    current = number
    calls[number].take(delta, text: text, isKept: room >= 0, isInterleaved: isInterleaved)
    return number
  }

  /// The calls so far, with the names that their pieces suggest by now.
  func named(among tools: ByteStrings) -> [AssembledCall] {
    calls.map { call in
      var call = call
      let name = call.nameFragments.name(among: tools)
      call.name = name.bytes
      call.nameAssembly = name.assembly
      return call
    }
  }

  /// The response is over: settles names among the tools that were declared, and gaps between indices.
  package mutating func finish(tools: ByteStrings) {
    for number in calls.indices {
      let name = calls[number].nameFragments.name(among: tools)
      calls[number].name = name.bytes
      calls[number].nameAssembly = name.assembly
      let siblings = calls.count { $0.choice == calls[number].choice }
      if let index = calls[number].index, index >= siblings { calls[number].quirks.insert(.sparseIndex) }
    }
  }

  /// The call that `delta` goes on with, or a new one.
  private mutating func callNumber(for delta: CallDelta, choice: Int, text: borrowing Span<UInt8>) -> Int {
    if delta.isWhole { return start(delta, choice: choice) }
    if let index = delta.index {
      if let number = lastCall(choice: choice, index: index) {
        if delta.id.isEmpty || !startsAnotherCall(delta, than: calls[number], text: text) { return number }
        let new = start(delta, choice: choice)
        calls[new].quirks.insert(.repeatedIndex)
        return new
      }
      if let number = unindexedCall(at: index, choice: choice, id: text.extracting(delta.id)) {
        calls[number].index = index
        return number
      }
      return start(delta, choice: choice)
    }
    if !delta.id.isEmpty {
      // The same id again goes on with the same call (R24).
      let id = text.extracting(delta.id)
      for number in calls.indices.reversed() where calls[number].choice == choice && calls[number].id.isEqual(to: id) {
        return number
      }
      return start(delta, choice: choice)
    }
    guard let last = calls.lastIndex(where: { $0.choice == choice }) else { return start(delta, choice: choice) }
    let isNext = !delta.name.isEmpty && (delta.position > 0 || isWhole(calls[last].arguments))
    return isNext ? start(delta, choice: choice) : last
  }

  /// A loop of its own: every piece comes by here, and no call is copied.
  private func lastCall(choice: Int, index: Int) -> Int? {
    var number = calls.count &- 1
    while number >= 0 {
      if calls[number].choice == choice, calls[number].index == index { return number }
      number &-= 1
    }
    return nil
  }

  /// Some vendors give every call the same index. A piece with an id and a name of its own after complete arguments is
  /// another call; before that it is the same call with an id that changes (R23).
  private func startsAnotherCall(_ delta: CallDelta, than call: AssembledCall, text: borrowing Span<UInt8>) -> Bool {
    guard !delta.id.isEmpty, !delta.name.isEmpty, !call.id.isEmpty else { return false }
    return !call.id.isEqual(to: text.extracting(delta.id)) && isWhole(call.arguments)
  }

  /// Whether these arguments are complete. Not asked of very long ones, which would be read again for each piece.
  private func isWhole(_ arguments: [UInt8]) -> Bool {
    arguments.last == UInt8(ascii: "}") && arguments.count <= 1 << 20 && jsonError(in: arguments.span) == nil
  }

  /// A call that began without an index, in the place that `index` names.
  private func unindexedCall(at index: Int, choice: Int, id: borrowing Span<UInt8>) -> Int? {
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
      room = 0
      return callLimit &- 1
    }
    // In a whole message an index is superfluous, and does not count (R28).
    calls.append(AssembledCall(choice: choice, index: delta.isWhole ? nil : delta.index))
    if delta.isWhole, delta.index != nil { calls[calls.count &- 1].quirks.insert(.superfluousIndex) }
    return calls.count &- 1
  }
}
