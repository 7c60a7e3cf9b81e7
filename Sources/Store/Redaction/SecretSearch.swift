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

  /// Shorter ones would be found in innocent text.
  static let shortest = 8
  static let mark = Array(Redaction.mark.utf8)

  package init(_ secrets: [String]) { add(secrets) }

  /// Takes every text for a secret: for what has more of them than can be looked for.
  static let everything: SecretSearch = {
    var search = SecretSearch([])
    search.takesAll = true
    return search
  }()

  /// The same, with more to look for.
  package func adding(_ secrets: [String]) -> SecretSearch {
    var search = self
    search.add(secrets)
    return search
  }

  private mutating func add(_ secrets: [String]) {
    // Those of a record come twice, of its headers and as it says: the forms of each are made once.
    let plain = secrets.filter { $0.utf8.count >= Self.shortest }.map { Array($0.utf8) }.sorted(by: Self.isBefore)
    let urls = plain.filter(Self.isURL)
    for (number, secret) in plain.enumerated() where number == 0 || Self.isBefore(plain[number - 1], secret) {
      // What stands for a secret must not be taken for one.
      if secret.count <= Self.mark.count, Self.mark.contains(secret) { continue }
      // A path is one where its URL is another secret; by itself it is a key that begins so, as in base64 one of 64 does.
      let isAddress =
        Self.isURL(secret) || secret[0] == UInt8(ascii: "/") && urls.contains { $0.suffix(secret.count).elementsEqual(secret) }
      for form in SecretForms.all(of: secret) where form.count >= Self.shortest {
        note(form, from: 0)
        if !isAddress, form.count > SortedForms.fewest { note(form, from: SortedForms.middle(of: form.indices)) }
        forms.append(form, isAddress: isAddress)
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
  package var isEmpty: Bool { forms.isEmpty && !takesAll }

  // MARK: Finding

  package func occurs(in bytes: borrowing Span<UInt8>) -> Bool {
    if takesAll { return !bytes.isEmpty }
    var end = Self.shortest - 1
    var effort = SortedForms.Effort(bytes.count)
    if next(in: bytes, from: &end, &effort) != nil || ClientKeyPattern.occurs(in: bytes) { return true }
    return !escaped(in: bytes, isCut: false).isEmpty
  }

  /// The same of a body, also as its readers put it together.
  package func occurs(inBody body: [UInt8]) -> Bool { occurs(in: body.span) || MessageTexts(body).hasSecret(of: self) }

  /// Where secrets stand, in order; those that overlap are one.
  ///
  /// - Parameter isCut: whether the text may have been cut, at its end or where it has an ellipsis: then what of a secret stands before
  ///   the cut counts, from ``shortest`` bytes on.
  package func ranges(in bytes: borrowing Span<UInt8>, isCut: Bool = false) -> [Range<Int>] {
    if takesAll { return bytes.isEmpty ? [] : [0..<bytes.count] }
    let found = Self.joined(plain(in: bytes, isCut: isCut), escaped(in: bytes, isCut: isCut))
    return found.isEmpty ? found : EscapeBounds.moved(found, in: bytes)
  }

  private func plain(in bytes: borrowing Span<UInt8>, isCut: Bool) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var end = Self.shortest - 1
    var effort = SortedForms.Effort(bytes.count)
    while let range = next(in: bytes, from: &end, &effort) { Self.join(range, to: &found) }
    found = Self.joined(found, ClientKeyPattern.ranges(in: bytes))
    return isCut ? Self.joined(found, beginnings(in: bytes)) : found
  }

  /// Those that are written with escapes which they do not need.
  private func escaped(in bytes: borrowing Span<UInt8>, isCut: Bool) -> [Range<Int>] {
    guard UnescapedText.isNeeded(for: bytes, hasSolidus: hasSolidus, hasQuoted: hasQuoted, hasWide: hasWide) else { return [] }
    let found = plain(in: UnescapedText(bytes).bytes.span, isCut: isCut)
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

  // MARK: What a cut has left

  private func beginnings(in bytes: borrowing Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var last = Self.shortest - 1
    var effort = SortedForms.Effort(bytes.count)
    for place in bytes.indices where Self.hasEllipsis(bytes, at: place) {
      if let range = beginning(in: bytes, cutAt: place, from: &last, &effort) { Self.join(range, to: &found) }
    }
    if let range = beginning(in: bytes, cutAt: bytes.count, from: &last, &effort) { Self.join(range, to: &found) }
    return found
  }

  /// The longest piece of a secret, or of a client's key, that ends where the text was cut.
  ///
  /// - Parameter last: where the eighth byte of the next may stand; moved on, as what did not reach this cut reaches none behind it.
  private func beginning(
    in bytes: borrowing Span<UInt8>, cutAt cut: Int, from last: inout Int, _ effort: inout SortedForms.Effort
  ) -> Range<Int>? {
    let end = Self.endWithoutEscape(bytes, cut)
    last = max(last, end - forms.mostBytes + Self.shortest - 1)
    while !forms.isEmpty, last < end {
      let skip = skips[Self.place(bytes[last - 1], bytes[last])]
      guard skip == 0 else {
        last += Int(skip)
        continue
      }
      let start = last - (Self.shortest - 1)
      if effort.isSpent {
        last = bytes.count
        return start..<bytes.count
      }
      if forms.agreement(in: bytes, at: start, &effort) >= end - start { return start..<cut }
      last += 1
    }
    return ClientKeyPattern.beginning(in: bytes, cutAt: end).map { $0..<cut }
  }

  private static func hasEllipsis(_ bytes: borrowing Span<UInt8>, at place: Int) -> Bool {
    bytes[place] == 0xE2 && place + 2 < bytes.count && bytes[place + 1] == 0x80 && bytes[place + 2] == 0xA6
  }

  /// Where the escape begins that the cut has gone through, as `\u00` or `%2`; the cut where it has gone through none.
  private static func endWithoutEscape(_ bytes: borrowing Span<UInt8>, _ cut: Int) -> Int {
    for place in stride(from: cut - 1, through: max(0, cut - 5), by: -1) {
      switch bytes[place] {
      case UInt8(ascii: "\\"): return place
      case UInt8(ascii: "%"): return cut - place < 3 ? place : cut
      case UInt8(ascii: "u"), 0x30...0x39, 0x41...0x46, 0x61...0x66: continue
      default: return cut
      }
    }
    return cut
  }
}
