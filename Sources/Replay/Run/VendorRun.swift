// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One vendor's part of a run: reads a line, sends it, writes its row; so many at a time, and as many lines in memory. A set that
/// is repeated is read again, into files of its own.
struct VendorRun: Sendable {
  let options: ReplayOptions
  let source: RequestSource
  let transport: Transport
  let judge: Judge?
  let careful: Judge?
  let inspector: Inspector?
  let reference: Reference
  let surroundings: Surroundings
  let progress: Progress

  private enum Event: Sendable {
    case outcome(RequestTask.Outcome, pass: Int)
    case abort
    case tick
  }

  /// One pass through the set.
  private struct Pass {
    let index: ResultIndex?
    let files: (output: String, summary: String)
    var results: ResultFile
    var summary: Summary
  }

  /// Throws for a set that cannot be read, and for files that cannot be written.
  func run() async throws(ReplayProblem) -> [Summary] {
    let start = surroundings.now()
    var passes: [Pass] = []
    for number in 1...options.repeats { passes.append(try begin(number)) }
    try await sendAll(&passes)
    var summaries: [Summary] = []
    for var pass in passes {
      pass.summary.finish(at: surroundings.timestamp(), after: start.duration(to: surroundings.now()))
      try await pass.results.sort()
      if pass.index != nil { try pass.summary.recount(pass.files.output) }
      try pass.summary.write(to: pass.files.summary)
      summaries.append(pass.summary)
    }
    return summaries
  }

  private func begin(_ number: Int) throws(ReplayProblem) -> Pass {
    let files = options.files(pass: number)
    let isContinued = options.isIncremental && FileManager.default.fileExists(atPath: files.output)
    let index = isContinued ? try ResultIndex(path: files.output) : nil
    if let index { progress.continuing(files.output, index) }
    let summary = Summary(
      model: options.preparation.model, isJudged: judge != nil, startedAt: surroundings.timestamp())
    let results = try ResultFile(path: files.output, continuing: index)
    try summary.write(to: files.summary)
    return Pass(index: index, files: files, results: results, summary: summary)
  }

  private func sendAll(_ passes: inout [Pass]) async throws(ReplayProblem) {
    let pacer = Pacer(Pace(concurrency: options.concurrency, rate: options.rate), surroundings)
    let client = VendorClient(options, transport: transport, inspector: inspector)
    let tasks = passes.map { pass in
      RequestTask(
        preparation: options.preparation, client: client, retries: options.retries, extraBody: options.extraBody, judge: judge,
        careful: careful, surroundings: surroundings, progress: progress, pacer: pacer, answered: pass.index ?? ResultIndex())
    }
    let stop = surroundings.stop
    var lines = Lines(source: source, passes: passes.count)
    var inFlight = 0
    let problem = await withTaskGroup(of: Event.self) { group -> ReplayProblem? in
      defer { group.cancelAll() }
      group.addTask {
        await stop.wait(for: .abort)
        return .abort
      }
      if surroundings.console.isTerminal { group.addTask { await tick() } }
      do throws(ReplayProblem) {
        while true {
          while inFlight < options.concurrency, stop.level == .none, let (line, pass) = try await lines.next() {
            inFlight += 1
            let task = tasks[pass]
            group.addTask { .outcome(await task.run(line), pass: pass) }
          }
          guard inFlight > 0, let event = await group.next() else { return nil }
          switch event {
          case .abort:
            group.cancelAll()
          case .tick:
            progress.redraw()
            if stop.level < .abort { group.addTask { await tick() } }
          case .outcome(let outcome, let pass):
            inFlight -= 1
            try take(outcome, &passes[pass], limit: pacer.limit)
          }
        }
      } catch {
        return error
      }
    }
    if let problem { throw problem }
  }

  private func take(_ outcome: RequestTask.Outcome, _ pass: inout Pass, limit: Int) throws(ReplayProblem) {
    switch outcome {
    case .row(let row, let official):
      try pass.results.append(row)
      pass.summary.add(row.facts)
      progress.done(row, of: options.name, limit: limit < options.concurrency ? limit : nil)
      if let cell = reference.cell(row.facts, official: official) { progress.compared(cell, of: options.name) }
    case .badLine(let line):
      pass.summary.addBadLine()
      progress.skipped(line)
    case .leftOut(let line):
      pass.summary.addLeftOut()
      progress.leftOut(line)
    case .answered:
      progress.answered()
    case .abandoned:
      break
    }
  }

  /// Keeps the bar alive while a vendor thinks.
  private func tick() async -> Event {
    try? await surroundings.sleep(.seconds(1))
    return .tick
  }
}

/// The lines of a set, as often as it is passed through.
private struct Lines {
  let source: RequestSource
  let passes: Int
  private var pass = 0
  private var read: RequestSource.Lines?

  init(source: RequestSource, passes: Int) { (self.source, self.passes) = (source, passes) }

  /// The next line and the pass it belongs to, from 0.
  mutating func next() async throws(ReplayProblem) -> (Line, pass: Int)? {
    while pass < passes {
      if read == nil { read = try source.lines() }
      if let read, let line = try await read() { return (line, pass) }
      read = nil
      pass += 1
    }
    return nil
  }
}
