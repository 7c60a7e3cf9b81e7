// SPDX-License-Identifier: Apache-2.0

/// Numbers of lines, in any order of coming, as few words as they can be said in: `3, 7-12, 40`.
struct LineNumbers: Sendable {
  private var ranges: [ClosedRange<Int>] = []
  private(set) var count = 0

  /// More ranges than this are not told one by one.
  private static let told = 40

  mutating func add(_ number: Int) {
    count += 1
    // They come nearly in order, as requests in flight overtake one another.
    let place = ranges.lastIndex { $0.lowerBound <= number }.map { $0 + 1 } ?? 0
    let (joinsBefore, joinsAfter) = (place > 0 && ranges[place - 1].upperBound >= number - 1, place < ranges.count && ranges[place].lowerBound == number + 1)
    switch (joinsBefore, joinsAfter) {
    case (true, true):
      ranges[place - 1] = ranges[place - 1].lowerBound...ranges[place].upperBound
      ranges.remove(at: place)
    case (true, false): ranges[place - 1] = ranges[place - 1].lowerBound...max(number, ranges[place - 1].upperBound)
    case (false, true): ranges[place] = number...ranges[place].upperBound
    case (false, false): ranges.insert(number...number, at: place)
    }
  }

  var words: String {
    let told = ranges.prefix(Self.told).map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ", ")
    guard ranges.count > Self.told, let last = ranges.last else { return told }
    return "\(told) and others up to \(last.upperBound)"
  }
}
