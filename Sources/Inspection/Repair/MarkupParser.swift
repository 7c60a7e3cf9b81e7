// SPDX-License-Identifier: Apache-2.0

/// Reads tool calls that a vendor's own parser left in the text: K2's section tokens in every variant seen in the wild
/// (R01 to R03) and K3's tags (Kimi-K3.jinja of llama.cpp; sglang `kimik3_format.py`; vLLM `kimi_k3_tool_parser.py`).
///
///     MarkupParser(tools: names).parse(text)      // "Sure.<|tool_call_begin|>functions.ls:0…" -> one call, the text "Sure."
///
/// It invents nothing: a call whose arguments were cut off is returned as incomplete, with what there is of them.
package struct MarkupParser: Sendable {
  package struct Result: Equatable, Sendable {
    package var calls: [LeakedCall] = []
    /// How many of them stand in code or in quotation marks.
    package var quotedCalls = 0
    /// What stands before, between and behind the calls and is no markup; empty when that is only white space.
    package var text: [UInt8] = []
    /// There is a call, or what begins some, or names one: tokens that end or part one, and stand alone, are none.
    package var isBegun = false
    /// A token stands where the grammar has none: it is a word, and spoken of.
    package var hasWords = false
    /// There are words within a section of calls, or only parts of a call, or a string that may go on: what was read is not all of them.
    package var isSpoilt = false
    /// It begins with what K3 thinks or says: all of its output may be there as it was.
    package var opensChannel = false
    /// What stands behind the last of the markup, tokens that end a message aside.
    package var behind: [UInt8] = []

    /// There is at least one call, and none was cut off.
    package var isComplete: Bool { !calls.isEmpty && calls.allSatisfy(\.isComplete) }
  }

  typealias Marker = MarkupMatcher.Marker
  static let markers = Marker.allCases.filter { $0 != .bareCall }.map { ($0, Array($0.text.utf8)) }

  let tools: ByteStrings
  var bytes: [UInt8] = []
  /// The next byte to be read.
  var position = 0
  private(set) var result = Result()
  /// Where the calls are in the text that is left.
  private var places: [Int] = []
  /// What stands before all of it.
  private(set) var before: UInt8 = 0
  /// Behind a call, be it only the name of one: until its section ends nothing is said, but before another.
  private var isCalling = false
  private var hasSeenNextMessage = false
  /// Behind words stands a call without its first token: by itself it may be an example, beside others it is not to be lost.
  private var hasLost = false
  /// The arguments of the last call, where no token says that they end.
  var unended: Range<Int>?
  /// The boundary of a call that was looked for last: between the two places it is the same. Calls without their tokens have one together.
  var boundary: Boundary?

  struct Boundary {
    typealias Place = (marker: Marker, start: Int, end: Int)
    let from: Int
    let found: Place?
  }

  /// - Parameter tools: the declared names. They decide where a name ends, and whether calls without any token are calls.
  package init(tools: ByteStrings) { self.tools = tools }

  /// Parses a whole text.
  ///
  /// - Parameter before: the byte before it; 0 if there is none.
  package func parse(_ text: [UInt8], before: UInt8 = 0) -> Result {
    var parser = self
    parser.bytes = text
    parser.before = before
    parser.run()
    return parser.result
  }

  private mutating func run() {
    while let call = barewordCall() { add(call) }
    noteUnended()
    var last = 0
    while position < bytes.count {
      guard let next = nextMarker(from: position) else {
        result.text += bytes[position...]
        break
      }
      say(bytes[position..<next.start], before: next.marker)
      position = next.end
      read(next.marker, at: next.start)
      last = result.text.count
      // More were not meant, and none of them is made.
      if result.calls.count > CallAssembler.mostCalls {
        result.isSpoilt = true
        break
      }
      // What a model plays behind its message is looked at once.
      if result.isBegun, !hasSeenNextMessage, let next = nextMessage(from: position) {
        hasSeenNextMessage = true
        if !isShown(upTo: next) { break }
      }
    }
    noteUnended()
    if hasLost, !result.calls.isEmpty { result.isSpoilt = true }
    result.quotedCalls = quotedCalls(at: places)
    result.behind = withoutEndTokens(Array(result.text[last...]))
    if !result.calls.isEmpty { result.text = withoutEndTokens(result.text) }
    if result.text.span.isBlank { result.text = [] }
  }

  /// What is behind arguments that no token ends may be more of their last string.
  private mutating func noteUnended() {
    guard let arguments = unended else { return }
    unended = nil
    let behind = bytes[arguments.upperBound...]
    if SurroundingJunk.mayGoOn(bytes[arguments], behind[..<(nextMessage(from: behind.startIndex) ?? behind.endIndex)], isCut: false) {
      result.isSpoilt = true
    }
  }

  private mutating func read(_ marker: Marker, at start: Int) {
    switch marker {
    case .sectionBegin, .singularSectionBegin:
      result.isBegun = true
      skipSpace()
      addCallsWithoutToken()
      if namesCall() { begin() }
    case .callBegin:
      guard beginsCall() else {
        result.hasWords = true
        if namesCall() { begin() }
        break
      }
      add(k2Call())
      addCallsWithoutToken()
      skipSpaceBeforeMarker()
    case .sectionEnd, .singularSectionEnd:
      isCalling = false
      skipSpaceBeforeMarker()
    case .argumentBegin:
      // Those of calls are read with them.
      if isCalling { result.isSpoilt = true } else if followsID() { hasLost = true }
      skipSpaceBeforeMarker()
    case .callEnd, .bareCall:
      skipSpaceBeforeMarker()
    case .separator:
      // Those of tags are read with them.
      result.hasWords = true
      skipSpaceBeforeMarker()
    case .open:
      openTag(at: start)
    case .close:
      // A tag that is closed here was opened in what is no markup, or in the prompt.
      let start = position
      let tag = tag()
      if tag?.name == "tools" { isCalling = false }
      if tag == nil, position == start { result.hasWords = true }
    }
  }

  private mutating func begin() {
    result.isBegun = true
    isCalling = true
  }

  private mutating func add(_ call: LeakedCall) {
    begin()
    places.append(result.text.count)
    result.calls.append(call)
  }

  private mutating func say(_ words: ArraySlice<UInt8>, before marker: Marker) {
    if isCalling, !marker.beginsCalls, !result.isSpoilt, !withoutEndTokens(Array(words)).span.isBlank { result.isSpoilt = true }
    result.text += words
  }

  /// Some models forget the token that begins a call.
  private mutating func addCallsWithoutToken() {
    while result.calls.count <= CallAssembler.mostCalls {
      let start = position
      skipSpace()
      guard beginsCall(hasToken: false) else {
        position = start
        return
      }
      let call = k2Call()
      guard call.isComplete, !call.name.isEmpty else {
        position = start
        return
      }
      add(call)
    }
  }

  private mutating func openTag(at place: Int) {
    let start = position
    guard let tag = tag() else {
      let name = trimmed(start..<position)
      if position == bytes.count, ["call", "tools"].contains(where: { $0.utf8.starts(with: name) }) {
        result.isBegun = true
      } else {
        result.hasWords = true
      }
      return
    }
    if place == 0, ["think", "response"].contains(tag.name) { result.opensChannel = true }
    switch tag.name {
    case "call":
      guard goesOnWithMarkup() else {
        result.hasWords = true
        if let tool = tag["tool"], tools.contains(tool.span) { begin() }
        break
      }
      add(k3Call(tag))
    case "tools":
      begin()
      skipSpaceBeforeMarker()
    // Those of calls are read with them.
    case "argument", "json": if isCalling { result.isSpoilt = true }
    case "response": isCalling = false
    // Thoughts are not text; what is never closed is one to the end.
    case "think": position = closingTag("think")?.upperBound ?? bytes.count
    default: break
    }
  }

  /// Whether nothing but a marker, or what has come of one, stands behind a tag: there are no words within a call of K3's.
  private func goesOnWithMarkup() -> Bool {
    let next = bytes[position...].first { !$0.isWhiteSpace }
    return next == nil || next == UInt8(ascii: "<")
  }

  /// White space is markup only where more markup follows.
  private mutating func skipSpaceBeforeMarker() {
    let start = position
    skipSpace()
    if position < bytes.count, markerHere() == nil { position = start }
  }
}

