// SPDX-License-Identifier: Apache-2.0

/// Who has a place at the console, and who gives it up. Off loopback, strangers may connect, and must not keep out whoever asks for
/// `/health`. Times are nanoseconds of one clock; a connection is known by its number.
package struct ConsolePlaces: Sendable {
  private enum State {
    /// Its request, or TLS before it, is on its way; bytes that come do not begin this anew.
    case asking(since: UInt64)
    /// Between two requests.
    case resting(since: UInt64)
    /// Is answered, and takes what it is sent.
    case answered
    /// Has not taken what it was sent.
    case stalled(since: UInt64)
  }

  private struct Place {
    var state: State
    /// Pieces that were sent and not taken.
    var pieces = 0
  }

  /// From the connection, or the first byte of a later request, to the request's end.
  package static let asking: UInt64 = 5_000_000_000
  package static let resting: UInt64 = 120_000_000_000
  /// For one piece of an answer.
  package static let stalled: UInt64 = 30_000_000_000
  /// After so long one that stalls gives its place where there is no other.
  private static let patience: UInt64 = 5_000_000_000

  private let count: Int
  private var places: [Int: Place] = [:]
  private var last = 0

  package init(_ count: Int) { self.count = count }

  /// - Returns: the number of the newcomer, and of the one who gives it a place, where none was free: who has waited longest. nil
  ///   where everybody is being answered.
  package mutating func enter(at now: UInt64) -> (number: Int, instead: Int?)? {
    var instead: Int?
    if places.count >= count {
      guard let longest = longestWaiting(at: now) else { return nil }
      places[longest] = nil
      instead = longest
    }
    last += 1
    places[last] = Place(state: .asking(since: now))
    return (last, instead)
  }

  package mutating func leave(_ number: Int) { places[number] = nil }

  /// A byte of a request has come.
  package mutating func begin(_ number: Int, at now: UInt64) {
    if case .resting? = places[number]?.state { places[number]?.state = .asking(since: now) }
  }

  /// The request has come to its end.
  package mutating func ask(_ number: Int) { places[number]?.state = .answered }

  /// A piece of the answer is sent.
  package mutating func send(_ number: Int, at now: UInt64) {
    guard var place = places[number] else { return }
    place.pieces += 1
    if place.pieces == 1 { place.state = .stalled(since: now) }
    places[number] = place
  }

  /// A piece was taken.
  ///
  /// - Parameter isLast: it was the last of the answer.
  package mutating func take(_ number: Int, isLast: Bool, at now: UInt64) {
    guard var place = places[number] else { return }
    place.pieces -= 1
    place.state = place.pieces > 0 ? .stalled(since: now) : isLast ? .resting(since: now) : .answered
    places[number] = place
  }

  /// Those whose time is over.
  package mutating func takeLate(at now: UInt64) -> [Int] {
    let late = places.filter { _, place in
      switch place.state {
      case .asking(let since): now >= since + Self.asking
      case .resting(let since): now >= since + Self.resting
      case .stalled(let since): now >= since + Self.stalled
      case .answered: false
      }
    }.keys.sorted()
    for number in late { places[number] = nil }
    return late
  }

  private func longestWaiting(at now: UInt64) -> Int? {
    var waiting: (number: Int, since: UInt64)?
    var stalling: (number: Int, since: UInt64)?
    for (number, place) in places {
      switch place.state {
      case .asking(let since), .resting(let since):
        if (since, number) < (waiting?.since ?? .max, waiting?.number ?? .max) { waiting = (number, since) }
      case .stalled(let since):
        if now >= since + Self.patience, (since, number) < (stalling?.since ?? .max, stalling?.number ?? .max) { stalling = (number, since) }
      case .answered: break
      }
    }
    return (waiting ?? stalling)?.number
  }
}
