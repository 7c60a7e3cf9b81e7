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

  /// All pieces joined, as long as they may be pieces of one name.
  package private(set) var joined: [UInt8] = []
  /// All of them are in `joined`. More of them are no name that anybody has declared; a vendor may send them without end.
  private(set) var areJoined = true
  private var count = 0
  /// How often that has changed which `name(among:)` goes by.
  private(set) var changes = 0
  /// Of several pieces the last, and the first of the longest.
  private var latest: [UInt8] = []
  private var longest: [UInt8] = []
  /// Every piece begins with the one before: the same name again and again, or ever more of it.
  private var growsOrRepeats = true
  /// Each piece begins as the longest does, but for its end (R35): they may be one name and beginnings of it, and not parts of another.
  private var areOfOne = true

  private static let joinedLimit = 1024

  package init() {}

  package var isEmpty: Bool { count == 0 }
  /// The piece that came last: the name by K2VV's rule.
  package var last: [UInt8]? { count == 0 ? nil : count == 1 ? joined : latest }

  mutating func append(_ fragment: borrowing Span<UInt8>) {
    count &+= 1
    guard count > 1 else {
      changes = 1
      return joined.append(fragment)
    }
    if count == 2 { (latest, longest) = (joined, joined) }
    let isSame = latest.isEqual(to: fragment)
    if areJoined || !isSame { changes &+= 1 }
    if growsOrRepeats, !fragment.hasPrefix(latest.span) { growsOrRepeats = false }
    if areOfOne, !Self.beginAlike(fragment, longest.span) { areOfOne = false }
    if !isSame { latest = [UInt8](copying: fragment) }
    if fragment.count > longest.count { longest = latest }
    areJoined = areJoined && joined.count &+ fragment.count <= Self.joinedLimit
    if areJoined { joined.append(fragment) }
  }

  /// About what it takes to ask for the name: tools that are looked at.
  func cost(among tools: ByteStrings) -> Int {
    let bytes = count > 1 ? longest.count : joined.count
    return 1 &+ bytes &>> 4 &+ (count > 1 && !tools.isBeyondGuessing ? tools.count : 0)
  }

  private static func beginAlike(_ one: borrowing Span<UInt8>, _ other: borrowing Span<UInt8>) -> Bool {
    let shorter = min(one.count, other.count)
    var same = 0
    while same < shorter, one[same] == other[same] { same &+= 1 }
    return 4 &* same >= 3 &* shorter
  }

  /// The candidate that is a declared tool; else the tool that a candidate means (``DeclaredName``); else what the pieces themselves
  /// suggest. A part of a name is none: `file_` and `delete` are `file_delete`, also behind `functions.`.
  package func name(among tools: ByteStrings, strangers: ByteStrings = ByteStrings()) -> Name {
    guard count > 1 else { return Name(bytes: joined) }
    let joined = areJoined ? [Name(bytes: joined, assembly: .split)] : []
    let single = areOfOne || !areJoined ? [latest, longest].map { Name(bytes: $0, assembly: .repeated) } : []
    let candidates = growsOrRepeats ? single + joined : joined + single
    for candidate in candidates where tools.contains(candidate.bytes.span) { return candidate }
    for candidate in candidates {
      guard let match = DeclaredName.match(candidate.bytes.span, among: tools, strangers: strangers) else { continue }
      return Name(bytes: tools[match.tool], assembly: candidate.assembly)
    }
    return candidates[0]
  }
}
