// SPDX-License-Identifier: Apache-2.0

/// Which connection gives its place to a newcomer where none is left: one whose client is waited for. So nobody keeps others out
/// by holding on to connections, and none is closed as long as there is room (nginx does the same: `ngx_drain_connections`).
struct WaitingConnections {
  /// Who waits for less keeps its place: a request may be on its way. In nanoseconds.
  static let patience: UInt64 = 1_000_000_000
  /// The same for a request whose body is arriving, or an answer that is not taken.
  static let bodyPatience: UInt64 = 30_000_000_000

  /// Who goes first: of each, the one that waits longest.
  private enum Rank: Int {
    /// Has brought no request yet, or does so slowly.
    case unheard
    /// Was answered before.
    case answered
    /// Sends a body slowly, or does not read its answer.
    case slow
  }

  private struct Entry {
    let connection: ObjectIdentifier
    let rank: Rank
    let since: UInt64
  }

  /// Whoever is to go first stands last.
  private var entries: [Entry] = []
  private var listedAt: UInt64?

  /// The connection to close, if there is one. All are looked at once a second at most, however many newcomers there are.
  mutating func next(of connections: [ObjectIdentifier: ConnectionHandler], at now: UInt64) -> ConnectionHandler? {
    if entries.isEmpty, listedAt.map({ now - $0 >= Self.patience }) ?? true {
      listedAt = now
      entries = connections.compactMap { id, connection in
        guard let since = connection.waitsSince else { return nil }
        let rank: Rank =
          switch connection.phase {
          case .readingHead: .unheard
          case .idle: connection.isNew ? .unheard : .answered
          default: .slow
          }
        guard now - since >= (rank == .slow ? Self.bodyPatience : Self.patience) else { return nil }
        return Entry(connection: id, rank: rank, since: since)
      }
      entries.sort { ($0.rank.rawValue, $0.since) > ($1.rank.rawValue, $1.since) }
    }
    while let entry = entries.popLast() {
      // It may have gone on since it was listed.
      if let connection = connections[entry.connection], connection.waitsSince == entry.since { return connection }
    }
    return nil
  }
}
