// SPDX-License-Identifier: Apache-2.0

/// Eight bytes of a secret that are looked for in a text at once.
protocol SoughtPart {
  var head: UInt64 { get }
  /// Where among all bytes the whole form is.
  var range: Range<Int> { get }
  var cost: SortedForms.Cost { get set }
}

/// Secrets in each way that they may be written, in order: which of them stands at a place of a text is found by halving.
struct SortedForms: Sendable {
  struct Form: SoughtPart {
    let head: UInt64
    let range: Range<Int>
    var parts: SecretParts
    var cost = Cost()

    /// Whether most of it counts for the whole, wherever in it that begins.
    var hasMiddle: Bool { parts == .anywhere && range.count > SortedForms.fewest }
  }

  private(set) var forms: [Form] = []
  private(set) var bytes: [UInt8] = []
  /// The middle eight bytes of those that have one, in order.
  private(set) var middles: [Middle] = []

  /// What may be compared where a text has the eight bytes of some forms: how often, and for how long. That is what counts, and not what
  /// is compared: how soon a search gives up must not tell how far a text agrees with a key.
  struct Cost {
    private var times = 0
    private var reach = 0

    init() {}

    init(of alike: [Range<Int>]) {
      times = 2 * (Int.bitWidth - alike.count.leadingZeroBitCount + alike.count)
      reach = alike.reduce(0) { max($0, $1.count) }
    }

    func bytes(ofText count: Int) -> Int { times * min(reach, count) }
  }

  /// What a text may cost, in bytes compared: keys like `aaaa…b` would be compared at each place of a text of `a`s. A record may have a
  /// hundred thousand texts, so that a short one may not cost much either.
  struct Effort {
    private var left: Int
    /// What was walked furthest on, up to its word's end, and where the signs begin that end a sentence there.
    fileprivate var word = 0..<0
    fileprivate var signs = 0

    /// - Parameter isBounded: false for keys that nobody but the operator chooses.
    init(_ count: Int, isBounded: Bool) { left = isBounded ? min(1 << 14, 256 * count) + 32 * count : .max }

    var isSpent: Bool { left < 0 }
    mutating func spend(_ bytes: Int) { left -= bytes + 1 }
  }

  var isEmpty: Bool { forms.isEmpty }

  /// ``sort()`` has to follow.
  mutating func append(_ form: [UInt8], parts: SecretParts) {
    forms.append(Form(head: Self.head(of: form.span, at: 0), range: bytes.count..<bytes.count + form.count, parts: parts))
    bytes += form
  }

  /// Each stands once afterwards.
  mutating func sort() {
    guard !forms.isEmpty else { return }
    let bytes = bytes
    forms.sort { $0.head == $1.head ? Self.isBefore($0.range, $1.range, in: bytes.span) : $0.head < $1.head }
    var last = 0
    for number in forms.indices.dropFirst() {
      if forms[number].head == forms[last].head, !Self.isBefore(forms[last].range, forms[number].range, in: bytes.span) {
        forms[last].parts = max(forms[last].parts, forms[number].parts)
        continue
      }
      last += 1
      if last != number { forms[last] = forms[number] }
    }
    forms.removeLast(forms.count - last - 1)
    middles = forms.filter(\.hasMiddle).map { form in
      let place = Self.middle(of: form.range)
      return Middle(head: Self.head(of: bytes.span, at: place), place: place, range: form.range)
    }
    middles.sort { $0.head < $1.head }
    Self.setCosts(of: &forms)
    Self.setCosts(of: &middles)
  }

  /// Of those with the same eight bytes, which stand together, each costs the same.
  private static func setCosts(of parts: inout [some SoughtPart]) {
    var start = 0
    while start < parts.count {
      let head = parts[start].head
      let alike = start..<(parts[start...].firstIndex { $0.head != head } ?? parts.count)
      let cost = Cost(of: parts[alike].map(\.range))
      for number in alike { parts[number].cost = cost }
      start = alike.upperBound
    }
  }

  /// In order, of two that begin with the same eight bytes. Keys of one client may have much in common: by words.
  private static func isBefore(_ form: Range<Int>, _ other: Range<Int>, in bytes: borrowing Span<UInt8>) -> Bool {
    let most = min(form.count, other.count)
    let count = bytes.agreement(at: form.lowerBound, with: bytes, at: other.lowerBound, upTo: most)
    return count == most ? form.count < other.count : bytes[form.lowerBound + count] < bytes[other.lowerBound + count]
  }

  // MARK: Finding

  /// A beginning of this length at least, and of half of the secret, counts for the whole: a text may end within one, be it that a vendor
  /// breaks off. What keys of many begin with is shorter.
  static let fewest = 16

