// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import NIOPosix
import Replay
import Simulator
import Testing
import Upstream

/// Over the loopback, with the engine that users run.
@Suite struct SimulatedVendorTests {
  private func run(
    _ lines: [UInt8], faults: [String] = [], recordings: Recordings = Recordings(),
    _ configure: (inout ReplayOptions) -> Void = { _ in }
  ) async throws -> (code: Int32, rows: [JSONValue], out: String, err: String) {
    var simulated = SimulatorOptions()
    simulated.faults = try faults.map { try FaultUse($0) }
    let vendor = try await SimulatorServer.start(simulated, recordings: recordings)
    let result = try await withTemporaryFolder { folder in
      let set = folder.appendingPathComponent("set.jsonl")
      try Data(lines).write(to: set)
      var options = ReplayOptions(file: set.path, baseURL: vendor.baseURL, model: "kimi-k2")
      options.output = folder.appendingPathComponent("results.jsonl").path
      options.summary = folder.appendingPathComponent("summary.json").path
      configure(&options)
      let (out, err) = (Log(), Log())
      let code = await ReplayCommand.run(
        [options], console: Console(isTerminal: false, out: out.add, err: err.add))
      let rows = try jsonLines(URL(fileURLWithPath: options.output))
      return (code, rows, out.all.joined(), err.all.joined())
    }
    await vendor.stop()
    return result
  }

  @Test(
    "The 66 real requests get the recorded answers, assembled as K2VV assembled them",
    .enabled(
      if: SharedData.exists(SharedData.results) && SharedData.exists(SharedData.requests), "needs shared/data/k2vv"))
  func realSet() async throws {
    let recorded = try jsonLines(SharedData.results)
    let result = try await run(
      Array(try Data(contentsOf: SharedData.requests)),
      recordings: try Recordings(Array(try Data(contentsOf: SharedData.results))))
    #expect(result.code == 0)
    #expect(result.err.contains("66 of 66 (100 %)"))
    try #require(result.rows.count == 66)
    for (row, recording) in zip(result.rows, recorded) {
      #expect(row["data_index"] == recording["data_index"])
      // Requests that are equal get the first of their recordings.
      let messages = recording["request"]?["messages"]
      let expected = try #require(recorded.first { $0["request"]?["messages"] == messages })
      let (ours, theirs) = (try #require(row["response"]?["choices"]), try #require(expected["response"]?["choices"]))
      #expect(ours == theirs)
    }
  }

  @Test("An answer that comes compressed is read, streamed or not, though none was asked for")
  func compressed() async throws {
    let lines = Array((0..<6).map { #"{"messages":[{"role":"user","content":"\#($0)"}],"stream":\#($0 % 2 == 0)}"# }.joined(separator: "\n").utf8)
    let (plain, compressed) = (try await run(lines).rows, try await run(lines, faults: ["gzip"]).rows)
    #expect(compressed.map { $0["response"]?["choices"] } == plain.map { $0["response"]?["choices"] })
    #expect(compressed.allSatisfy { $0["status"] == "success" && $0["belay"]?["findings"] == [] })
  }

  @Test(
    "Each answer has the findings of the proxy's inspection, an answer without fault an empty list",
    arguments: [
      ("", #""tools""#, [[], []]), ("name-undeclared", #""tools""#, [["call.unknown_tool"], ["call.unknown_tool"]]),
      ("stream-cut", #""tools""#, [[], ["arguments.truncated", "stream.truncated"]]),
      ("error-400", "", [["response.http_error"], ["response.http_error"]]),
      ("reset-before-headers", "", [nil, nil]),
    ] as [(String, String, [[String]?])])
  func findings(fault: String, tools: String, expected: [[String]?]) async throws {
    let declared = #""tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}}]"#
    let lines = [false, true].map { stream in
      #"{"messages":[{"role":"user","content":"\#(stream)"}],"stream":\#(stream)\#(tools.isEmpty ? "" : "," + declared)}"#
    }
    let result = try await run(Array(lines.joined(separator: "\n").utf8), faults: fault.isEmpty ? [] : [fault]) { $0.retries = 0 }
    #expect(result.rows.map { $0["belay"]?["findings"]?.array?.compactMap(\.string) } == expected, "\(fault)")
  }

  @Test("A vendor that is not there is said to be not there, once, and every request is counted")
  func nobodyThere() async throws {
    let result = try await run(Array("{\"messages\":[]}\n{\"messages\":[]}".utf8)) {
      $0.baseURL = "http://127.0.0.1:1/v1"
      $0.retries = 0
    }
    #expect(result.code == 1)
    #expect(result.rows.map { $0["response"]?["error_type"] } == ["APIConnectionError", "APIConnectionError"])
    #expect(result.err.components(separatedBy: "could not connect").count == 2)
    #expect(result.out.contains("failed      2  APIConnectionError 2"))
  }

  @Test("Nothing to send is exit code 2", arguments: ["", "\n\n", "nonsense"])
  func nothing(lines: String) async throws {
    #expect(try await run(Array(lines.utf8)).code == 2)
  }
}
