// SPDX-License-Identifier: Apache-2.0

/// Where a body is cut into chunks, so that bodies which share a part share its chunks.
///
/// A chat request repeats its predecessor's messages: with their boundaries known, chunks are whole messages, gathered from
/// the first on until they are worth a row. Where a chunk ends depends only on what comes before it, so a longer conversation
/// is cut in the same places. What follows the last message (tools, settings) starts a chunk of its own.
///
/// Other bodies, and messages too long for one chunk, are cut by their content: where a rolling hash of the last 64 bytes
/// has its low bits zero (Gear, as in FastCDC, Xia et al. 2016), so that an insertion moves no later cut. A cut then
/// moves on to the next byte that cannot be inside a word, for the sake of the word index.
///
/// What shares with nothing (an answer, header fields) is only cut where it would be too long.
package enum BodyCut {
  /// Where messages begin, and where the last one has ended; none: the content alone decides.
  case shared(boundaries: [Int])
  case alone

  /// Smaller chunks share more and compress worse; measured on agent conversations, see the tests.
  static let smallest = 1024
  package static let largest = 64 << 10
  /// Zero low bits of the hash at a cut: 4 KiB on average beyond `smallest`.
  private static let mask: UInt64 = (1 << 12 - 1) << 40
  private static let wordAllowance = 64

  /// The ends of the chunks, ascending; the last is `bytes.count`. Empty for an empty body.
  package func ends(of bytes: borrowing Span<UInt8>) -> [Int] {
    guard bytes.count > 0 else { return [] }
    switch self {
    case .alone where bytes.count <= Self.largest: return [bytes.count]
    case .alone: return Self.longEnds(bytes)
    case .shared(let boundaries): return Self.ends(of: bytes, boundaries)
    }
  }

  private static func longEnds(_ bytes: borrowing Span<UInt8>) -> [Int] {
    var ends: [Int] = []
    while bytes.count - (ends.last ?? 0) > largest { ends.append(wordEnd(bytes, from: (ends.last ?? 0) + largest - wordAllowance)) }
    return ends + [bytes.count]
  }

  private static func ends(of bytes: borrowing Span<UInt8>, _ boundaries: [Int]) -> [Int] {
    var ends: [Int] = []
    var start = 0
    let known = boundaries.filter { $0 > 0 && $0 < bytes.count }
    for (position, boundary) in known.enumerated() where boundary > start {
      guard boundary - start >= smallest || position == known.count - 1 else { continue }
      cutByContent(bytes, start..<boundary, target: largest, into: &ends)
      start = boundary
    }
    cutByContent(bytes, start..<bytes.count, target: known.isEmpty ? 0 : largest, into: &ends)
    return ends
  }

  /// Appends the ends of the chunks of `range`, its own end included. Nothing of up to `target` bytes is cut.
  private static func cutByContent(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>, target: Int, into ends: inout [Int]) {
    var start = range.lowerBound
    while range.upperBound - start > max(target, 2 * smallest) {
      let cut = nextCut(bytes, start..<range.upperBound)
      ends.append(cut)
      start = cut
      if cut == range.upperBound { return }
    }
    if start < range.upperBound { ends.append(range.upperBound) }
  }

  private static func nextCut(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Int {
    let limit = min(range.upperBound, range.lowerBound + largest - wordAllowance)
    var hash: UInt64 = 0
    var offset = range.lowerBound + smallest - 64
    while offset < limit {
      hash = (hash << 1) &+ gear[Int(bytes[offset])]
      offset += 1
      if hash & mask == 0, offset >= range.lowerBound + smallest { break }
    }
    return wordEnd(bytes.extracting(..<range.upperBound), from: offset)
  }

  /// The next byte that cannot be inside a word; `offset` itself where there is none nearby.
  private static func wordEnd(_ bytes: borrowing Span<UInt8>, from offset: Int) -> Int {
    let end = min(bytes.count, offset + wordAllowance)
    var cut = offset
    while cut < end, isInsideWord(bytes[cut]) { cut += 1 }
    return cut < end || end == bytes.count ? cut : offset
  }

  private static func isInsideWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte >= 0x30 && byte <= 0x39 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
  }

  /// One random number for each byte value (SplitMix64 from zero): part of the format, in that other numbers share nothing.
  private static let gear: InlineArray<256, UInt64> = {
    var table = InlineArray<256, UInt64>(repeating: 0)
    var state: UInt64 = 0
    for index in table.indices {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
      table[index] = value ^ value >> 31
    }
    return table
  }()
}
