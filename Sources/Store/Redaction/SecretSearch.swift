// SPDX-License-Identifier: Apache-2.0
import JSON

/// Finds keys where they should not be: a vendor that refuses a key likes to repeat it in its answer.
struct SecretSearch {
  /// In each of their forms, the longest first.
  private let forms: [[UInt8]]

  /// Shorter ones would be found in innocent text.
  private static let shortest = 8

  init(_ secrets: [String]) {
    self.init(forms: Self.forms(of: secrets))
  }

  private init(forms: [[UInt8]]) {
    self.forms = Set(forms).sorted { $0.count > $1.count }
  }

  /// The same, with more to look for.
  func adding(_ secrets: [String]) -> SecretSearch {
    secrets.isEmpty ? self : SecretSearch(forms: forms + Self.forms(of: secrets))
  }

  private static func forms(of secrets: [String]) -> [[UInt8]] {
    secrets.filter { $0.utf8.count >= shortest && $0 != Redaction.mark }.flatMap { SecretForms.all(of: $0) }
  }

  var isEmpty: Bool { forms.isEmpty }

  func occurs(in bytes: [UInt8]) -> Bool {
    forms.contains { !Self.occurrences(of: $0, in: bytes).isEmpty }
  }

  func clear(_ text: String) -> String {
    guard !isEmpty, text.utf8.count >= Self.shortest else { return text }
    let bytes = Array(text.utf8)
    return occurs(in: bytes) ? String(decoding: clear(bytes), as: UTF8.self) : text
  }

  func clear(_ bytes: [UInt8]) -> [UInt8] {
    var message = StoredMessage(body: bytes)
    clear(&message)
    return message.body
  }

  func clear(_ message: inout StoredMessage) {
    for form in forms {
      let edits = Self.occurrences(of: form, in: message.body).map {
        JSONEdit(range: $0..<$0 + form.count, replacement: Array(Redaction.mark.utf8))
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
