// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a JSON document, and where.
public struct JSONError: Error, Equatable, Sendable {
  /// Byte offset into the document, from 0, of the byte that cannot be; the document's length when it ends too early.
  public let offset: Int
  public let reason: Reason

  public enum Reason: Equatable, Sendable {
    case unexpectedByte(UInt8, expected: Expectation)
    case unexpectedEnd(expected: Expectation)
    /// A byte below 0x20 stands unescaped in a string (RFC 8259 §7).
    case controlCharacter(UInt8)
    /// What begins at `offset` is not UTF-8 (RFC 3629 §4): overlong, a surrogate, above U+10FFFF, or cut short.
    case invalidUTF8
    /// More than `limit` objects and arrays within each other; `offset` is that of the bracket too many.
    case tooDeep(limit: Int)
    /// More than `limit` bytes.
    case tooLong(limit: Int)
    /// More than `limit` values and keys; `offset` is that of the one too many.
    case tooMany(limit: Int)
  }

  /// What the grammar allows at a place.
  public enum Expectation: Equatable, Sendable {
    case value, valueOrArrayEnd, key, keyOrObjectEnd, colon, commaOrObjectEnd, commaOrArrayEnd, endOfDocument
    case stringByte, escape, hexDigit, digit, digitOrSign
    case literal(LiteralWord)
  }

  /// The words that are values. The last three are no JSON, see ``JSONDialect``.
  public enum LiteralWord: String, Sendable {
    case `true`, `false`, null
    case notANumber = "NaN"
    case infinity = "Infinity"
    case negativeInfinity = "-Infinity"
  }

  init(at offset: Int, _ reason: Reason) {
    self.offset = offset
    self.reason = reason
  }
}

extension JSONError: CustomStringConvertible {
  /// For example "at byte 17: expected ',' or '}', found 'x'".
  public var description: String { "at byte \(offset): \(reason)" }
}

extension JSONError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unexpectedByte(let byte, let expected): "expected \(expected), found \(Self.name(of: byte))"
    case .unexpectedEnd(let expected): "expected \(expected), found the end of the document"
    case .controlCharacter(let byte): "control character \(Self.name(of: byte)) must be escaped in a string"
    case .invalidUTF8: "not UTF-8"
    case .tooDeep(let limit): "nested deeper than \(limit) objects and arrays"
    case .tooLong(let limit): "longer than \(limit) bytes"
    case .tooMany(let limit): "more than \(limit) values and keys"
    }
  }

  private static func name(of byte: UInt8) -> String {
    if (0x20..<0x7F).contains(byte) { return "'\(Unicode.Scalar(byte))'" }
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + (digits.utf8.count == 1 ? "0" : "") + digits
  }
}

extension JSONError.Expectation: CustomStringConvertible {
  public var description: String {
    switch self {
    case .value: "a value"
    case .valueOrArrayEnd: "a value or ']'"
    case .key: "a key"
    case .keyOrObjectEnd: "a key or '}'"
    case .colon: "':'"
    case .commaOrObjectEnd: "',' or '}'"
    case .commaOrArrayEnd: "',' or ']'"
    case .endOfDocument: "nothing after the document"
    case .stringByte: "the rest of a string"
    case .escape: "one of \"\\/bfnrtu after a backslash"
    case .hexDigit: "a hexadecimal digit"
    case .digit: "a digit"
    case .digitOrSign: "a digit or a sign"
    case .literal(let word): "the rest of \(word.rawValue)"
    }
  }
}