extension MarkupParser {
  mutating func skipSpace() {
    while position < bytes.count, bytes[position].isWhiteSpace { position += 1 }
  }

  func starts(with text: StaticString, at offset: Int) -> Bool {
    offset + text.utf8CodeUnitCount <= bytes.count && bytes[offset...].starts(with: Array("\(text)".utf8))
  }

  /// The marker that stands at the position.
  func markerHere() -> (marker: Marker, end: Int)? { marker(at: position) }

  func marker(at offset: Int) -> (marker: Marker, end: Int)? {
    guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "<"), bytes[offset + 1] == UInt8(ascii: "|") else { return nil }
    for (marker, text) in Self.markers where bytes[offset...].starts(with: text) { return (marker, offset + text.count) }
    return nil
  }

  func nextMarker(from start: Int) -> (marker: Marker, start: Int, end: Int)? {
    var at = start
    while let found = firstOffset(of: UInt8(ascii: "<"), in: bytes.span, from: at) {
      if let marker = marker(at: found) { return (marker.marker, found, marker.end) }
      at = found + 1
    }
    return nil
  }

  /// The tokens that end a message, or begin another, which a vendor that leaks calls leaks as well (R06).
  static let endTokens = ["<|im_end|>", "<|end_of_msg|>", "</think>", "[EOS]", "[EOT]", "[BOS]", "<|endoftext|>", "</s>"].map { Array($0.utf8) }
  static let headers = ["<|im_user|>", "<|im_system|>", "<|im_assistant|>"].map { Array($0.utf8) }
  static let headerEnd = Array("<|im_middle|>".utf8)

  private func withoutEndTokens(_ text: [UInt8]) -> [UInt8] {
    (Self.endTokens + Self.headers + [Self.headerEnd]).reduce(text) { $0.removingAll($1) }
  }
}

extension [UInt8] {
  /// These bytes without any `token`, the first one taken out first, and those too that are whole only once others are out. One pass:
  /// whatever precedes what is read has no token any more, so that only one that ends here can be there.
  fileprivate func removingAll(_ token: [UInt8]) -> [UInt8] {
    guard let last = token.last else { return self }
    var (kept, start, at) = ([UInt8](), 0, 0)
    while let end = firstOffset(of: last, in: span, from: at) {
      at = end + 1
      // So much of a token stands behind the last one that was taken out.
      let length = Swift.min(at - start, token.count)
      let before = token.count - length
      guard self[at - length] == token[before], span.extracting((at - length)..<at).isEqual(to: token.span.extracting(before...)),
        kept.span.hasSuffix(token.span.extracting(..<before))
      else { continue }
      kept += self[start..<(at - length)]
      kept.removeLast(before)
      start = at
    }
    return start == 0 ? self : kept + self[start...]
  }
}

extension MarkupMatcher.Marker {
  /// A call of K2's stands behind it, or a section of them.
  fileprivate var beginsCalls: Bool { self == .callBegin || self == .sectionBegin || self == .singularSectionBegin }
}
