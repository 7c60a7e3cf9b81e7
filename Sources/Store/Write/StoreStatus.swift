// SPDX-License-Identifier: Apache-2.0

/// How the writer is doing, for a status page and a metric.
package struct StoreStatus: Sendable, Equatable {
  /// Why a record was not kept.
  package enum DropReason: Sendable, Hashable {
    /// More came than could be written.
    case queueFull
    /// The queue filled while the store could not be written.
    case failing(StoreFailure.Reason)
    /// The record itself cannot be stored: its id is no ULID, or it is larger than SQLite allows.
    case unusable
    /// Offered after the store was closed, or still waiting when its time to close was over.
    case closed

    /// For a metric's label.
    package var name: String {
      switch self {
      case .queueFull: "queue_full"
      case .failing(let reason): reason.rawValue
      case .unusable: "unusable"
      case .closed: "closed"
      }
    }
  }

  package init() {}

  /// What is wrong now; nil while the store can be written.
  package var failure: StoreFailure?
  /// When `failure` began, milliseconds since the epoch.
  package var failingSince: Int64?
  /// Where a damaged store was moved to, the last one.
  package var setAside: String?
  /// Exchanges.
  package var written = 0
  package var comparisons = 0
  /// Exchanges.
  package var dropped: [DropReason: Int] = [:]
  /// Comparisons, and notes of the shadow's queue, that were not kept.
  package var droppedOthers = 0
  /// Exchanges that were taken without their bodies, as too much was waiting.
  package var droppedBodies = 0
  /// When it was, as far as that is not in the store yet.
  package var dropNotes = DropNotes()
  package var queuedRecords = 0
  package var queuedBytes = 0
  /// How long the record that has waited longest has been waiting: what a kill could lose now.
  package var lagMilliseconds: Int64 = 0
  /// Exchanges that retention deleted.
  package var expired = 0
  /// Whether retention is in the middle of a run.
  package var isExpiring = false

  /// What of an earlier release's store is brought up to date since it was opened; nil where nothing is to be done.
  package var upgrade: Upgrade?

  package struct Upgrade: Sendable, Equatable {
    /// In the store at the start.
    package var exchanges: Int
    /// Those with several attempts that were read for it.
    package var retried = 0
    package var isDone = false

    package init(exchanges: Int, retried: Int = 0, isDone: Bool = false) {
      (self.exchanges, self.retried, self.isDone) = (exchanges, retried, isDone)
    }
  }

  package var droppedTotal: Int { dropped.values.reduce(0, +) }
}
