// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Fidelity
import Inspection
package import Store
import Synchronization

/// Follows the stored comparisons and draws the consequences: what the console and `/metrics` show, who is told, which vendors
/// leave the rotation.
///
/// It reads in the order of writing from the first comparison on, also after a restart, so the state that it holds is a
/// function of the store; it lags what is written by one look.
package final class FidelityWatcher: Sendable {
  /// Comparisons written after a place, at most so many; none where there are no more.
  package typealias Rows = @Sendable (_ after: Int64, _ limit: Int) async throws -> [StoredComparison]

  private struct State {
    var watch: Watch
    var configuration: BelayConfiguration
    var place: Int64 = 0
    var isCaughtUp = false
    /// Counts reloads, so that what was read for an older configuration is not taken into a newer watch.
    var edition = 0
  }

  private static let page = 1000

  private let state: Mutex<State>
  private let rows: Rows
  private let rotation: Rotation
  private let desk: AlarmDesk
  /// Why a reference is left alone, by its name.
  private let pauses: @Sendable () -> [String: String]

  package init(
    _ configuration: BelayConfiguration, rotation: Rotation, desk: AlarmDesk,
    pauses: @escaping @Sendable () -> [String: String] = { [:] }, rows: @escaping Rows
  ) {
    state = Mutex(State(watch: Self.watch(configuration), configuration: configuration))
    self.rotation = rotation
    self.desk = desk
    self.pauses = pauses
    self.rows = rows
  }

  package var watch: Watch { state.withLock { $0.watch } }
  /// Whether everything that was stored at the start has been read: before, figures are of a part.
  package var isCaughtUp: Bool { state.withLock { $0.isCaughtUp } }

  /// Other gates and limits: everything is reckoned anew.
  package func reload(_ configuration: BelayConfiguration) {
    state.withLock { $0 = Self.anew($0, configuration) }
    desk.reload(configuration.alarms.webhooks)
  }

  /// Another store: what was read of the one before is no longer to be found.
  package func forget() { state.withLock { $0 = Self.anew($0, $0.configuration) } }

  private static func anew(_ state: State, _ configuration: BelayConfiguration) -> State {
    State(watch: watch(configuration), configuration: configuration, edition: state.edition + 1)
  }

  /// Takes in what was written since the last look, and draws the consequences. Calls are compared beside what others read, which is
  /// replaced page by page.
  ///
  /// - Parameter now: milliseconds since the epoch.
  /// - Throws: what the store throws, and `CancellationError` between comparisons; pages that were read stay taken in.
  package func look(at now: Int64) async throws {
    while true {
      let (known, place, edition) = state.withLock { ($0.watch, $0.place, $0.edition) }
      let found = try await rows(place, Self.page)
      let watch = try Self.adding(found, to: known)
      let isDone = state.withLock { state in
        guard state.edition == edition else { return false }
        state.watch = watch
        state.place = found.last?.id ?? state.place
        // Pages end before their limit where they are long.
        if found.isEmpty { state.isCaughtUp = true }
        return found.isEmpty
      }
      if isDone { break }
    }
    consequences(at: now)
  }

  private static func adding(_ rows: [StoredComparison], to known: Watch) throws -> Watch {
    var watch = known
    for row in rows {
      // Hostile ones cost something, and a stop waits for none of it.
      try Task.checkCancellation()
      watch.add(row.observation)
    }
    return watch
  }

  private func consequences(at now: Int64) {
    let pauses = pauses()
    let known: (alarms: [Alarm], shares: [Watch.Key: Double])? = state.withLock { state in
      // What is only half read says nothing of what is over.
      guard state.isCaughtUp else { return nil }
      for reference in Set(pauses.keys).union(state.watch.pausedReferences) {
        state.watch.setPaused(reference, reason: pauses[reference], at: now)
      }
      var shares: [Watch.Key: Double] = [:]
      if let routing = state.configuration.qualityRouting {
        for key in state.watch.below where routing.concerns(key.vendor) { shares[key] = routing.share }
      }
      return (state.watch.alarms, shares)
    }
    guard let known else { return }
    rotation.set(known.shares)
    desk.take(known.alarms, at: now)
  }

  private static func watch(_ configuration: BelayConfiguration) -> Watch {
    var settings = WatchSettings()
    settings.averageRunLength = Double(configuration.alarms.averageRunLength)
    settings.learning = configuration.alarms.learning
    settings.schemaAccuracy = configuration.alarms.schemaAccuracy
    let rules = configuration.rules
    return Watch(settings) { rules.traits(of: $0).gate }
  }
}
