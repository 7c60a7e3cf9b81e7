// SPDX-License-Identifier: Apache-2.0
import JSON

extension SecretSearch {
  /// The text without them; nil where there is none.
  package func cleared(_ text: String) -> String? {
    let found = edits(in: text.utf8.span)
    return found.isEmpty ? nil : String(decoding: JSONEdit.apply(found, to: text.utf8.span), as: UTF8.self)
  }

  package func cleared(_ bytes: [UInt8]) -> [UInt8]? {
    let found = edits(in: bytes.span)
    return found.isEmpty ? nil : JSONEdit.apply(found, to: bytes.span)
  }

  package func clear(_ text: inout String) {
    if let cleared = cleared(text) { text = cleared }
  }

  package func clear(_ bytes: inout [UInt8]) {
    if let cleared = cleared(bytes) { bytes = cleared }
  }

  /// What of an answer that says it once more, in tokens, goes.
  enum TokensGone {
    /// The tokens of answers that have a secret, or that had more than was kept of them.
    case whereFound
    case all
  }

  /// Takes them out of a message's body, and of what is searched in place of it.
  ///
  /// - Parameter tokens: nil for a question, which has none.
  /// - Returns: whether its body had one.
  @discardableResult
  func clear(_ message: inout StoredMessage, tokens: TokensGone? = nil) -> Bool {
    // Before the body as it stands, where a piece may be taken for the whole: the rest of the key would no longer be known.
    let texts = MessageTexts(message.body)
    if texts.hasTooMany {
      message.omitBody()
      return true
    }
    let pieces = texts.edits(self)
    var isFound = !pieces.isEmpty
    if let tokens, texts.hasTokens, tokens == .all || isFound || message.omittedBytes > 0 || occurs(in: message.body.span) {
      message.apply(texts.withoutTokens(pieces))
    } else {
      message.apply(pieces)
    }
    // What was said of several choices at once has the pieces of one between those of another.
    if isFound { message.text = nil }
    let found = edits(in: message.body.span)
    message.apply(found)
    if let cleared = message.text.flatMap({ cleared($0) }) { message.text = cleared }
    isFound = isFound || !found.isEmpty
    return isFound
  }

  private func edits(in bytes: borrowing Span<UInt8>) -> [JSONEdit] {
    ranges(in: bytes).map { JSONEdit(range: $0, replacement: Self.mark) }
  }
}

extension StoredMessage {
  /// Edits the body and moves the boundaries along; one within an edit is lost. A request may have a hundred thousand of both, so
  /// one walk does, in the order of the text that both have.
  mutating func apply(_ edits: [JSONEdit]) {
    guard !edits.isEmpty else { return }
    body = JSONEdit.apply(edits, to: body.span)
    var next = 0
    var shift = 0
    boundaries = boundaries.compactMap { boundary in
      while next < edits.count, edits[next].range.upperBound <= boundary {
        shift += edits[next].replacement.count - edits[next].range.count
        next += 1
      }
      return next < edits.count && edits[next].range.lowerBound < boundary ? nil : boundary + shift
    }
  }
}
