// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import Synchronization

/// Shows how a run goes on standard error: a bar on a terminal, drawn at most ten times a second; elsewhere a line for
/// each tenth of the set. What goes wrong is said once for each kind of failure, and counted from then on.
package final class Progress: Sendable {
  private struct State {
    var line: ProgressLine
    var drawnAt: ContinuousClock.Instant?
    var linesWritten = 0
    var saidFailures: Set<String> = []
  }

  private let console: Console
  private let now: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  /// What is written is written under the lock too, as it must come in order; no lock is taken within.
  private let state: Mutex<State>

  private static let interval = Duration.milliseconds(100)
  private static let clearLine = "\r\u{1B}[K"
  /// Lines between two reports when the size of the set is not known.
  private static let unknownStep = 1000

  package init(total: Int?, console: Console, now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.console = console
    self.now = now
    start = now()
    state = Mutex(State(line: ProgressLine(total: total)))
  }

  /// - Parameters:
  ///   - vendor: its name, when there are several.
  ///   - limit: how many requests may be in flight, when 429 has lowered that.
  package func done(_ row: ResultRow, of vendor: String? = nil, limit: Int? = nil) {
    state.withLock { state in
      state.line.done += 1
      state.line.limits[vendor ?? ""] = limit
      if let failure = row.failure {
        state.line.failed += 1
        sayOnce(failure, "\(vendor.map { $0 + ": " } ?? "")request \(row.facts.dataIndex) failed", &state)
      }
      draw(&state)
    }
  }

  /// A row was held against the reference.
  package func compared(_ cell: Cell, of vendor: String? = nil) {
    state.withLock { $0.line.scores[vendor ?? "", default: Confusion()].add(cell) }
  }

  package func retrying(_ failure: Failure) {
    state.withLock { state in
      state.line.retries += 1
      sayOnce(failure, "trying again", &state)
      draw(&state)
    }
  }

  package func skipped(_ line: BadLine) {
    state.withLock { state in
      state.line.done += 1
      say("line \(line.number) skipped: \(line.reason)", &state)
      draw(&state)
    }
  }

  package func leftOut(_ line: BadLine) {
    state.withLock { state in
      state.line.done += 1
      say("line \(line.number) left out: \(line.reason)", &state)
      draw(&state)
    }
  }

  /// A request of a run before needs no answer.
  package func answered() {
    state.withLock { state in
      state.line.answered += 1
      draw(&state)
    }
  }

  func continuing(_ path: String, _ index: ResultIndex) {
    state.withLock { state in
      for line in index.badLines { say("\(path): line \(line.number) is \(line.reason) and is dropped", &state) }
      say("going on with \(path), which has \(index.answeredCount) answers", &state)
    }
  }

  package func redraw() {
    state.withLock { state in draw(&state) }
  }

  /// Takes the bar away.
  package func finish() {
    state.withLock { state in
      if console.isTerminal, state.drawnAt != nil { console.err(Self.clearLine) }
      state.drawnAt = nil
    }
  }

  private func sayOnce(_ failure: Failure, _ event: String, _ state: inout State) {
    guard state.saidFailures.insert(failure.type).inserted else { return }
    say("\(event): \(failure.type): \(failure.message.prefix(400)) (said once, counted from now on)", &state)
  }

  private func say(_ message: String, _ state: inout State) {
    let message = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    console.err((console.isTerminal ? Self.clearLine : "") + "belay: " + message + "\n")
    state.drawnAt = nil
  }

  private func draw(_ state: inout State) {
    let now = now()
    let elapsed = start.duration(to: now)
    if console.isTerminal {
      if let drawnAt = state.drawnAt, drawnAt.duration(to: now) < Self.interval { return }
      state.drawnAt = now
      console.err(Self.clearLine + state.line.bar(after: elapsed))
    } else {
      let due = state.line.total.map { $0 > 0 ? 10 * (state.line.done + state.line.answered) / $0 : 0 } ?? state.line.done / Self.unknownStep
      guard due > state.linesWritten else { return }
      state.linesWritten = due
      console.err("belay: \(state.line.words(after: elapsed))\n")
    }
  }
}
