// SPDX-License-Identifier: Apache-2.0

/// Which connection gives its place to a newcomer where none is left: one whose client is waited for. So nobody keeps others out
/// by holding on to connections, and none is closed as long as there is room (nginx does the same: `ngx_drain_connections`).
package struct WaitingConnections: Sendable {
  /// Who waits for less keeps its place: a request may be on its way. In nanoseconds.
  package static let patience: UInt64 = 1_000_000_000
  /// The same for a request whose body is arriving, or an answer that is not taken.
  package static let bodyPatience: UInt64 = 30_000_000_000

  /// Who goes first: of each, the one that waits longest.
  package enum Rank: Int, Sendable {
    /// Has brought no request yet, or does so slowly.
    case unheard
    /// Was answered before.
    case answered
    /// Sends a body slowly, or does not read its answer.
    case slow
  }

  /// How a connection's client is waited for, and since when, in nanoseconds of uptime.
  package struct Wait: Equatable, Sendable {
    package let rank: Rank
    package let since: UInt64

    package init(rank: Rank, since: UInt64) { (self.rank, self.since) = (rank, since) }

    func isLong(at now: UInt64) -> Bool { now - since >= (rank == .slow ? bodyPatience : patience) }
  }

  /// Whoever is to go first stands last.
  private var entries: [(connection: ObjectIdentifier, wait: Wait)] = []
  private var listedAt: UInt64?

  package init() {}

  /// Where nobody was found, nobody is before this time.
  package var looksAgainAt: UInt64 { listedAt.map { $0 + Self.patience } ?? 0 }

  /// The connection to close, if there is one. All are looked at once a second at most, however many newcomers there are.
  ///
  /// - Parameter wait: of a connection; nil where nobody waits for its client, or it is gone.
  package mutating func next(
    of connections: some Sequence<ObjectIdentifier>, at now: UInt64, wait: (ObjectIdentifier) -> Wait?
  ) -> ObjectIdentifier? {
    if let listedAt, now - listedAt < Self.patience { return take(wait) }
    listedAt = now
    entries = connections.compactMap { connection in
      guard let wait = wait(connection), wait.isLong(at: now) else { return nil }
      return (connection, wait)
    }
    entries.sort { ($0.wait.rank.rawValue, $0.wait.since) > ($1.wait.rank.rawValue, $1.wait.since) }
    return take(wait)
  }

  private mutating func take(_ wait: (ObjectIdentifier) -> Wait?) -> ObjectIdentifier? {
    while let entry = entries.popLast() {
      // It may have gone on since it was listed.
      if wait(entry.connection) == entry.wait { return entry.connection }
    }
    return nil
  }
}