  /// How long the longest is that stands there; the text has eight bytes from there at least.
  func longest(in text: borrowing Span<UInt8>, at start: Int, _ effort: inout Effort) -> Int? {
    let head = Self.head(of: text, at: start)
    var range = start..<text.count
    let place = behind(text, range, head)
    guard let alike = [place, place - 1].first(where: { forms.indices.contains($0) && forms[$0].head == head }) else { return nil }
    effort.spend(forms[alike].cost.bytes(ofText: range.count))
    // What cannot be looked at is taken for a secret.
    if effort.isSpent { return range.count }
    let beginning = beginning(text, range, head, from: place, by: 1).joined(with: beginning(text, range, head, from: place - 1, by: -1))
    var longest = beginning.whole
    // What goes beyond the half that counts is the same for a right letter and a wrong one.
    if beginning.half > 0 { longest = max(longest, Self.wordEnd(text, start + beginning.half, &effort) - start) }
    var number = place - 1
    while number >= 0, forms[number].head == head {
      let count = agreement(number, text, range)
      if count == forms[number].range.count { longest = max(longest, count) }
      if count <= longest { break }
      // Whatever else stands here whole is a beginning of what these have in common.
      range = start..<start + count
      number = behind(text, range, head) - 1
    }
    return longest > 0 ? longest : nil
  }

  /// How much of a text a form takes that stands there whole, and how much the furthest half that counts for one.
  private struct Beginning {
    var whole = 0
    var half = 0

    func joined(with other: Beginning) -> Beginning { Beginning(whole: max(whole, other.whole), half: max(half, other.half)) }
  }

  /// What the beginnings of those that count take out, from a neighbour of the text on: those further off agree with it for no longer.
  private func beginning(_ text: borrowing Span<UInt8>, _ range: Range<Int>, _ head: UInt64, from first: Int, by step: Int) -> Beginning {
    var (number, found) = (first, Beginning())
    // All that begin alike for so long: which of them come first is for their letters to say.
    while forms.indices.contains(number), forms[number].head == head {
      let count = agreement(number, text, range)
      if count < Self.fewest { break }
      let whole = forms[number].range.count
      if count == whole {
        found.whole = max(found.whole, count)
      } else if 2 * count >= whole, forms[number].parts > .none {
        found.half = max(found.half, Self.fewest, (whole + 1) / 2)
      }
      number += step
    }
    return found
  }

  /// Where the word ends in which this place is, without a sign that ends a sentence. A text may lead into a long word from many places, and
  /// in between, by a shorter form, into one before it: the furthest is walked once, and what lies before it is no longer than a form.
  private static func wordEnd(_ text: borrowing Span<UInt8>, _ start: Int, _ effort: inout Effort) -> Int {
    if effort.word.lowerBound <= start, start <= effort.word.upperBound { return max(start, effort.signs) }
    let walked = effort.word
    let isBefore = start < walked.lowerBound
    var end = start
    while end < (isBefore ? walked.lowerBound : text.count), SecretParts.isOfWord(text[end]) { end += 1 }
    // What leads into the one that was walked is a part of it.
    let isPart = isBefore && end == walked.lowerBound
    if !isBefore || isPart { effort.word = start..<(isPart ? walked.upperBound : end) }
    if isPart { end = effort.signs }
    while end > start, SecretParts.endsSentence(text[end - 1]) { end -= 1 }
    if !isBefore || isPart { effort.signs = end }
    return end
  }

  /// The first that is behind this text in order.
  private func behind(_ text: borrowing Span<UInt8>, _ range: Range<Int>, _ head: UInt64) -> Int {
    var (low, high) = (0, forms.count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(middle, text, range, head) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func isBehind(_ number: Int, _ text: borrowing Span<UInt8>, _ range: Range<Int>, _ head: UInt64) -> Bool {
    guard forms[number].head == head else { return forms[number].head > head }
    let count = agreement(number, text, range)
    guard count < forms[number].range.count else { return false }
    return count == range.count || bytes[forms[number].range.lowerBound + count] > text[range.lowerBound + count]
  }

  /// Where the first eight are the same.
  private func agreement(_ number: Int, _ text: borrowing Span<UInt8>, _ range: Range<Int>) -> Int {
    let form = forms[number].range
    return text.agreement(at: range.lowerBound, with: bytes.span, at: form.lowerBound, upTo: min(form.count, range.count))
  }

  static func head(of text: borrowing Span<UInt8>, at start: Int) -> UInt64 {
    var head: UInt64 = 0
    for place in start..<start + SecretSearch.shortest { head = head << 8 | UInt64(text[place]) }
    return head
  }
}
