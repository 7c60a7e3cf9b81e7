// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not a JSON document, and where.
public struct SyntaxProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// The byte at which no document can begin this way, from 0.
  public let offset: Int
  public let reason: Reason

  public init(offset: Int, reason: Reason) {
    self.offset = offset
    self.reason = reason
  }

  public enum Reason: Equatable, Sendable {
    /// What may stand here, in words.
    case expected(String)
    case unexpectedEnd
    case controlCharacter
    case badEscape
    case badNumber
    case invalidUTF8
    case trailingBytes
    case tooDeep(limit: Int)
    case tooLarge(limit: Int)
    case tooManyValues(limit: Int)
  }

  public var description: String {
    switch reason {
    case .expected(let what): "at byte \(offset): expected \(what)"
    case .unexpectedEnd: "at byte \(offset): the document ends too early"
    case .controlCharacter: "at byte \(offset): a control character in a string must be escaped"
    case .badEscape: "at byte \(offset): not an escape that JSON knows"
    case .badNumber: "at byte \(offset): not a number as JSON writes them"
    case .invalidUTF8: "at byte \(offset): not UTF-8"
    case .trailingBytes: "at byte \(offset): text after the end of the document"
    case .tooDeep(let limit): "at byte \(offset): nested deeper than \(limit)"
    case .tooLarge(let limit): "the document is larger than \(limit) bytes"
    case .tooManyValues(let limit): "the document has more than \(limit) values and keys"
    }
  }
}
