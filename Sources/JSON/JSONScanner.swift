// SPDX-License-Identifier: Apache-2.0

/// A pull tokenizer over a growing buffer (RFC 8259). It is the only place where this module knows the grammar.
///
/// `bytes` is always the document from its first byte to what has arrived so far. A cut may fall anywhere, also inside
/// a token. What was accepted is not looked at again, except for the first bytes of an escape or UTF-8 sequence (at
/// most five) or of a word. Tokens, errors and their offsets do not depend on the cuts. After an error, every call
/// throws it.
public struct JSONScanner: Sendable {
  public let limits: JSONLimits
  public let dialect: JSONDialect

  /// The first byte not yet accepted.
  public private(set) var offset = 0
  private var state = ScanState.value
  private var stack = ContainerStack()
  private var open = OpenToken.none

  public init(limits: JSONLimits = JSONLimits(), dialect: JSONDialect = .rfc8259) {
    self.limits = limits
    self.dialect = dialect
  }

  /// How many objects and arrays are open.
  public var depth: Int { stack.depth }

  /// Whether a key, or the end of the object, comes next, and nothing but white space stands before `offset`.
  var isBeforeMember: Bool { open.isNone && state == .key }

  /// Enters an object or array again that was begun before, without a look at its first byte.
  mutating func reenter(isObject: Bool) { stack.push(isObject: isObject) }

  /// Goes on at `offset` of a document whose open objects and arrays were entered again.
  mutating func go(on offset: Int, expecting state: ScanState) { (self.offset, self.state) = (offset, state) }

  /// The token that has begun and not ended: its `end` is ``offset``, which in a string is never inside an escape or a
  /// UTF-8 sequence. Nil between tokens.
  public var unfinished: JSONToken? {
    switch open {
    case .none: nil
    case .string(let start, let hasEscapes):
      JSONToken(kind: state.expectsKey ? .key : .string, start: start, end: offset, hasEscapes: hasEscapes)
    case .number(let start, _): JSONToken(kind: .number, start: start, end: offset)
    case .word(let start, let word): JSONToken(kind: word.kind, start: start, end: offset)
    }
  }

  /// The next token, or nil when it takes more bytes to know. `isComplete` says that there will be no more.
  public mutating func next(
    in bytes: borrowing Span<UInt8>, isComplete: Bool
  ) throws(JSONError) -> JSONToken? {
    try step(in: bytes, isComplete: isComplete)
  }

  /// ``next(in:isComplete:)``, for loops inside this module.
  @inline(__always)
  mutating func step(in bytes: borrowing Span<UInt8>, isComplete: Bool) throws(JSONError) -> JSONToken? {
    let end = min(bytes.count, limits.bytes, JSONLimits.maximumBytes)
    guard case .none = open else {
      if let token = try resume(in: bytes, upTo: end) { return token }
      return try starve(bytes.count, end, isComplete)
    }
    while offset < end {
      let start = offset
      let byte = bytes.byte(start)
      switch byte {
      case 0x20, 0x0A, 0x0D, 0x09:
        offset = start &+ 1
        continue
      case ASCII.quote:
        guard state.expectsValue || state.expectsKey else { throw unexpected(byte) }
        let scan = scanString(bytes, from: start &+ 1, upTo: end)
        if let token = try endString(scan, in: bytes, upTo: end, from: start) { return token }
      case ASCII.comma:
        guard state == .commaOrEnd else { throw unexpected(byte) }
        state = stack.isInObject ? .key : .value
        offset = start &+ 1
        continue
      case ASCII.colon:
        guard state == .colon else { throw unexpected(byte) }
        state = .value
        offset = start &+ 1
        continue
      case ASCII.objectStart, ASCII.arrayStart:
        guard state.expectsValue else { throw unexpected(byte) }
        return try begin(isObject: byte == ASCII.objectStart)
      case ASCII.objectEnd, ASCII.arrayEnd:
        let isObject = byte == ASCII.objectEnd
        guard state.allowsEnd, stack.isInObject == isObject else { throw unexpected(byte) }
        stack.pop()
        endValue(at: start &+ 1, in: bytes, upTo: end)
        return JSONToken(kind: isObject ? .objectEnd : .arrayEnd, start: start, end: start &+ 1)
      case ASCII.minus, ASCII.zero...ASCII.nine:
        guard state.expectsValue else { throw unexpected(byte) }
        let scan = scanNumber(bytes, from: start &+ 1, upTo: end, state: NumberState(first: byte))
        if let token = try endNumber(scan, in: bytes, upTo: end, from: start) { return token }
      default:
        guard state.expectsValue, let word = LiteralWord(first: byte, dialect: dialect) else { throw unexpected(byte) }
        if let token = try readWord(word, in: bytes, upTo: end, from: start) { return token }
      }
      break
    }
    return try starve(bytes.count, end, isComplete)
  }
}

