// SPDX-License-Identifier: Apache-2.0

/// A replay: one set against one vendor or several, side by side.
package struct ReplayRun: Sendable {
  private let vendors: [ReplayOptions]
  private let source: RequestSource?
  private let transport: Transport
  private let judge: Judge?
  private let careful: Judge?
  private let inspector: Inspector?
  private let surroundings: Surroundings

  /// - Parameters:
  ///   - vendors: one entry for each.
  ///   - source: the set, in place of the file of the first vendor.
  ///   - judge: K2VV's verdict on calls; without one `tool_calls_valid` is null.
  ///   - careful: a second verdict, written down where it differs.
  ///   - inspector: what else is wrong with an answer, written down too.
  package init(
    _ vendors: [ReplayOptions], source: RequestSource? = nil, transport: Transport, judge: Judge? = nil, careful: Judge? = nil, inspector: Inspector? = nil,
    surroundings: Surroundings
  ) {
    self.vendors = vendors
    self.source = source
    self.transport = transport
    self.judge = judge
    self.careful = careful
    self.inspector = inspector
    self.surroundings = surroundings
  }

  package enum Ending: Sendable, Equatable {
    case complete
    /// Somebody stopped it. The files are complete as far as it came.
    case interrupted
  }

  /// What one vendor's part came to: a summary for each pass through the set.
  package struct Part: Sendable {
    package let options: ReplayOptions
    package let summaries: [Summary]
  }

  /// Throws for a set that cannot be read, and for files that cannot be written; the other vendors then finish what is in
  /// flight.
  package func run() async throws(ReplayProblem) -> (parts: [Part], ending: Ending) {
    guard let first = vendors.first else { throw ReplayProblem("there is no vendor to ask: give --base-url, or --vendor") }
    for options in vendors { try options.check() }
    try RunFiles.check(vendors)
    let source = if let source { source } else { try RequestSource(path: first.file) }
    let lines = try source.count()
    let passes = vendors.reduce(0) { $0 + $1.repeats }
    if lines == nil, passes > 1, first.file != "/dev/null" {
      throw ReplayProblem("\(first.file) can be read only once: write it to a file to replay it \(passes) times")
    }
    let reference = try first.reference.map { path throws(ReplayProblem) in try Reference(path: path) } ?? Reference()
    let progress = Progress(total: lines.map { $0 * passes }, console: surroundings.console, now: surroundings.now)
    defer { progress.finish() }

    let results = await withTaskGroup(of: VendorEnd.self) { group in
      for (place, options) in vendors.enumerated() {
        let run = VendorRun(
          options: options, source: source, transport: transport, judge: judge, careful: careful, inspector: inspector,
          reference: reference, surroundings: surroundings, progress: progress)
        group.addTask {
          do throws(ReplayProblem) {
            return VendorEnd(place: place, result: .success(try await run.run()))
          } catch {
            return VendorEnd(place: place, result: .failure(error))
          }
        }
      }
      var results: [Int: Result<[Summary], ReplayProblem>] = [:]
      for await end in group {
        results[end.place] = end.result
        if case .failure = end.result { surroundings.stop.raise() }
      }
      return results
    }
    var parts: [Part] = []
    for (place, options) in vendors.enumerated() {
      switch results[place] {
      case .success(let summaries): parts.append(Part(options: options, summaries: summaries))
      case .failure(let problem): throw problem
      case nil: parts.append(Part(options: options, summaries: []))
      }
    }
    return (parts, surroundings.stop.level == .none ? .complete : .interrupted)
  }

  /// How a vendor's run ended. A struct, since a release build of Swift 6.3.1 mixes up the parts of a tuple here.
  private struct VendorEnd: Sendable {
    let place: Int
    let result: Result<[Summary], ReplayProblem>
  }
}
