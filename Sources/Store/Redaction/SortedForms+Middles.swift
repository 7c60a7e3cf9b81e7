// SPDX-License-Identifier: Apache-2.0

/// What is left of a secret where a text begins within it: tools keep the end of what is long. Whatever has three quarters of one in a row has
/// the eight bytes in its middle: they are looked for as its first eight are. If less counted, who knows so much of a key would learn the rest
/// letter by letter, by texts that begin ever further within it.
extension SortedForms {
  struct Middle: SoughtPart {
    let head: UInt64
    /// Where among all bytes it begins.
    let place: Int
    let range: Range<Int>
    var cost = Cost()
  }

  static func middle(of range: Range<Int>) -> Int { range.lowerBound + (range.count - SecretSearch.shortest) / 2 }

  /// How much of a form counts for it.
  private static func least(of range: Range<Int>) -> Int { max(fewest, (3 * range.count + 3) / 4) }

  /// The most that is there of one whose middle stands at this place; the text has eight bytes from there at least.
  func part(in text: borrowing Span<UInt8>, at start: Int, _ effort: inout Effort) -> Range<Int>? {
    if middles.isEmpty { return nil }
    let head = Self.head(of: text, at: start)
    let first = firstMiddle(head)
    guard first < middles.count, middles[first].head == head else { return nil }
    effort.spend(middles[first].cost.bytes(ofText: text.count))
    if effort.isSpent { return start..<text.count }
    var (lower, counted, upper) = (start, 0, 0)
    var number = first
    while number < middles.count, middles[number].head == head {
      let middle = middles[number]
      number += 1
      var around = around(middle, in: text, at: start)
      // The blank between a scheme and its key is any blank.
      while around.lowerBound < start, text[around.lowerBound] == 0x20 { around = around.lowerBound + 1..<around.upperBound }
      let least = Self.least(of: middle.range)
      guard around.count >= least else { continue }
      lower = min(lower, around.lowerBound)
      if around.upperBound - start == middle.range.upperBound - middle.place {
        upper = max(upper, around.upperBound)
      } else {
        counted = max(counted, around.lowerBound + least)
      }
    }
    // Of one that does not stand there to its end, what goes beyond what counts is the same for a right letter and a wrong one.
    if counted > 0 { upper = max(upper, Self.wordEnd(text, counted, &effort)) }
    return upper > 0 ? lower..<upper : nil
  }

  private func firstMiddle(_ head: UInt64) -> Int {
    var (low, high) = (0, middles.count)
    while low < high {
      let middle = (low + high) / 2
      if middles[middle].head < head { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// How far the text is the same before the middle and behind it.
  private func around(_ middle: Middle, in text: borrowing Span<UInt8>, at start: Int) -> Range<Int> {
    let count = text.agreement(
      at: start, with: bytes.span, at: middle.place, upTo: min(middle.range.upperBound - middle.place, text.count - start))
    let most = min(middle.place - middle.range.lowerBound, start)
    var before = 0
    while before < most, text[start - before - 1] == bytes[middle.place - before - 1] { before += 1 }
    return start - before..<start + count
  }
}
