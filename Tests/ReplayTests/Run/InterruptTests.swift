// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Simulator
import Testing

/// The command itself, interrupted from the keyboard.
@Suite struct InterruptTests {
  @Test(
    "Ctrl-C finishes what is in flight, writes the summary and ends with 130; --incremental then asks for the rest only",
    .enabled(if: Command.belay != nil, "needs belay beside the tests"))
  func finishes() async throws {
    var simulated = SimulatorOptions()
    simulated.pace = .milliseconds(20)
    let vendor = try await SimulatorServer.start(simulated, recordings: Recordings())
    try await withTemporaryFolder { folder in
      let set = folder.appendingPathComponent("set.jsonl")
      let lines = (0..<400).map { #"{"messages":[{"role":"user","content":"question \#($0)"}],"stream":true}"# }
      try Data(lines.joined(separator: "\n").utf8).write(to: set)
      let arguments = ["replay", set.path, "--base-url", vendor.baseURL, "--model", "kimi-k2", "--concurrency", "4"]
      let (results, errors) = (folder.appendingPathComponent("results.jsonl"), folder.appendingPathComponent("errors"))
      try Data().write(to: errors)

      let process = Process()
      process.executableURL = Command.belay
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.standardOutput = FileHandle.nullDevice
      process.standardError = try FileHandle(forWritingTo: errors)
      try process.run()
      func answered() -> Int { ((try? Data(contentsOf: results)) ?? Data()).count { $0 == UInt8(ascii: "\n") } }
      while answered() < 8, process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
      process.interrupt()
      process.waitUntilExit()

      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 130)
      let said = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
      #expect(said.contains("finishing what is in flight; Ctrl-C again to cancel it"))
      // Off a terminal there is no bar and no escape.
      #expect(!said.contains("\u{1B}") && !said.contains("█"))
      let rows = try jsonLines(results)
      #expect((8..<400).contains(rows.count) && rows.allSatisfy { $0["status"] == "success" })
      let summary = try JSONValue(parsing: Array(Data(contentsOf: folder.appendingPathComponent("summary.json"))))
      #expect(summary["success_count"]?.int == rows.count)
      #expect(summary["eval_finished_at"] != .null)
      // Nobody was cut off: as many were asked as have their answer.
      #expect(vendor.journal.count == rows.count)

      try await Command.run(try #require(Command.belay).path, arguments + ["--incremental", "--concurrency", "64"], in: folder)
      #expect(try jsonLines(results).count == 400)
      #expect(vendor.journal.count == 400)
    }
    await vendor.stop()
  }

  @Test(
    "The third Ctrl-C ends a replay whose set is a pipe that stays open",
    .enabled(if: Command.belay != nil, "needs belay beside the tests"))
  func openPipe() async throws {
    try await withTemporaryFolder { folder in
      let errors = folder.appendingPathComponent("errors")
      try Data().write(to: errors)
      let process = Process()
      process.executableURL = Command.belay
      process.arguments = ["replay", "/dev/stdin", "--base-url", "http://127.0.0.1:1/v1", "--model", "m", "--retries", "0"]
      process.currentDirectoryURL = folder
      let set = Pipe()
      process.standardInput = set
      process.standardOutput = FileHandle.nullDevice
      process.standardError = try FileHandle(forWritingTo: errors)
      try process.run()
      func said() -> String { String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self) }
      let results = folder.appendingPathComponent("results.jsonl")
      // Once the file is there, it listens to Ctrl-C.
      while process.isRunning, !FileManager.default.fileExists(atPath: results.path) { try await Task.sleep(for: .milliseconds(10)) }
      for word in ["finishing what is in flight", "once more ends the program as it is"] {
        process.interrupt()
        while process.isRunning, !said().contains(word) { try await Task.sleep(for: .milliseconds(10)) }
      }
      process.interrupt()
      process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 130)
      withExtendedLifetime(set) {}
    }
  }
}
