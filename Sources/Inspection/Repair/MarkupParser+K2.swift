// SPDX-License-Identifier: Apache-2.0
import JSON

// `<|tool_call_begin|>functions.name:0<|tool_call_argument_begin|>{…}<|tool_call_end|>`, with or without a section around it.
extension MarkupParser {
  private static let prefix = Array("functions.".utf8)
  private static let noName = Array("`'\"()[]{}<>,;=|\\".utf8)

  /// A call, from behind the token that begins it; incomplete when what follows is nothing like one.
  mutating func k2Call() -> LeakedCall {
    let header = k2Header()
    var call = LeakedCall()
    call.id = header.id
    call.name = name(inID: header.id)
    skipSpace()
    let start = position
    let value = jsonValue(from: start)
    let end = nextCallBoundary(from: value?.upperBound ?? start)
    if let value {
      // What is behind a whole value up to the end token belongs to the arguments, and is for other repairs to judge.
      let rest = bytes[value.upperBound..<(end?.start ?? value.upperBound)]
      let isFence = header.isFenced && closesFence(rest)
      let isJunk = end != nil && !isFence && rest.contains { !$0.isWhiteSpace }
      call.arguments = isJunk ? trimmed(start..<(end?.start ?? value.upperBound)) : Array(bytes[value])
      call.isComplete = true
      position = end.map { isJunk || isFence || rest.allSatisfy(\.isWhiteSpace) ? $0.start : value.upperBound } ?? value.upperBound
      unended = end == nil ? value : nil
      if end == nil, header.isFenced { skipFence() }
    } else {
      let stop = end?.start ?? quotationEnd(from: start) ?? bytes.count
      call.arguments = trimmed(start..<stop)
      call.isComplete = end?.marker == .callEnd && !call.arguments.isEmpty
      position = stop
    }
    if let marker = markerHere(), marker.marker == .callEnd { position = marker.end }
    return call
  }

  /// Whether a call stands behind the token that begins one: an id and arguments, or what has come of them. Who explains the token goes on
  /// with words, or with the rest of a program.
  ///
  /// - Parameter hasToken: false where the token was forgotten. Behind another call only an id is a call then.
  mutating func beginsCall(hasToken: Bool = true) -> Bool {
    var ahead = self
    let header = ahead.k2Header()
    ahead.skipSpace()
    let next = ahead.position < bytes.count ? bytes[ahead.position] : nil
    let isObject = next == UInt8(ascii: "{") || next == UInt8(ascii: "[") || ahead.starts(with: "\"{", at: ahead.position)
    // An id that is spoilt is for others to judge.
    if header.hasToken, isObject { return hasToken || result.calls.isEmpty ? !header.id.contains(UInt8(ascii: "`")) : isID(header.id) }
    let isNameless = header.id.isEmpty && !header.isFenced
    guard isNameless || isID(header.id) else { return false }
    guard let next else { return true }
    if isObject { return !isNameless || jsonValue(from: ahead.position) != nil }
    let end = nextCallBoundary(from: ahead.position)
    return end?.start == ahead.position || header.hasToken && !"`'\"),.;:".utf8.contains(next) && end?.marker == .callEnd
  }

  /// Whether the id of a call stands here, whatever follows.
  func namesCall() -> Bool {
    let word = bytes[position...].drop(while: \.isWhiteSpace).prefix { !$0.isWhiteSpace && !Self.noName.contains($0) }
    return !Self.prefix.starts(with: word) && isID(Array(word))
  }

  /// Whether arguments stand here, and the id of a call before them: behind its last word, or in what was said before this text began.
  func followsID() -> Bool {
    guard let next = bytes[position...].first(where: { !$0.isWhiteSpace }), next == UInt8(ascii: "{") else { return false }
    if result.text.isEmpty { return true }
    let start = result.text.lastIndex(where: \.isWhiteSpace).map { $0 + 1 } ?? 0
    return isID(Array(result.text[start...]))
  }

