// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Upstream

/// `belay replay`, once its arguments are read.
package enum ReplayCommand {
  /// Returns the exit code: 0 when every request got an answer, 1 when one failed or a line was skipped, 2 when there was
  /// nothing to do or a file could not be read or written, 130 after Ctrl-C.
  /// - Parameters:
  ///   - vendors: one entry for each.
  ///   - source: the set, in place of their file.
  package static func run(
    _ vendors: [ReplayOptions], source: RequestSource? = nil, judge: Judge? = K2VVJudge().isValid, console: Console = .standard
  ) async -> Int32 {
    let surroundings = Surroundings(console: console)
    do throws(ReplayProblem) {
      for options in vendors { try options.check() }
      let engine = try makeEngine()
      defer { engine.shutdown() }
      let interrupt = Interrupt(surroundings.stop, console: console)
      defer { withExtendedLifetime(interrupt) {} }
      let run = ReplayRun(
        vendors, source: source, transport: Transport(engine, on: MultiThreadedEventLoopGroup.singleton), judge: judge,
        careful: CarefulJudge().isValid, inspector: Inspector(), surroundings: surroundings)
      let (parts, ending) = try await run.run()
      return report(parts, ending, console)
    } catch {
      console.err("belay: \(error.message)\n")
      return 2
    }
  }

  private static func makeEngine() throws(ReplayProblem) -> UpstreamEngine {
    do throws(UpstreamError) {
      return try UpstreamEngine()
    } catch {
      throw ReplayProblem("cannot start the HTTP client: \(error.message)")
    }
  }

  private static func report(_ parts: [ReplayRun.Part], _ ending: ReplayRun.Ending, _ console: Console) -> Int32 {
    for part in parts {
      for (pass, summary) in zip(1..., part.summaries) {
        let files = part.options.files(pass: pass)
        let name = part.options.name.map { "\($0): " } ?? ""
        let number = part.summaries.count > 1 ? ", \(pass) of \(part.summaries.count)" : ""
        console.out("\(name)\(summary.model) at \(part.options.baseURL)\(number)\n\(summary.table)")
        console.out("results in \(files.output), summary in \(files.summary)\n")
      }
    }
    if ending == .interrupted { return 130 }
    let summaries = parts.flatMap(\.summaries)
    if summaries.allSatisfy({ $0.requests == 0 }) {
      console.err("belay: \(parts.first?.options.file ?? "the set") has no request to send\n")
      return 2
    }
    return summaries.allSatisfy { $0.failures == 0 && $0.badLines == 0 } ? 0 : 1
  }
}
