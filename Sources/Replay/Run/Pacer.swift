// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Holds requests back until the vendor's ``Pace`` lets them go; first come, first served.
final class Pacer: Sendable {
  private struct State {
    var pace: Pace
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextID = 0
    /// The lowest id that may still wait.
    var firstID = 0
  }

  private let state: Mutex<State>
  private let surroundings: Surroundings

  init(_ pace: Pace, _ surroundings: Surroundings) {
    state = Mutex(State(pace: pace))
    self.surroundings = surroundings
  }

  var limit: Int { state.withLock { $0.pace.limit } }

  /// Leave to send now; nil when the run is to end.
  func enter() async -> Pace.Permit? {
    while surroundings.stop.level == .none, !Task.isCancelled {
      guard let permit = state.withLock({ $0.pace.start(at: surroundings.now()) }) else {
        await waitForSlot()
        continue
      }
      while let delay = state.withLock({ $0.pace.wait(permit, at: surroundings.now()) }) {
        guard await surroundings.stop.sleep(delay, using: surroundings.sleep) else {
          leave(permit, .failed)
          return nil
        }
      }
      return permit
    }
    // Who stands behind must learn of it too.
    wake(all: true)
    return nil
  }

  func leave(_ permit: Pace.Permit, _ ending: Pace.Ending) {
    state.withLock { $0.pace.finish(permit, ending, at: surroundings.now()) }
    wake(all: false)
  }

  private func waitForSlot() async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          // A slot may have come free since it was asked for.
          var trial = state.pace
          if Task.isCancelled || trial.start(at: surroundings.now()) != nil { return true }
          state.waiters[id] = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Wakes the first who waits, or everybody.
  private func wake(all: Bool) {
    let due = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      if all {
        defer { state.waiters = [:] }
        return Array(state.waiters.values)
      }
      while state.firstID <= state.nextID, !state.waiters.isEmpty {
        defer { state.firstID += 1 }
        if let waiter = state.waiters.removeValue(forKey: state.firstID) { return [waiter] }
      }
      return []
    }
    for waiter in due { waiter.resume() }
  }
}
