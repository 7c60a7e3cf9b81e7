// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Synchronization
import Testing

/// What a run left behind.
struct Replayed {
  let summary: Summary
  let ending: ReplayRun.Ending
  let rows: [JSONValue]
  let summaryFile: JSONValue
  let err: String
  /// How long it waited before each further attempt.
  let waits: [Duration]
}

/// What several tasks add to.
final class Collected<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  @Sendable func add(_ element: Element) { elements.withLock { $0.append(element) } }
  var all: [Element] { elements.withLock { $0 } }
}

/// A clock that only sleeping moves, or a test.
final class SleptClock: Sendable {
  private let instant = Mutex(ContinuousClock.now)
  @Sendable func now() -> ContinuousClock.Instant { instant.withLock { $0 } }
  func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
  @Sendable func sleep(_ duration: Duration) async throws {
    instant.withLock { $0 += duration }
    try Task.checkCancellation()
  }
}

typealias Log = Collected<String>

/// Replays `lines` without a network, a clock or a terminal.
func replay(
  _ lines: String, to vendor: ScriptedVendor, stop: StopSignal = StopSignal(),
  _ configure: (inout ReplayOptions) -> Void = { _ in }, judge: Judge? = nil
) async throws -> Replayed {
  try await withTemporaryFolder { folder in
    let file = folder.appendingPathComponent("set.jsonl")
    try Data(lines.utf8).write(to: file)
    var options = ReplayOptions(file: file.path, baseURL: "http://vendor.test/v1/", model: "kimi")
    options.output = folder.appendingPathComponent("results.jsonl").path
    options.summary = folder.appendingPathComponent("summary.json").path
    configure(&options)
    let err = Log()
    let waits = Collected<Duration>()
    var surroundings = Surroundings(console: Console(isTerminal: false, out: { _ in }, err: err.add))
    surroundings.stop = stop
    surroundings.timestamp = { "2026-01-02T03:04:05.000006" }
    surroundings.random = { 0 }
    let clock = SleptClock()
    surroundings.now = clock.now
    surroundings.sleep = { duration in
      waits.add(duration)
      try await clock.sleep(duration)
    }
    let run = ReplayRun([options], transport: vendor.transport, judge: judge, surroundings: surroundings)
    let (parts, ending) = try await run.run()
    return Replayed(
      summary: try #require(parts.first?.summaries.first), ending: ending, rows: try jsonLines(URL(fileURLWithPath: options.output)),
      summaryFile: try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: options.summary)))),
      err: err.all.joined(), waits: waits.all)
  }
}