  /// Whether this is the id of a call, or as much of one as came: of a declared tool, or as the model writes them, in a word.
  private func isID(_ id: [UInt8]) -> Bool {
    let name = id.starts(with: Self.prefix) ? id[Self.prefix.count...] : id[...]
    if tools.contains(Array(name).span) { return true }
    let colon = name.lastIndex(of: UInt8(ascii: ":"))
    if let colon, colon + 1 < name.endIndex, name[(colon + 1)...].allSatisfy(\.isIndexByte), tools.contains(Array(name[..<colon]).span) {
      return true
    }
    if Self.prefix.starts(with: id) { return !id.isEmpty }
    guard name.count < id.count || colon != nil, let last = id.last, last.isIndexByte else { return false }
    return id.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Self.noName.contains($0) }
  }

  /// Calls without the tokens before them, `functions.name:0{…}`: only at the very start of the text and for a declared name, since
  /// anything else may be prose.
  mutating func barewordCall() -> LeakedCall? {
    let start = position
    skipSpace()
    let begin = position
    guard bytes[begin...].starts(with: Self.prefix) else {
      position = start
      return nil
    }
    while position < bytes.count, bytes[position] != UInt8(ascii: "{"), bytes[position] != UInt8(ascii: "<"),
      position - begin < 300
    {
      position += 1
    }
    let id = trimmed(begin..<position)
    let name = name(inID: id)
    if let marker = markerHere(), marker.marker == .argumentBegin {
      position = marker.end
      skipSpace()
    }
    guard id.contains(UInt8(ascii: ":")), !id.contains(where: \.isWhiteSpace), tools.contains(name.span),
      let value = jsonValue(from: position)
    else {
      position = start
      return nil
    }
    position = value.upperBound
    unended = value
    return LeakedCall(id: id, name: name, arguments: Array(bytes[value]), isComplete: true)
  }

  /// The id, up to the token, code fence or brace that begins the arguments.
  private mutating func k2Header() -> (id: [UInt8], hasToken: Bool, isFenced: Bool) {
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "<"):
        guard let marker = markerHere() else { break }
        let id = trimmed(start..<position)
        guard marker.marker == .argumentBegin else { return (id, false, false) }
        position = marker.end
        skipSpace()
        return (id, true, skipFence())
      case UInt8(ascii: "{"):
        return (trimmed(start..<position), false, false)
      case UInt8(ascii: "`") where starts(with: "```", at: position):
        let id = trimmed(start..<position)
        return (id, false, skipFence())
      default: break
      }
      position += 1
    }
    // Cut off within the id: there is a call, and nobody knows which.
    return (trimmed(start..<position), false, false)
  }

  /// The tool's name in an id: what is declared wins, since names may hold `.` and `:` themselves (1.3).
  func name(inID id: [UInt8]) -> [UInt8] {
    let name = id.starts(with: Self.prefix) ? Array(id[Self.prefix.count...]) : id
    if tools.contains(name.span) { return name }
    guard let colon = name.lastIndex(of: UInt8(ascii: ":")) else { return name }
    return Array(name[..<colon])
  }

  @discardableResult
  private mutating func skipFence() -> Bool {
    let start = position
    skipSpace()
    guard starts(with: "```", at: position) else {
      position = start
      return false
    }
    position += 3
    if starts(with: "json", at: position) { position += 4 }
    return true
  }

  private func closesFence(_ rest: ArraySlice<UInt8>) -> Bool {
    rest.filter { !$0.isWhiteSpace }.elementsEqual("```".utf8)
  }

  /// The next token that ends this call: its own, or one that begins or ends something else. Tokens of K3 are not among them.
  private mutating func nextCallBoundary(from start: Int) -> Boundary.Place? {
    if let boundary, start >= boundary.from, start <= boundary.found?.start ?? .max { return boundary.found }
    var at = start
    var found: Boundary.Place?
    while found == nil, let next = nextMarker(from: at) {
      switch next.marker {
      case .open, .close, .separator, .argumentBegin: at = next.end
      default: found = next
      }
    }
    boundary = Boundary(from: start, found: found)
    return found
  }

  /// Where the JSON value that begins at `start` is, if it is whole.
  func jsonValue(from start: Int) -> Range<Int>? {
    guard start < bytes.count, bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[") else { return nil }
    var scanner = JSONScanner()
    let text = bytes.span.extracting(start...)
    while let token = try? scanner.next(in: text, isComplete: true) {
      if scanner.depth == 0 { return start..<(start + token.end) }
    }
    return nil
  }

  func trimmed(_ range: Range<Int>) -> [UInt8] { Array(bytes[range].trimmingSpace) }
}
