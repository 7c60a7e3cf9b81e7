// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Simulator
import Testing

/// Moonshot's own `tool_calls_eval.py` beside `belay replay`: the same 66 requests, the same vendor, which misbehaves.
@Suite(
  .serialized,
  .enabled(
    if: Peers.k2vv != nil && Peers.python != nil && SharedData.exists(SharedData.requests),
    "needs BELAY_K2VV_REPO, BELAY_K2VV_PYTHON and shared/data/k2vv"))
struct K2VVScriptTests {
  /// Faults of every answer, so that it does not matter in which order the requests come: the script sends its requests in an
  /// order of its own.
  private static let always: [[String]] =
    [["args-truncated", "gzip"], ["name-undeclared", "id-missing"], ["schema-required", "finish-missing"], ["error-400"]]
    + (ProcessInfo.processInfo.environment["BELAY_LONG_TESTS"] == nil
      ? []
      : [
        "finish-stop", "finish-without-calls", "finish-length", "finish-null", "name-repeated", "name-split", "name-late", "index-missing",
        "index-sparse", "id-null", "type-null", "args-empty", "args-double-encoded", "args-control", "schema-number-string",
        "schema-integer-float", "no-done", "crlf", "comments", "usage-in-each", "interleaved-calls", "args-first", "two-choices",
        "reasoning-details", "split-surrogates", "no-content-type", "gzip", "cut-bytes",
      ].map { [$0] })
  /// Faults that show now and then, by how often a conversation was asked.
  private static let mixed = ["args-truncated%30", "finish-stop%20", "name-undeclared%10", "schema-required%20", "error-400%10"]

  /// A vendor that has met nobody yet, so that both tools meet the same one.
  private func withVendor<Value>(_ faults: [String] = Self.mixed, _ body: (String) async throws -> Value) async throws -> Value {
    var simulated = SimulatorOptions()
    simulated.faults = try faults.map { try FaultUse($0) }
    simulated.seed = 7
    simulated.usageStyle = .moonshot
    let recordings = try Recordings(Array(try Data(contentsOf: SharedData.results)))
    let vendor = try await SimulatorServer.start(simulated, recordings: recordings)
    do {
      let value = try await body(vendor.baseURL)
      await vendor.stop()
      return value
    } catch {
      await vendor.stop()
      throw error
    }
  }

  private func runScript(_ folder: URL, _ baseURL: String, _ more: [String] = []) async throws {
    let script = try #require(Peers.k2vv).appendingPathComponent("tool_calls_eval.py").path
    try await Command.run(
      try #require(Peers.python),
      [script, SharedData.requests.path, "--base-url", baseURL, "--model", "kimi-k2", "--api-key", "none"] + more, in: folder)
  }

  private func runBelay(_ folder: URL, _ baseURL: String, isIncremental: Bool = false) async throws {
    var options = ReplayOptions(file: SharedData.requests.path, baseURL: baseURL, model: "kimi-k2")
    options.output = folder.appendingPathComponent("results.jsonl").path
    options.summary = folder.appendingPathComponent("summary.json").path
    options.isIncremental = isIncremental
    let code = await ReplayCommand.run([options], console: Console(isTerminal: false, out: { _ in }, err: { _ in }))
    #expect(code == 0 || code == 1)
  }

  private static let facts: [JSONString] = ["data_index", "status", "finish_reason", "tool_calls_valid", "hash", "extra_body", "request"]

  private func rows(_ folder: URL) throws -> [JSONValue] {
    try Data(contentsOf: folder.appendingPathComponent("results.jsonl")).split(separator: UInt8(ascii: "\n"))
      .map { try JSONValue(parsing: Array($0), dialect: .python) }
  }

