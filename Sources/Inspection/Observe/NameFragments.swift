// SPDX-License-Identifier: Apache-2.0

/// The pieces in which a call's name arrived, and the rule that makes one name of them.
///
/// Vendors repeat the whole name in every delta (R33), split it over deltas (R34), or send ever longer beginnings. The
/// two official harnesses disagree: K2VV takes the last piece, KVV joins them all. So the declared tools decide.
package struct NameFragments: Equatable, Sendable {
  package enum Assembly: UInt8, Sendable {
    /// One piece, or none.
    case whole
    /// The name is one of several pieces: a client that joins them gets it wrong.
    case repeated
    /// The name is all pieces joined: a client that takes one of them gets it wrong.
    case split
  }

  package struct Name: Equatable, Sendable {
    package var bytes: [UInt8] = []
    package var assembly = Assembly.whole
  }

  private var fragments = ByteStrings()

  package init() {}

  package var isEmpty: Bool { fragments.isEmpty }
  /// The piece that came last: the name by K2VV's rule.
  package var last: [UInt8]? { fragments.isEmpty ? nil : fragments[fragments.count - 1] }
  /// All pieces joined.
  package var joined: [UInt8] { fragments.bytes }

  mutating func append(_ fragment: borrowing Span<UInt8>) { fragments.append(fragment) }

  /// The candidate that is a declared tool; else the only declared tool that a candidate begins or ends; else what the
  /// pieces themselves suggest.
  package func name(among tools: ByteStrings) -> Name {
    guard fragments.count > 1 else { return Name(bytes: fragments.bytes) }
    let joined = Name(bytes: fragments.bytes, assembly: .split)
    let last = Name(bytes: fragments[fragments.count - 1], assembly: .repeated)
    let longest = Name(bytes: longestFragment, assembly: .repeated)
    let candidates = growsOrRepeats ? [last, joined] : [joined, last, longest]
    for candidate in candidates where tools.contains(candidate.bytes.span) { return candidate }
    for candidate in candidates {
      guard let tool = tools.onlyString(beginningOrEndingWith: candidate.bytes.span) else { continue }
      return Name(bytes: tools[tool], assembly: candidate.assembly)
    }
    return candidates[0]
  }

  private var longestFragment: [UInt8] {
    var longest = fragments.range(0)
    for index in 1..<fragments.count where fragments.range(index).count > longest.count {
      longest = fragments.range(index)
    }
    return Array(fragments.bytes[longest])
  }

  /// Whether every piece begins with the one before: the same name again and again, or ever more of it.
  private var growsOrRepeats: Bool {
    let span = fragments.bytes.span
    for index in 1..<fragments.count {
      let piece = span.extracting(fragments.range(index))
      if !piece.hasPrefix(span.extracting(fragments.range(index &- 1))) { return false }
    }
    return true
  }
}
