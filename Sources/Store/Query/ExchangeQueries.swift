// SPDX-License-Identifier: Apache-2.0

/// What can be asked of a store. Commands and the console know nothing else of it, so that another engine can take its
/// place. All of it throws ``StoreFailure``, ``QueryTimeout`` where the reader has a limit, or `CancellationError` when its task is
/// cancelled.
package protocol ExchangeQueries: Sendable {
  /// Exchanges that pass a filter, the newest first.
  ///
  /// - Parameters:
  ///   - before: the ``ExchangePage/next`` of the page before; nil for the first.
  ///   - limit: rows of a page, 1 to 1000.
  func list(_ filter: ExchangeFilter, before: ExchangeKey?, limit: Int) async throws -> ExchangePage

  /// What was recorded after a place in the order of recording, oldest first: an exchange is recorded when it ends, so one
  /// that began long ago can still come. For a live tail, ask again and again with the last ``FollowPage/cursor``.
  ///
  /// - Parameter cursor: nil for the place of now, with no exchanges.
  func follow(after cursor: Int64?, _ filter: ExchangeFilter, limit: Int) async throws -> FollowPage

  /// One exchange whole, by its id or the beginning of it.
  func exchange(id: String) async throws -> ExchangeLookup

  /// Sums, rates and percentiles of a time range, by vendor and over time.
  func overview(_ request: OverviewRequest) async throws -> Overview

  /// Names for a filter's choices, from the hourly sums.
  func names() async throws -> StoreNames
}

/// An exchange in a list.
package struct ExchangeSummary: Sendable, Equatable {
  package var key: ExchangeKey
  /// Its place in the order of recording.
  package var sequence: Int64
  /// Without what belongs to it: attempts, findings and so on are empty. Their numbers are below.
  package var exchange: StoredExchange
  package var attempts: Int
  package var edits: Int
  package var repairs: Int
  package var comparisons: Int
  /// Each code once, in order of appearance.
  package var findingCodes: [String]
}

package struct ExchangePage: Sendable, Equatable {
  package var exchanges: [ExchangeSummary]
  /// Where the next page goes on; nil at the end.
  package var next: ExchangeKey?
}

package struct FollowPage: Sendable, Equatable {
  package var exchanges: [ExchangeSummary]
  package var cursor: Int64
  /// Whether more is there already.
  package var hasMore: Bool
}

package enum ExchangeLookup: Sendable, Equatable {
  case found(StoredExchange)
  case none
  /// Ids that begin so, the newest first, at most ten.
  case several([String])
}

package struct StoreNames: Sendable, Equatable {
  package var vendors: [String]
  package var models: [String]
  package var findingCodes: [String]
}
