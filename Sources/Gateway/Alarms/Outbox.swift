// SPDX-License-Identifier: Apache-2.0
import Fidelity
package import JSON

/// What is still to be sent to one webhook, in order: a notice goes only when those before it have gone, so that nobody hears
/// of an end before the beginning. A pure state machine; times are milliseconds since the epoch.
///
/// ```
/// offer ─> waiting ─ due ─> sending ─ delivered ─> gone
///             ^                 └─ failed ─┬─ try again: after 2 s, 4 s … 10 min
///             └────────────────────────────┴─ refused, or 20 times in vain: given up, counted
/// ```
package struct Outbox: Sendable, Equatable {
  package struct Parcel: Sendable, Equatable {
    package var notice: AlarmNotice
    /// Attempts that failed.
    package var failures = 0
    package var dueAt: Int64

    package init(notice: AlarmNotice, failures: Int = 0, dueAt: Int64) {
      (self.notice, self.failures, self.dueAt) = (notice, failures, dueAt)
    }
  }

  /// What came of an attempt.
  package enum Outcome: Sendable, Equatable {
    case delivered
    /// Another attempt may help; the receiver may ask to wait.
    case failed(retryAfter: Int64?)
    /// It never will.
    case refused
  }

  package private(set) var parcels: [Parcel] = []
  package private(set) var delivered = 0
  /// Given up.
  package private(set) var lost = 0

  /// More than alarms make in a bad night; beyond, the oldest go.
  private static let capacity = 100
  private static let attempts = 20
  private static let longestWait: Int64 = 600_000

  package init() {}

  package mutating func offer(_ notice: AlarmNotice, at now: Int64) {
    parcels.append(Parcel(notice: notice, dueAt: now))
    if parcels.count > Self.capacity {
      parcels.removeFirst()
      lost += 1
    }
  }

  /// What is to be sent now, if anything. It stays until ``finish(_:at:)``.
  package func due(at now: Int64) -> AlarmNotice? {
    guard let first = parcels.first, first.dueAt <= now else { return nil }
    return first.notice
  }

  /// The attempt with `notice` has ended.
  package mutating func finish(_ notice: AlarmNotice, _ outcome: Outcome, at now: Int64) {
    // It may have been pushed out meanwhile.
    guard let first = parcels.first, first.notice == notice else { return }
    switch outcome {
    case .delivered:
      parcels.removeFirst()
      delivered += 1
    case .failed(let retryAfter) where first.failures + 1 < Self.attempts:
      parcels[0].failures += 1
      let backoff = min(Int64(1000) << min(parcels[0].failures, 12), Self.longestWait)
      parcels[0].dueAt = now + max(backoff, min(retryAfter ?? 0, 6 * Self.longestWait))
    case .failed, .refused:
      parcels.removeFirst()
      lost += 1
    }
  }
}

extension Outbox {
  package var json: JSONValue {
    .array(
      parcels.map {
        ["state": JSONValue($0.notice.state.rawValue), "alarm": $0.notice.alarm.json, "failures": JSONValue($0.failures)]
      })
  }

  /// What waits is due at once after a restart.
  package init(json: JSONValue, at now: Int64) {
    for item in (json.array ?? []).suffix(Self.capacity) {
      guard let state = item["state"]?.string.flatMap(AlarmNotice.State.init), let alarm = item["alarm"].flatMap({ Alarm(json: $0) })
      else { continue }
      parcels.append(
        Parcel(notice: AlarmNotice(state, alarm), failures: min(max(0, item["failures"]?.int ?? 0), Self.attempts - 1), dueAt: now))
    }
  }
}
