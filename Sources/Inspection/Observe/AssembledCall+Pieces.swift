// SPDX-License-Identifier: Apache-2.0

extension AssembledCall {
  /// Adds one piece. `text` is what the piece's ranges point into; it is not kept where there is no more room.
  mutating func take(
    _ delta: CallDelta, text: borrowing Span<UInt8>, isKept: Bool, keepsArguments: Bool, isInterleaved: Bool
  ) {
    if delta.index == nil, !delta.isWhole { quirks.insert(.missingIndex) }
    if delta.type == .other || delta.type == .null && !quirks.contains(.missingType) { quirks.insert(.changedType) }
    if delta.type == .function { quirks.remove(.missingType) }
    if delta.hasOtherPayload { quirks.insert(.otherPayload) }
    if delta.isOdd { quirks.insert(.oddPiece) }
    if isInterleaved { quirks.insert(.interleaved) }
    pieces &+= 1
    guard isKept else {
      quirks.insert(.tooLong)
      return
    }
    if !delta.id.isEmpty { take(id: text.extracting(delta.id)) }
    if !delta.name.isEmpty {
      if pieces > 1, nameFragments.isEmpty { quirks.insert(.lateName) }
      nameFragments.append(text.extracting(delta.name))
    }
    if others.isEmpty, !delta.others.isEmpty { others.append(text.extracting(delta.others)) }
    guard delta.argumentsForm != .missing else { return }
    guard keepsArguments || delta.arguments.isEmpty else {
      quirks.insert(.tooLong)
      return
    }
    if !delta.arguments.isEmpty { take(arguments: text.extracting(delta.arguments)) }
    if argumentsForm != .value { argumentsForm = delta.argumentsForm }
  }

  private mutating func take(arguments piece: borrowing Span<UInt8>) {
    if endsInsideCharacter(arguments.span, trailingBackslashes) { quirks.insert(.splitCharacter) }
    if arguments.appendText(piece) { quirks.insert([.splitCharacter, .oddPiece]) }
    let run = piece.backslashes(before: piece.count)
    trailingBackslashes = run == piece.count ? trailingBackslashes &+ run : run
  }

  private mutating func take(id piece: borrowing Span<UInt8>) {
    if id.isEmpty {
      id.append(piece)
    } else {
      quirks.insert(id.isEqual(to: piece) ? .repeatedID : .changedID)
    }
  }
}

/// Whether these arguments, a piece of JSON, break off within an escape or within the bytes of a character (R67). Asked before
/// every piece, so the usual end, six bytes of ASCII without a backslash, is told from one word.
private func endsInsideCharacter(_ span: borrowing Span<UInt8>, _ backslashes: Int) -> Bool {
  if span.count >= 8 {
    let word = span.word(at: span.count &- 8)
    if word & 0x8080_8080_8080_8080 | zeroBytes(word ^ 0x5C5C_5C5C_5C5C_5C5C) == 0 { return false }
  }
  return looksInsideCharacter(span, backslashes)
}

/// - Parameter backslashes: how many of them it ends with. There may be millions, and as many pieces of them.
@inline(never)
private func looksInsideCharacter(_ span: borrowing Span<UInt8>, _ backslashes: Int) -> Bool {
  guard !span.isEmpty else { return false }
  if span[span.count &- 1] >= 0x80 {
    var start = span.count &- 1
    while start > 0, span.count &- start < 4, span[start] & 0xC0 == 0x80 { start &-= 1 }
    let length = span[start] >= 0xF0 ? 4 : span[start] >= 0xE0 ? 3 : 2
    return span.count &- start < length
  }
  let first = max(0, span.count &- 6)
  var run = 0
  if span[first] == backslash {
    let known = backslashes &- (span.count &- first)
    run = known >= 0 ? known : span.backslashes(before: first)
  }
  for start in first..<span.count {
    run = span[start] == backslash ? run &+ 1 : 0
    if run % 2 == 1, isInsideEscape(span.extracting(start..<span.count)) { return true }
  }
  return false
}

/// Of an escape that begins here. Half of a surrogate pair is half a character, too: `\ud83e` and then `\udd8a`.
private func isInsideEscape(_ escape: borrowing Span<UInt8>) -> Bool {
  if escape.count == 1 { return true }
  guard escape[1] == UInt8(ascii: "u") else { return false }
  if escape.count < 6 { return true }
  let (first, second) = (escape[2] | 0x20, escape[3] | 0x20)
  let isHigh = second == 0x38 || second == 0x39 || second == UInt8(ascii: "a") || second == UInt8(ascii: "b")
  return escape.count == 6 && first == UInt8(ascii: "d") && isHigh
}

extension Span<UInt8> {
  /// How many of them stand one behind the other up to `end`.
  fileprivate func backslashes(before end: Int) -> Int {
    var start = end
    while start > 0, self[start &- 1] == backslash { start &-= 1 }
    return end &- start
  }
}

private let backslash: UInt8 = 0x5C
