// SPDX-License-Identifier: Apache-2.0
import JSON

extension MarkupMatcher {
  /// - Parameters:
  ///   - request: JSON, or text of it. Some writers escape `<`, and Markdown and expressions bars and underscores.
  ///   - tools: the declared names.
  static func isQuoted(in request: borrowing Span<UInt8>, tools: ByteStrings) -> Bool {
    quotesName(in: request) || quotesTableWord(in: request) || !tools.isEmpty && quotesBareCall(in: request, tools)
  }

  /// Most of K2's names of markers stand in no other text, so that what is around them does not count: be it a table, a list in a program,
  /// or a page with colours. `tool_call_begin` and `tool_call_end` are events as well, of Codex and many a framework.
  private static func quotesName(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    // Up to here no bar stands before a name, and none behind one: where many names stand near each other, each place is looked at once.
    var (before, behind) = (0, 0)
    while let place = firstOffset(of: UInt8(ascii: "_"), in: request, from: at) {
      at = place &+ 1
      guard let end = request.end(of: stem, at: place), request.isPreceded(by: tool, at: place) else { continue }
      for name in names where request.end(of: name, at: end) != nil { return true }
      for name in events {
        guard let end = request.end(of: name, at: end) else { continue }
        if request.hasBar(before: place, from: &before) || request.hasBar(behind: end, from: &behind) { return true }
      }
    }
    return false
  }

  /// K3's markers are words of tables and of programs as well: `|open|`, and `|> map(|sep|> …)`. There is a bracket on both sides of them.
  private static func quotesTableWord(in request: borrowing Span<UInt8>) -> Bool {
    var at = 0
    while let bar = firstOffset(of: UInt8(ascii: "|"), in: request, from: at) {
      at = bar &+ 1
      guard at < request.count else { return false }
      let word: [UInt8]
      switch request[at] {
      case UInt8(ascii: "o"): word = open
      case UInt8(ascii: "c"): word = close
      case UInt8(ascii: "s"): word = separator
      default: continue
      }
      if let end = request.end(of: word, at: at), request.hasBracket(at: end), request.hasBracket(before: bar) { return true }
    }
    return false
  }

  /// `functions.NAME:0{`, which begins an answer that is a call; ids of calls have no brace behind them. As `BareCallMatcher` has it, with
  /// the white space as JSON writes it: with a declared name, as all else is some program's `functions.map(…)`.
  private static func quotesBareCall(in request: borrowing Span<UInt8>, _ tools: ByteStrings) -> Bool {
    var at = 0
    // Up to here nothing begins one: what was gone back over for one colon need not be for the next.
    var floor = 0
    while let colon = firstOffset(of: UInt8(ascii: ":"), in: request, from: at) {
      at = colon &+ 1
      var end = at
      while end < request.count, request[end].isIndexByte { end &+= 1 }
      guard end > at else { continue }
      while end < request.count, let length = request.blank(at: end) { end &+= length }
      guard end < request.count, request[end] == UInt8(ascii: "{") else { continue }
      // Of a tool's name any byte may be.
      var begin = colon
      while begin > max(floor, colon &- BareCallMatcher.limit), request[begin &- 1] != UInt8(ascii: "\"") {
        begin &-= 1
        guard request[begin] == bare[0], request.has(bare.span, at: begin) else { continue }
        if tools.contains(request.extracting((begin &+ bare.count)..<colon)) { return true }
      }
      floor = colon
    }
    return false
  }

  private static let bare = Array("functions.".utf8)

  private static let tool = Array("tool".utf8)
  private static let stem = Array("_call".utf8)
  private static let events = [Marker.callBegin, .callEnd].map(name)
  private static let names = Marker.allCases.filter { $0.text.hasPrefix("<|tool_call") }.map(name).filter { !events.contains($0) }
  private static func name(_ marker: Marker) -> [UInt8] { Array(marker.text.utf8.dropFirst("<|tool_call".utf8.count).dropLast(2)) }
  private static let open = Array("open|".utf8)
  private static let close = Array("close|".utf8)
  private static let separator = Array("sep|".utf8)
}

extension UInt8 {
  /// Of a call's number, or of what some models write in its place.
  var isIndexByte: Bool { asciiLowercased &- 0x61 < 26 || isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-") }
  fileprivate var isHexDigit: Bool { isDigit || asciiLowercased &- 0x61 < 6 }
}

// Brackets, and those of tags, in which colours are. As JSON, HTML, and HTML in HTML write them.
private let brackets = ["u003e", "u003E", "u003c", "u003C", "&gt", "&lt", "&#62", "&#60", "&#x3", "&amp"].map { Array($0.utf8) }
private let endsOfBrackets = ["u003e", "u003E", "u003c", "u003C", "gt;", "lt;", "#62;", "#60;", "#x3e;", "#x3E;", "#x3c;", "#x3C;"].map {
  Array($0.utf8)
}
private let bar = Array("u007".utf8)
private let namesOfBars = ["&#124;", "&vert;", "&#x7c;", "&#x7C;"].map { Array($0.utf8) }

extension Span<UInt8> {
  /// More backslashes than are before one character, be it JSON in JSON.
  private static var mostBackslashes: Int { 8 }

