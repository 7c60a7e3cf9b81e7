// SPDX-License-Identifier: Apache-2.0
import JSON

/// Finds keys where they should not be: a vendor that refuses a key likes to repeat it in its answer.
///
/// All are looked for at once, by the bytes: two of the text say how far ahead the next key can begin (Wu and Manber, A fast
/// algorithm for multi-pattern searching, 1994), so that most of a text is not even read. A text without one costs no allocation.
/// Beside those that are known it finds the proxy's own, whosever they are: ``ClientKeyPattern``.
///
/// Clients choose what is looked for and vendors where, so the work is bounded by the text's length: what cannot be looked through
/// within that is taken for a secret.
package struct SecretSearch: Sendable {
  private var forms = SortedForms()
  /// By the last two of eight bytes: how many bytes further those of a form's beginning or middle may end.
  private var skips: [UInt8] = []
  /// Whether writers may or may not escape something in one of them.
  private var hasSolidus = false
  /// Whether they have to, and once more in each string around it.
  private var hasQuoted = false
  /// Whether one is not ASCII.
  private var hasWide = false
  private var takesAll = false
  private let isBounded: Bool
  /// What was known before more was added.
  private var known: [SecretSearch] = []

  /// Shorter ones would be found in innocent text.
  static let shortest = 8
  static let mark = Array(Redaction.mark.utf8)

  /// - Parameter isBounded: false for keys that nobody but the operator chooses: where a search gives up must not tell how far a text agrees
  ///   with one of them.
  package init(_ secrets: [String], isBounded: Bool = true) {
    self.isBounded = isBounded
    add(secrets)
  }

  /// Takes every text for a secret: for what has more of them than can be looked for.
  static let everything: SecretSearch = {
    var search = SecretSearch([])
    search.takesAll = true
    return search
  }()

  /// The same, with more of the operator's to look for.
  package func including(_ secrets: [String]) -> SecretSearch {
    var search = self
    search.add(secrets)
    return search
  }

  /// The same, with what came of a client to look for. Each is looked for by itself: how soon one search is too much work must not tell a client, who
  /// chooses what is added, how far its text agrees with a vendor's key.
  package func adding(_ secrets: [String]) -> SecretSearch {
    var search = SecretSearch(secrets)
    if search.forms.isEmpty { return self }
    search.takesAll = takesAll
    guard !forms.isEmpty else { return search }
    search.known = [self]
    search.hasSolidus = search.hasSolidus || hasSolidus
    search.hasQuoted = search.hasQuoted || hasQuoted
    search.hasWide = search.hasWide || hasWide
    return search
  }

  private mutating func add(_ secrets: [String]) {
    var plain = secrets.filter { $0.utf8.count >= Self.shortest }.map { Array($0.utf8) }
    plain.sort(by: Self.isBefore)
    let urls = plain.filter(Self.isURL)
    // Those of a record come twice, of its headers and as it says: the forms of each are made once.
    for (number, secret) in plain.enumerated() where number == 0 || Self.isBefore(plain[number - 1], secret) {
      // What stands for a secret must not be taken for one.
      if secret.count <= Self.mark.count, Self.mark.contains(secret) { continue }
      // A path is one where its URL is another secret; by itself it is a key that begins so, as in base64 one of 64 does.
      let isAddress =
        Self.isURL(secret) || secret[0] == UInt8(ascii: "/") && urls.contains { $0.suffix(secret.count).elementsEqual(secret) }
      let parts = isAddress ? SecretParts.none : SecretParts(of: secret)
      for form in SecretForms.all(of: secret) where form.count >= Self.shortest {
        note(form, from: 0)
        if parts == .anywhere, form.count > SortedForms.fewest { note(form, from: SortedForms.middle(of: form.indices)) }
        forms.append(form, parts: parts)
      }
      if secret.contains(UInt8(ascii: "/")) { hasSolidus = true }
      let letters = SecretLetters(secret)
      if letters.quoted > 0 { hasQuoted = true }
      if letters.hasWide { hasWide = true }
    }
    forms.sort()
  }

  private static func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let most = min(left.count, right.count)
    let count = left.span.agreement(at: 0, with: right.span, at: 0, upTo: most)
    return count == most ? left.count < right.count : left[count] < right[count]
  }

  private static func isURL(_ secret: [UInt8]) -> Bool { secret.starts(with: "https://".utf8) || secret.starts(with: "http://".utf8) }

  private mutating func note(_ form: [UInt8], from start: Int) {
    let last = Self.shortest - 1
    if skips.isEmpty { skips = Array(repeating: UInt8(last), count: 4096) }
    for end in 1...last {
      let place = Self.place(form[start + end - 1], form[start + end])
      skips[place] = min(skips[place], UInt8(last - end))
    }
  }

  private static func place(_ first: UInt8, _ second: UInt8) -> Int { Int(first) << 4 ^ Int(second) }

  /// Whether no secret is known.
  package var isEmpty: Bool { forms.isEmpty && known.isEmpty && !takesAll }

  // MARK: Finding

  package func occurs(in bytes: borrowing Span<UInt8>) -> Bool {
    if takesAll { return !bytes.isEmpty }
    if hasForm(in: bytes) || ClientKeyPattern.occurs(in: bytes) { return true }
    return !escaped(in: bytes).isEmpty
  }

  private func hasForm(in bytes: borrowing Span<UInt8>) -> Bool {
    var end = Self.shortest - 1
    var effort = SortedForms.Effort(bytes.count, isBounded: isBounded)
    if next(in: bytes, from: &end, &effort) != nil { return true }
    for search in known where search.hasForm(in: bytes) { return true }
    return false
  }

  /// The same of a body, also as its readers put it together.
  package func occurs(inBody body: [UInt8]) -> Bool { occurs(in: body.span) || MessageTexts(body).hasSecret(of: self) }

  /// Where secrets stand, in order; those that overlap are one.
  ///
  /// What a cut has left of one counts from half of it on, as anywhere, see ``SecretParts``. If less did, be it at a text's end only, whoever has
  /// a text searched and sees what becomes of it would learn the rest letter by letter.
  package func ranges(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    if takesAll { return bytes.isEmpty ? [] : [0..<bytes.count] }
    let found = Self.joined(plain(in: bytes), escaped(in: bytes))
    return found.isEmpty ? found : EscapeBounds.moved(found, in: bytes)
  }

  private func plain(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    Self.joined(formRanges(in: bytes), ClientKeyPattern.ranges(in: bytes))
  }

  private func formRanges(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var end = Self.shortest - 1
    var effort = SortedForms.Effort(bytes.count, isBounded: isBounded)
    while let range = next(in: bytes, from: &end, &effort) { Self.join(range, to: &found) }
    for search in known { found = Self.joined(found, search.formRanges(in: bytes)) }
    return found
  }

  /// Those that are written with escapes which they do not need.
  private func escaped(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    guard UnescapedText.isNeeded(for: bytes, hasSolidus: hasSolidus, hasQuoted: hasQuoted, hasWide: hasWide) else { return [] }
    let found = plain(in: UnescapedText(bytes).bytes.span)
    return found.isEmpty ? [] : UnescapedText.origins(of: found, in: bytes)
  }

  private static func joined(_ some: [Range<Int>], _ others: [Range<Int>]) -> [Range<Int>] {
    if others.isEmpty { return some }
    return (some + others).sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { join($1, to: &$0) }
  }

  /// None of those found begins behind the end of this one; it may begin before some of them.
  private static func join(_ range: Range<Int>, to found: inout [Range<Int>]) {
    var range = range
    while let last = found.last, range.lowerBound < last.upperBound {
      range = min(range.lowerBound, last.lowerBound)..<max(range.upperBound, last.upperBound)
      found.removeLast()
    }
    found.append(range)
  }

  /// - Parameter end: where the eighth byte of the next may stand; moved on.
  private func next(in bytes: borrowing Span<UInt8>, from end: inout Int, _ effort: inout SortedForms.Effort) -> Range<Int>? {
    if forms.isEmpty { return nil }
    while end < bytes.count {
      let skip = skips[Self.place(bytes[end - 1], bytes[end])]
      guard skip == 0 else {
        end += Int(skip)
        continue
      }
      let start = end - (Self.shortest - 1)
      if effort.isSpent {
        end = bytes.count
        return start..<bytes.count
      }
      end += 1
      let whole = forms.longest(in: bytes, at: start, &effort).map { start..<start + $0 }
      guard let part = forms.part(in: bytes, at: start, &effort) else {
        if let whole { return whole }
        continue
      }
      return part.lowerBound..<max(part.upperBound, whole?.upperBound ?? 0)
    }
    return nil
  }
}
