// SPDX-License-Identifier: Apache-2.0

/// What may come next in the grammar (RFC 8259 §2), apart from white space.
enum ScanState: UInt8 {
  case value, valueOrEnd, key, keyOrEnd, commaOrEnd, colon, end

  @inline(__always) var expectsValue: Bool { rawValue < 2 }
  @inline(__always) var expectsKey: Bool { self == .key || self == .keyOrEnd }
  /// Whether the innermost object or array may end.
  @inline(__always) var allowsEnd: Bool { self == .valueOrEnd || self == .keyOrEnd || self == .commaOrEnd }

  func expectation(isInObject: Bool) -> JSONError.Expectation {
    switch self {
    case .value: .value
    case .valueOrEnd: .valueOrArrayEnd
    case .key: .key
    case .keyOrEnd: .keyOrObjectEnd
    case .colon: .colon
    case .commaOrEnd: isInObject ? .commaOrObjectEnd : .commaOrArrayEnd
    case .end: .endOfDocument
    }
  }
}

/// A token that has begun and not ended.
enum OpenToken: Sendable {
  case none
  case string(start: Int, hasEscapes: Bool)
  case number(start: Int, NumberState)
  case word(start: Int, LiteralWord)

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  /// What an early end leaves unsaid.
  var expectation: JSONError.Expectation? {
    switch self {
    case .none: nil
    case .string: .stringByte
    case .number(_, let state): state.missing
    case .word(_, let word): .literal(word)
    }
  }
}

/// How a token's scan went. The offset given along with it is the first byte not accepted.
enum ScanOutcome { case done, more, bad }