  private func expectEqual(_ ours: [JSONValue], _ theirs: [JSONValue]) {
    #expect(ours.count == theirs.count)
    for (our, their) in zip(ours, theirs) {
      for fact in Self.facts { #expect(our[fact] == their[fact], "\(fact) of row \(our["data_index"] ?? "")") }
      #expect(our["response"]?["error_type"] == their["response"]?["error_type"])
    }
  }

  private func summary(_ folder: URL) throws -> JSONValue {
    var summary = try JSONValue(parsing: Array(Data(contentsOf: folder.appendingPathComponent("summary.json"))))
    if var object = summary.object {
      for key in ["eval_started_at", "eval_finished_at", "eval_duration_ms"] as [JSONString] {
        #expect(object[key] != nil)
        object[key] = nil
      }
      summary = .object(object)
    }
    return summary
  }

  private func both(_ faults: [String], _ compare: ([JSONValue], [JSONValue]) throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let (ours, theirs) = (folder.appendingPathComponent("ours"), folder.appendingPathComponent("theirs"))
      for folder in [ours, theirs] { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
      try await withVendor(faults) { try await runScript(theirs, $0) }
      try await withVendor(faults) { try await runBelay(ours, $0) }
      try compare(rows(ours), rows(theirs))
      #expect(try summary(ours) == summary(theirs))
    }
  }

  @Test("Row by row the same finish reasons, verdicts, hashes and requests, and the same counts", arguments: always)
  func sameRows(faults: [String]) async throws {
    try await both(faults, expectEqual)
  }

  @Test("The same rows for each request too when its answers differ from one time to the next")
  func sameRowsMixed() async throws {
    try await both(Self.mixed) { ours, theirs in
      func sorted(_ rows: [JSONValue]) -> [String] {
        rows.map { row in Self.facts.dropFirst().map { "\($0) \(row[$0] ?? "")" }.joined(separator: " ") }.sorted()
      }
      #expect(sorted(ours) == sorted(theirs))
      // The faults showed.
      #expect(Set(ours.map { "\($0["tool_calls_valid"] ?? "")" }).count == 3)
      #expect(Set(ours.map { "\($0["status"] ?? "")" }).count == 2)
    }
  }

  @Test("Each goes on with the file that the other began", arguments: [true, false])
  func continued(scriptBegins: Bool) async throws {
    try await withTemporaryFolder { folder in
      try await withVendor { try await goOn(folder, $0, scriptBegins: scriptBegins) }
    }
  }

  private func goOn(_ folder: URL, _ url: String, scriptBegins: Bool) async throws {
    if scriptBegins { try await runScript(folder, url) } else { try await runBelay(folder, url) }
    // As after a kill: the first half of what it wrote.
    let begun = try rows(folder)
    let file = folder.appendingPathComponent("results.jsonl")
    let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).prefix(33)
    try (Data(lines.joined(separator: [UInt8(ascii: "\n")])) + Data("\n".utf8)).write(to: file)
    if scriptBegins {
      try await runBelay(folder, url, isIncremental: true)
    } else {
      try await runScript(folder, url, ["--incremental"])
    }
    let rows = try rows(folder)
    let prefix = begun.prefix(33)
    if scriptBegins {
      #expect(lost(of: prefix.filter(isSuccess), in: rows) == [], "what had its answer stays as it is")
      #expect(rows.map { $0["data_index"]?.int } == Array(1...66))
    } else {
      // The script goes by the hash alone, and of equal requests by the last row: it leaves out all of them, or asks them all again.
      var last: [String: JSONValue] = [:]
      for row in prefix { last[row["hash"]?.string ?? ""] = row }
      let answered = Set(last.filter { isSuccess($0.value) }.keys)
      func isAnswered(_ row: JSONValue) -> Bool { answered.contains(row["hash"]?.string ?? "") }
      #expect(lost(of: prefix.filter { isSuccess($0) && isAnswered($0) }, in: rows) == [], "what had its answer stays as it is")
      let rest = begun.dropFirst(33).filter { !isAnswered($0) }
      let indices = Set((prefix + rest).compactMap { $0["data_index"]?.int })
      #expect(rows.compactMap { $0["data_index"]?.int } == indices.sorted())
    }
  }

  private func isSuccess(_ row: JSONValue) -> Bool { row["status"] == "success" }

  /// The requests whose rows changed or went.
  private func lost(of kept: [JSONValue], in rows: [JSONValue]) -> [Int] {
    kept.filter { !rows.contains($0) }.compactMap { $0["data_index"]?.int }
  }

  @Test("f1_score.py prints what belay compare prints first")
  func f1() async throws {
    let script = try #require(Peers.k2vv).appendingPathComponent("f1_score.py").path
    guard SharedData.exists(URL(fileURLWithPath: script)) else { return }
    try await withTemporaryFolder { folder in
      try await withVendor { try await runBelay(folder, $0) }
      let results = folder.appendingPathComponent("results.jsonl").path
      for pair in [[SharedData.results.path, results], [results, SharedData.results.path], [results, results]] {
        let expected = try await Command.run(try #require(Peers.python), [script] + pair)
        let out = Log()
        #expect(CompareCommand.run(.init(reference: pair[0], results: [pair[1]]), console: Console(isTerminal: false, out: out.add, err: { _ in })) == 0)
        #expect(out.all.joined().hasPrefix(String(decoding: expected.output, as: UTF8.self)))
      }
    }
  }
}