extension JSONScanner {
  /// Reads on in the open token. Nil when it needs more bytes still.
  private mutating func resume(in bytes: borrowing Span<UInt8>, upTo end: Int) throws(JSONError) -> JSONToken? {
    switch open {
    case .none:
      return nil
    case .string(let start, let hasEscapes):
      let scan = scanText(bytes, from: offset, upTo: end, hasEscapes: hasEscapes)
      return try endString(scan, in: bytes, upTo: end, from: start)
    case .number(let start, let number):
      let scan = scanNumber(bytes, from: offset, upTo: end, state: number)
      return try endNumber(scan, in: bytes, upTo: end, from: start)
    case .word(let start, let word):
      return try readWord(word, in: bytes, upTo: end, from: start)
    }
  }

  @inline(__always)
  private mutating func begin(isObject: Bool) throws(JSONError) -> JSONToken? {
    guard stack.depth < limits.depth, stack.depth < JSONLimits.maximumDepth else {
      throw JSONError(at: offset, .tooDeep(limit: min(limits.depth, JSONLimits.maximumDepth)))
    }
    stack.push(isObject: isObject)
    state = isObject ? .keyOrEnd : .valueOrEnd
    offset &+= 1
    return JSONToken(kind: isObject ? .objectStart : .arrayStart, start: offset &- 1, end: offset)
  }

  @inline(__always)
  private mutating func endString(
    _ scan: StringScan, in bytes: borrowing Span<UInt8>, upTo end: Int, from start: Int
  ) throws(JSONError) -> JSONToken? {
    guard scan.outcome == .done else {
      (offset, open) = (scan.offset, .string(start: start, hasEscapes: scan.hasEscapes))
      if scan.outcome == .bad { throw stringError(bytes, at: offset) }
      return nil
    }
    let isKey = state.expectsKey
    if isKey {
      open = .none
      // A colon that is there already is taken at once; where there is none the next call says so.
      let hasColon = scan.offset < end && bytes.byte(scan.offset) == ASCII.colon
      state = hasColon ? .value : .colon
      offset = hasColon ? scan.offset &+ 1 : scan.offset
    } else {
      endValue(at: scan.offset, in: bytes, upTo: end)
    }
    return JSONToken(kind: isKey ? .key : .string, start: start, end: scan.offset, hasEscapes: scan.hasEscapes)
  }

  @inline(__always)
  private mutating func endNumber(
    _ scan: NumberScan, in bytes: borrowing Span<UInt8>, upTo end: Int, from start: Int
  ) throws(JSONError) -> JSONToken? {
    guard scan.outcome == .done else {
      if scan.outcome == .bad, scan.state == .minus, dialect.allowsNonFinite,
        bytes[scan.offset] == LiteralWord.initialOfInfinity
      {
        return try readWord(.negativeInfinity, in: bytes, upTo: end, from: start)
      }
      (offset, open) = (scan.offset, .number(start: start, scan.state))
      if scan.outcome == .bad { throw unexpected(bytes[offset]) }
      return nil
    }
    endValue(at: scan.offset, in: bytes, upTo: end)
    return JSONToken(kind: .number, start: start, end: scan.offset)
  }

  private mutating func readWord(
    _ word: LiteralWord, in bytes: borrowing Span<UInt8>, upTo end: Int, from start: Int
  ) throws(JSONError) -> JSONToken? {
    let scan = scanWord(word, bytes, from: start, upTo: end)
    guard scan.outcome == .done else {
      (offset, open) = (scan.offset, .word(start: start, word))
      if scan.outcome == .bad { throw unexpected(bytes[offset]) }
      return nil
    }
    endValue(at: scan.offset, in: bytes, upTo: end)
    return JSONToken(kind: word.kind, start: start, end: scan.offset)
  }

  /// A comma that is there already is taken at once; where there is none the next call sees what is.
  @inline(__always)
  private mutating func endValue(at offset: Int, in bytes: borrowing Span<UInt8>, upTo end: Int) {
    open = .none
    if stack.isEmpty {
      state = .end
      self.offset = offset
    } else if offset < end, bytes.byte(offset) == ASCII.comma {
      state = stack.isInObject ? .key : .value
      self.offset = offset &+ 1
    } else {
      state = .commaOrEnd
      self.offset = offset
    }
  }

  /// There are no more bytes up to `end`, of `count`: waits for them, or says what the end means here.
  @inline(never)
  private mutating func starve(_ count: Int, _ end: Int, _ isComplete: Bool) throws(JSONError) -> JSONToken? {
    if end < count { throw JSONError(at: end, .tooLong(limit: end)) }
    guard isComplete else { return nil }
    switch open {
    case .number(let start, let number) where number.missing == nil:
      (open, state) = (.none, stack.isEmpty ? .end : .commaOrEnd)
      return JSONToken(kind: .number, start: start, end: end)
    case .none where state == .end:
      return JSONToken(kind: .end, start: end, end: end)
    default:
      throw JSONError(at: end, .unexpectedEnd(expected: expectation))
    }
  }

  @inline(never)
  private mutating func unexpected(_ byte: UInt8) -> JSONError {
    JSONError(at: offset, .unexpectedByte(byte, expected: expectation))
  }

  private var expectation: JSONError.Expectation {
    open.expectation ?? state.expectation(isInObject: stack.isInObject)
  }
}
