// SPDX-License-Identifier: Apache-2.0

/// What has been seen of one choice so far.
struct ObservedChoice: Sendable {
  var summary: ChoiceSummary
  /// A call of this choice has begun.
  var hasCalls = false { didSet { isPlain = false } }
  /// Number of the event with the finish reason; 0 before.
  var finishedIn = 0
  /// Text has begun, and nothing has come that the next piece of it has to be looked at for, but what it says itself.
  private var isPlain = false
  private var text = Channel(isReasoning: false)
  private var reasoning = Channel(isReasoning: true)
  private var bareCall = BareCallMatcher()

  /// How much more is kept, of all choices together.
  struct Room: Sendable {
    /// Leaks are kept, each from its marker on.
    let keepsLeaks: Bool
    /// Whole reasonings are kept; of what is longer than the limit nothing is.
    let keepsReasoning: Bool
    /// Bytes that are left for each of the two.
    var leak: Int
    var reasoning: Int

    init(limit: Int, keepsLeaks: Bool, keepsReasoning: Bool) {
      (self.keepsLeaks, self.keepsReasoning) = (keepsLeaks, keepsReasoning)
      (leak, reasoning) = (limit, limit)
    }
  }

  /// Text or reasoning: what is looked for in it, and how far it has come.
  private struct Channel: Sendable {
    let isReasoning: Bool
    var matcher = MarkupMatcher()
    /// Bytes before the piece at hand.
    var count = 0
    /// The last of them. What is thought is not asked for it.
    var last: UInt8 = 0
    /// The byte before the one that may begin the marker at hand.
    var beforeHeld: UInt8 = 0

    /// The byte before a marker of some length that ends at a place of the piece.
    func before(_ length: Int, endingAt end: Int, in piece: borrowing Span<UInt8>) -> UInt8 {
      let start = end - length
      return start > 0 ? piece[start - 1] : start == 0 ? last : beforeHeld
    }
  }

  init(index: Int) { summary = ChoiceSummary(index: index) }

  /// The text or the reasoning so far ends in what may be the beginning of a marker.
  var isHoldingMarker: Bool {
    summary.leak == nil && (text.matcher.held > 0 || reasoning.matcher.held > 0 || !bareCall.held.isEmpty)
  }

  /// - Parameter tools: the declared names, asked for at the beginning of a text only.
  @inline(__always)
  mutating func takeText(_ piece: borrowing Span<UInt8>, room: inout Room, tools: () -> ByteStrings) {
    if isPlain, text.matcher.passes(piece) {
      text.count &+= piece.count
      if piece.count > 0 { text.last = piece[piece.count &- 1] }
    } else {
      takeClosely(piece, room: &room, tools: tools)
    }
  }

  private mutating func takeClosely(_ piece: borrowing Span<UInt8>, room: inout Room, tools: () -> ByteStrings) {
    if !summary.hasText || hasCalls, !piece.isBlank {
      summary.hasText = true
      if hasCalls { summary.hasTextAfterCalls = true }
    }
    if !bareCall.isOver, summary.leak == nil, findsBareCall(in: piece, room: &room, tools: tools()) { return }
    Self.search(piece, &text, room: &room, &summary)
    isPlain = summary.hasText && !hasCalls && bareCall.isOver && summary.leak == nil
  }

  mutating func takeReasoning(_ piece: borrowing Span<UInt8>, room: inout Room) {
    summary.hasReasoning = true
    if summary.leak == nil, reasoning.matcher.passes(piece) {
      reasoning.count &+= piece.count
    } else {
      Self.search(piece, &reasoning, room: &room, &summary)
    }
    guard room.keepsReasoning else { return }
    // What is left does not grow again, so of a reasoning that goes on beyond it nothing is kept, ever.
    room.reasoning &-= piece.count
    if room.reasoning >= 0 { summary.reasoning.append(piece) } else { summary.reasoning = [] }
  }

  private mutating func findsBareCall(in piece: borrowing Span<UInt8>, room: inout Room, tools: ByteStrings) -> Bool {
    var at = 0
    guard bareCall.find(in: piece, from: &at, tools: tools) else { return false }
    var leak = MarkupLeak(marker: .bareCall, isInReasoning: false, offset: text.count + at - bareCall.held.count)
    if room.keepsLeaks { leak.text = bareCall.held }
    leak.length = bareCall.held.count
    room.leak &-= bareCall.held.count
    summary.leak = leak
    Self.keep(piece.extracting(at..<piece.count), room: &room, &summary)
    text.count &+= piece.count
    return true
  }

  private static func search(
    _ piece: borrowing Span<UInt8>, _ channel: inout Channel, room: inout Room, _ summary: inout ChoiceSummary
  ) {
    defer {
      channel.count &+= piece.count
      if piece.count > 0 { channel.last = piece[piece.count &- 1] }
    }
    // What is said counts for more than what was thought before.
    guard summary.leak.map({ $0.isInReasoning && !channel.isReasoning }) ?? true else {
      if summary.leak?.isInReasoning == channel.isReasoning { keep(piece, room: &room, &summary) }
      return
    }
    var at = 0
    while let needle = channel.matcher.nextNeedle(in: piece, from: &at) {
      switch needle {
      case .marker(let marker):
        let text = needle.text.utf8
        var leak = MarkupLeak(marker: marker, isInReasoning: channel.isReasoning, offset: channel.count + at - text.count)
        if room.keepsLeaks { leak.text = Array(text) }
        leak.length = text.count
        if !channel.isReasoning { leak.before = channel.before(text.count, endingAt: at, in: piece) }
        room.leak &-= text.count
        summary.leak = leak
        keep(piece.extracting(at..<piece.count), room: &room, &summary)
        return
      case .token(let text) where !channel.isReasoning:
        summary.specialToken = summary.specialToken ?? text
      case .artefact(let text) where !channel.isReasoning:
        summary.artefact = summary.artefact ?? text
      default: break
      }
    }
    let held = channel.matcher.held
    if held > 0, held <= piece.count { channel.beforeHeld = channel.before(held, endingAt: piece.count, in: piece) }
  }

  private static func keep(_ piece: borrowing Span<UInt8>, room: inout Room, _ summary: inout ChoiceSummary) {
    summary.leak?.length &+= piece.count
    guard room.keepsLeaks, summary.leak?.isTooLong == false else { return }
    if piece.count <= room.leak {
      room.leak &-= piece.count
      summary.leak?.text.appendText(piece)
    } else {
      summary.leak?.isTooLong = true
    }
  }
}
