// SPDX-License-Identifier: Apache-2.0
import JSON

/// Finds keys where they should not be: a vendor that refuses a key likes to repeat it in its answer.
///
/// All are looked for at once, by the bytes: two of the text say how far ahead the next key can begin (Wu and Manber, A fast
/// algorithm for multi-pattern searching, 1994), so that most of a text is not even read. A text without one costs no allocation.
package struct SecretSearch: Sendable {
  /// In each way that they may be written.
  private var forms: [[UInt8]] = []
  /// The first eight bytes of each.
  private var heads: [UInt64] = []
  /// By the last two of eight bytes: how many bytes further those of a form may end.
  private var skips: [UInt8] = []

  /// Shorter ones would be found in innocent text.
  static let shortest = 8
  private static let mark = Array(Redaction.mark.utf8)

  package init(_ secrets: [String]) { add(secrets) }

  /// The same, with more to look for.
  package func adding(_ secrets: [String]) -> SecretSearch {
    var search = self
    search.add(secrets)
    return search
  }

  private mutating func add(_ secrets: [String]) {
    // What stands for a secret must not be taken for one.
    for secret in secrets where secret.utf8.count >= Self.shortest && !Self.mark.contains(Array(secret.utf8)) {
      for form in SecretForms.all(of: secret) where !forms.contains(form) { add(form) }
    }
  }

  private mutating func add(_ form: [UInt8]) {
    let last = Self.shortest - 1
    if skips.isEmpty { skips = Array(repeating: UInt8(last), count: 4096) }
    for end in 1...last {
      let place = Self.place(form[end - 1], form[end])
      skips[place] = min(skips[place], UInt8(last - end))
    }
    forms.append(form)
    heads.append(form.prefix(Self.shortest).reduce(0) { $0 << 8 | UInt64($1) })
  }

  private static func place(_ first: UInt8, _ second: UInt8) -> Int { Int(first) << 4 ^ Int(second) }

  package var isEmpty: Bool { forms.isEmpty }

  // MARK: Finding

  package func occurs(in bytes: borrowing Span<UInt8>) -> Bool {
    guard !isEmpty else { return false }
    var end = Self.shortest - 1
    if next(in: bytes, from: &end) != nil { return true }
    return !escaped(in: bytes).isEmpty
  }

  /// Where secrets stand, in order; those that overlap are one.
  package func ranges(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    guard !isEmpty else { return [] }
    let found = plain(in: bytes)
    let others = escaped(in: bytes)
    if others.isEmpty { return found }
    return (found + others).sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { Self.join($1, to: &$0) }
  }

  private func plain(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var end = Self.shortest - 1
    while let range = next(in: bytes, from: &end) { Self.join(range, to: &found) }
    return found
  }

  /// Those that are written with escapes which they do not need.
  private func escaped(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    guard UnescapedText.isNeeded(for: bytes) else { return [] }
    let text = UnescapedText(bytes)
    return plain(in: text.bytes.span).map { text.offsets[$0.lowerBound]..<text.offsets[$0.upperBound] }
  }

  private static func join(_ range: Range<Int>, to found: inout [Range<Int>]) {
    if let last = found.last, range.lowerBound < last.upperBound {
      found[found.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      found.append(range)
    }
  }

  /// - Parameter end: where the eighth byte of the next may stand; moved on.
  private func next(in bytes: borrowing Span<UInt8>, from end: inout Int) -> Range<Int>? {
    while end < bytes.count {
      let skip = skips[Self.place(bytes[end - 1], bytes[end])]
      guard skip == 0 else {
        end += Int(skip)
        continue
      }
      let start = end - (Self.shortest - 1)
      end += 1
      if let length = longest(in: bytes, at: start) { return start..<start + length }
    }
    return nil
  }

  private func longest(in bytes: borrowing Span<UInt8>, at start: Int) -> Int? {
    var head: UInt64 = 0
    for place in start..<start + Self.shortest { head = head << 8 | UInt64(bytes[place]) }
    var longest: Int?
    for number in heads.indices where heads[number] == head && stands(number, in: bytes, at: start) {
      longest = max(longest ?? 0, forms[number].count)
    }
    return longest
  }

  private func stands(_ number: Int, in bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
    let count = forms[number].count
    guard start + count <= bytes.count else { return false }
    for place in Self.shortest..<max(count, Self.shortest) where bytes[start + place] != forms[number][place] { return false }
    return true
  }

  // MARK: Taking out

  /// The text without them; nil where there is none.
  package func cleared(_ text: String) -> String? {
    let bytes = text.utf8.span
    guard occurs(in: bytes) else { return nil }
    return cleared(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
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

  func clear(_ message: inout StoredMessage) {
    let found = edits(in: message.body.span)
    message.apply(found)
    if let cleared = message.text.flatMap({ cleared($0) }) { message.text = cleared }
  }

  /// The same for an answer, where a stream may deliver them in pieces.
  func clear(answer: inout StoredMessage) {
    clear(&answer)
    guard !isEmpty else { return }
    let pieces = StreamTexts(answer.body).edits(self)
    answer.apply(pieces)
  }

  private func edits(in bytes: borrowing Span<UInt8>) -> [JSONEdit] {
    ranges(in: bytes).map { JSONEdit(range: $0, replacement: Self.mark) }
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