  /// Where a word ends that begins here, each of its characters escaped or not.
  fileprivate func end(of word: [UInt8], at place: Int) -> Int? {
    var at = place
    for byte in word {
      let most = at &+ Self.mostBackslashes
      while at < count, at < most, self[at] == UInt8(ascii: "\\") { at &+= 1 }
      guard at < count, self[at] == byte else { return nil }
      at &+= 1
    }
    return at
  }

  fileprivate func isPreceded(by word: [UInt8], at place: Int) -> Bool {
    var end = place
    while end > max(0, place &- Self.mostBackslashes), self[end &- 1] == UInt8(ascii: "\\") { end &-= 1 }
    return end >= word.count && has(word.span, at: end &- word.count)
  }

  /// Tags of colours and escapes are no longer, between a marker's name and its bar.
  private static var reach: Int { 48 }

  /// Whether a marker's first bracket and bar stand near.
  fileprivate func hasBar(before place: Int, from start: inout Int) -> Bool {
    for at in min(place, max(start, place &- Self.reach))..<place where endOfBar(at: at) != nil && hasBracket(before: at) { return true }
    start = place
    return false
  }

  /// Whether a marker's last bar and bracket stand near.
  fileprivate func hasBar(behind place: Int, from start: inout Int) -> Bool {
    let end = min(count, place &+ Self.reach)
    for at in min(end, max(start, place))..<end {
      if let end = endOfBar(at: at), hasBracket(at: end) { return true }
    }
    start = end
    return false
  }

  private func endOfBar(at place: Int) -> Int? {
    switch self[place] {
    case UInt8(ascii: "|"): return place &+ 1
    case UInt8(ascii: "u"):
      return place &+ 4 < count && self[place &+ 4].asciiLowercased == UInt8(ascii: "c") && has(bar.span, at: place) ? place &+ 5 : nil
    case UInt8(ascii: "&"):
      // All are as long: most that is none is soon seen not to be.
      guard place &+ 5 < count, self[place &+ 5] == UInt8(ascii: ";"), self[place &+ 1] == UInt8(ascii: "#") || self[place &+ 1] == UInt8(ascii: "v")
      else { return nil }
      for bar in namesOfBars where has(bar.span, at: place) { return place &+ bar.count }
      return nil
    default: return nil
    }
  }

  /// Whether a bracket stands here, be it escaped for JSON, or in it for HTML.
  fileprivate func hasBracket(at place: Int) -> Bool {
    var at = place
    while at < count, self[at] == UInt8(ascii: "\\") { at &+= 1 }
    guard at < count else { return false }
    switch self[at] {
    case UInt8(ascii: "<"), UInt8(ascii: ">"): return true
    case UInt8(ascii: "&"), UInt8(ascii: "u"):
      for bracket in brackets where has(bracket.span, at: at) { return true }
      return false
    default: return false
    }
  }

  /// The same right before a place.
  fileprivate func hasBracket(before place: Int) -> Bool {
    var end = place
    while end > max(0, place &- Self.mostBackslashes), self[end &- 1] == UInt8(ascii: "\\") { end &-= 1 }
    guard end > 0 else { return false }
    switch self[end &- 1].asciiLowercased {
    case UInt8(ascii: "<"), UInt8(ascii: ">"): return true
    case UInt8(ascii: ";"), UInt8(ascii: "c"), UInt8(ascii: "e"):
      // What most that is none is soon seen by.
      guard end > 1, "3t02ceCE".utf8.contains(self[end &- 2]) else { return false }
      for bracket in endsOfBrackets where end >= bracket.count && has(bracket.span, at: end &- bracket.count) { return true }
      return false
    default: return false
    }
  }

  /// How long the blank is that stands here, be it an escape: white space as ``BareCallMatcher`` passes over it.
  fileprivate func blank(at place: Int) -> Int? {
    if self[place].isWhiteSpace { return 1 }
    guard self[place] == UInt8(ascii: "\\"), place &+ 1 < count else { return nil }
    switch self[place &+ 1] {
    case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return 2
    case UInt8(ascii: "u"):
      // Of what an escape of a control character, or of a blank, may be. With all of its digits: no colon is passed over, from which the
      // same blanks would be gone through again.
      guard place &+ 5 < count, self[place &+ 2] == 0x30, self[place &+ 3] == 0x30 else { return nil }
      return self[place &+ 4].isHexDigit && self[place &+ 5].isHexDigit ? 6 : nil
    // A backslash of its own, in JSON within JSON.
    case UInt8(ascii: "\\"): return 1
    default: return nil
    }
  }
}
