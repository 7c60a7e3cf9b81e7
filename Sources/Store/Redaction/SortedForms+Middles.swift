// SPDX-License-Identifier: Apache-2.0

/// What is left of a secret where a text begins within it: tools keep the end of what is long. Its last three quarters count, which have the
/// eight bytes in its middle: they are looked for as its first eight are. No more is taken out, and nothing counts that ends within it too: else who
/// knows so much of a key would learn the rest letter by letter, by texts that begin ever further before or within it.
extension SortedForms {
  struct Middle: SoughtPart {
    let head: UInt64
    /// Where among all bytes it begins.
    let place: Int
    let range: Range<Int>
    var cost = Cost()
  }

  static func middle(of range: Range<Int>) -> Int { range.lowerBound + (range.count - SecretSearch.shortest) / 2 }

  /// How much of a form counts for it, at its end.
  private static func least(of range: Range<Int>) -> Int { max(fewest, (3 * range.count + 3) / 4) }

  /// The end of one whose middle stands at this place; the text has eight bytes from there at least.
  func part(in text: borrowing Span<UInt8>, at start: Int, _ effort: inout Effort) -> Range<Int>? {
    if middles.isEmpty { return nil }
    let head = Self.head(of: text, at: start)
    let first = firstMiddle(head)
    guard first < middles.count, middles[first].head == head else { return nil }
    effort.spend(middles[first].cost.bytes(ofText: text.count))
    if effort.isSpent { return start..<text.count }
    var found: Range<Int>?
    var number = first
    while number < middles.count, middles[number].head == head {
      if let end = end(of: middles[number], in: text, at: start) {
        found = min(found?.lowerBound ?? end.lowerBound, end.lowerBound)..<max(found?.upperBound ?? 0, end.upperBound)
      }
      number += 1
    }
    return found
  }

  private func firstMiddle(_ head: UInt64) -> Int {
    var (low, high) = (0, middles.count)
    while low < high {
      let middle = (low + high) / 2
      if middles[middle].head < head { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func end(of middle: Middle, in text: borrowing Span<UInt8>, at start: Int) -> Range<Int>? {
    let count = Self.least(of: middle.range)
    let lower = start - (count - (middle.range.upperBound - middle.place))
    guard lower >= 0, lower + count <= text.count,
      text.agreement(at: lower, with: bytes.span, at: middle.range.upperBound - count, upTo: count) == count
    else { return nil }
    return lower..<lower + count
  }
}
