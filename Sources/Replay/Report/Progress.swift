// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import Synchronization

/// Shows how a run goes on standard error: a bar on a terminal, drawn at most ten times a second; elsewhere a line for
/// each tenth of the set, the last one always and others not within seconds. What goes wrong is said once for each kind of failure,
/// and counted from then on; of many bad lines the first ones are explained, and all are named.
package final class Progress: Sendable {
  private struct State {
    var line: ProgressLine
    var drawnAt: ContinuousClock.Instant?
    var linesWritten = 0
    var saidFailures: Set<String> = []
    /// Bad lines that were explained, and the numbers of the others.
    var explained = 0
    var unexplained = LineNumbers()
  }

  private let console: Console
  private let now: @Sendable () -> ContinuousClock.Instant
  private let start: ContinuousClock.Instant
  /// What is written is written under the lock too, as it must come in order; no lock is taken within.
  private let state: Mutex<State>

  private static let interval = Duration.milliseconds(100)
  /// Between two lines in a log.
  private static let quiet = Duration.seconds(5)
  private static let explainedLines = 20
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
        sayOnce(failure, "\(vendor.map { $0 + ": " } ?? "")request \(row.facts.dataIndex) failed", Self.hint(failure, vendor), &state)
      }
      draw(&state)
    }
  }

  private static func hint(_ failure: Failure, _ vendor: String?) -> String {
    guard failure.type == "AuthenticationError" else { return "" }
    return vendor == nil ? "; the key comes from --api-key or OPENAI_API_KEY" : "; its key comes from the variable of its name, or from belay.yaml"
  }

  /// A row was held against the reference.
  package func compared(_ cell: Cell, of vendor: String? = nil) {
    state.withLock { $0.line.scores[vendor ?? "", default: Confusion()].add(cell) }
  }

  package func retrying(_ failure: Failure) {
    state.withLock { state in
      state.line.retries += 1
      sayOnce(failure, "trying again", "", &state)
      draw(&state)
    }
  }

  package func skipped(_ line: BadLine) {
    state.withLock { state in
      state.line.done += 1
      if state.explained < Self.explainedLines {
        state.explained += 1
        say("line \(line.number) skipped: \(line.reason)", &state)
      } else {
        state.unexplained.add(line.number)
      }
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
      let others = state.unexplained
      if others.count > 0 { say("\(others.count) more lines skipped: \(others.words); is this JSON Lines?", &state) }
      state.unexplained = LineNumbers()
    }
  }

  private func sayOnce(_ failure: Failure, _ event: String, _ hint: String, _ state: inout State) {
    guard state.saidFailures.insert(failure.type).inserted else { return }
    say("\(event): \(failure.type): \(failure.message.prefix(400)) (said once, counted from now on\(hint))", &state)
  }

  private func say(_ message: String, _ state: inout State) {
    let message = message.split(whereSeparator: \.isNewline).joined(separator: " ").plain
    console.err((console.isTerminal ? Self.clearLine : "") + "belay: " + message + "\n")
    if console.isTerminal { state.drawnAt = nil }
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
      let isLast = state.line.total.map { state.line.done + state.line.answered >= $0 } ?? false
      if !isLast, (state.drawnAt ?? start).duration(to: now) < Self.quiet { return }
      state.linesWritten = due
      state.drawnAt = now
      console.err("belay: \(state.line.words(after: elapsed))\n")
    }
  }
}
