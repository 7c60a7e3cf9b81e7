// SPDX-License-Identifier: Apache-2.0
import JSON

/// Finds keys where they should not be: a vendor that refuses a key likes to repeat it in its answer.
struct SecretSearch {
  private let secrets: [[UInt8]]
  private let texts: [String]

  /// Shorter ones would be found in innocent text.
  private static let shortest = 8

  init(_ secrets: [String]) {
    texts = Array(Set(secrets.filter { $0.utf8.count >= Self.shortest && $0 != Redaction.mark })).sorted { $0.utf8.count > $1.utf8.count }
    self.secrets = texts.map { Array($0.utf8) }
  }

  var isEmpty: Bool { secrets.isEmpty }

  func clear(_ text: String) -> String {
    var text = text
    for secret in texts where text.contains(secret) { text = text.replacing(secret, with: Redaction.mark) }
    return text
  }

  func clear(_ message: inout StoredMessage) {
    for secret in secrets {
      let edits = Self.occurrences(of: secret, in: message.body).map {
        JSONEdit(range: $0..<$0 + secret.count, replacement: Array(Redaction.mark.utf8))
      }
      message.apply(edits)
    }
    if let text = message.text { message.text = clear(text) }
  }

  /// Compares eight bytes at a time: a secret has at least as many.
  private static func occurrences(of secret: [UInt8], in body: [UInt8]) -> [Int] {
    guard body.count >= secret.count else { return [] }
    var found: [Int] = []
    var head: UInt64 = 0
    for byte in secret.prefix(8) { head = head << 8 | UInt64(byte) }
    var window: UInt64 = 0
    var searched = 0
    for index in body.indices {
      window = window << 8 | UInt64(body[index])
      let start = index - 7
      guard window == head, start >= searched, start + secret.count <= body.count,
        body[start..<start + secret.count].elementsEqual(secret)
      else { continue }
      found.append(start)
      searched = start + secret.count
    }
    return found
  }
}

extension StoredMessage {
  /// Edits the body and moves the boundaries along.
  mutating func apply(_ edits: [JSONEdit]) {
    guard !edits.isEmpty else { return }
    body = JSONEdit.apply(edits, to: body.span)
    boundaries = boundaries.compactMap { boundary in
      var moved = boundary
      for edit in edits {
        if edit.range.upperBound <= boundary {
          moved += edit.replacement.count - edit.range.count
        } else if edit.range.lowerBound < boundary {
          return nil
        }
      }
      return moved
    }
  }
}
