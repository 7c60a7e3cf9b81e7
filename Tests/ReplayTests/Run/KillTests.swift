// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Simulator
import Testing

/// The command itself, killed (SIGKILL) at random moments and continued.
@Suite struct KillTests {
  private static let kills = ProcessInfo.processInfo.environment["BELAY_LONG_TESTS"] == nil ? 3 : 10

  @Test("Killed at random moments and continued, it leaves what an uninterrupted run leaves", .enabled(if: Command.belay != nil, "needs belay beside the tests"))
  func kills() async throws {
    let seed = ProcessInfo.processInfo.environment["BELAY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...999_999)
    print("BELAY_SEED=\(seed)")
    var random = SplitMix64(seed: seed)
    var simulated = SimulatorOptions()
    simulated.pace = .milliseconds(2)
    let vendor = try await SimulatorServer.start(simulated, recordings: Recordings())
    try await withTemporaryFolder { folder in
      let set = folder.appendingPathComponent("set.jsonl")
      // So many for each kill that it comes long before they are answered.
      let count = 150 * Self.kills
      let lines = (0..<count).map { #"{"messages":[{"role":"user","content":"question \#($0)"}],"stream":\#($0 % 2 == 0)}"# }
      try Data(lines.joined(separator: "\n").utf8).write(to: set)
      func arguments(_ name: String) -> [String] {
        [
          "replay", set.path, "--base-url", vendor.baseURL, "--model", "kimi-k2", "--concurrency", "8", "--output",
          folder.appendingPathComponent(name + ".jsonl").path, "--summary", folder.appendingPathComponent(name + ".json").path,
        ]
      }
      let belay = try #require(Command.belay)
      try await Command.run(belay.path, arguments("whole"))
      var killed = 0
      for _ in 0..<10 * Self.kills where killed < Self.kills {
        let process = Process()
        process.executableURL = belay
        process.arguments = arguments("cut") + ["--incremental"]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        // The moment is what is tested.
        try await Task.sleep(for: .milliseconds(20 + Int(random.next() % 200)))
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        if process.terminationReason == .uncaughtSignal {
          killed += 1
        } else {
          // On a busy machine the moment came too late: from the beginning.
          try FileManager.default.removeItem(at: folder.appendingPathComponent("cut.jsonl"))
          killed = 0
        }
      }
      #expect(killed == Self.kills)
      try await Command.run(belay.path, arguments("cut") + ["--incremental"])
      func facts(_ name: String) throws -> [[JSONValue?]] {
        try jsonLines(folder.appendingPathComponent(name + ".jsonl")).map { row in
          ["data_index", "hash", "status", "finish_reason", "tool_calls_valid", "request"].map { row[$0] } + [row["response"]?["choices"]]
        }
      }
      let (whole, cut) = (try facts("whole"), try facts("cut"))
      #expect(whole.count == count)
      #expect(whole == cut)
      func counts(_ name: String) throws -> [JSONValue?] {
        let summary = try JSONValue(parsing: Array(Data(contentsOf: folder.appendingPathComponent(name + ".json"))))
        return ["success_count", "failure_count", "finish_stop", "finish_tool_calls", "successful_tool_call_count"].map { summary[$0] }
      }
      #expect(try counts("whole") == counts("cut"))
    }
    await vendor.stop()
  }
}
