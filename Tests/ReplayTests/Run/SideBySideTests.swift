// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Synchronization
import Testing
import Upstream

/// Several vendors, several passes, and runs that go on where another stopped.
@Suite struct SideBySideTests {
  private static let lines = (1...6).map { #"{"n":\#($0)}"# }.joined(separator: "\n")

  private func options(_ folder: URL, lines: String = Self.lines) throws -> ReplayOptions {
    let set = folder.appendingPathComponent("set.jsonl")
    try Data(lines.utf8).write(to: set)
    var options = ReplayOptions(file: set.path, baseURL: "http://vendor.test/v1", model: "kimi")
    options.output = folder.appendingPathComponent("results.jsonl").path
    options.summary = folder.appendingPathComponent("summary.json").path
    return options
  }

  @discardableResult
  private func run(_ vendors: [ReplayOptions], _ vendor: ScriptedVendor, err: Log = Log()) async throws -> [ReplayRun.Part] {
    var surroundings = Surroundings(console: Console(isTerminal: false, out: { _ in }, err: err.add))
    let clock = SleptClock()
    (surroundings.now, surroundings.sleep) = (clock.now, clock.sleep)
    return try await ReplayRun(vendors, transport: vendor.transport, surroundings: surroundings).run().parts
  }

  private func rows(_ path: String) throws -> [JSONValue] { try jsonLines(URL(fileURLWithPath: path)) }

  @Test("Each vendor has its URL, model, key, extra body and files, and its own key only")
  func vendors() async throws {
    try await withTemporaryFolder { folder in
      let common = try options(folder)
      let environment = ["BELAY_A_API_KEY": "key-of-a", "BELAY_B_2_API_KEY": "key-of-b", "OPENAI_API_KEY": "nobody's"]
      let vendors = try [
        #"a=http://a.test/v1,model=m-a"#, #"b-2=http://b.test/v1,concurrency=1,rate=1000,extra-body={"x":1,"y":2}"#,
        "c=http://c.test/v1",
      ].map { try VendorArgument($0).options(common, environment: environment) }
      let vendor = ScriptedVendor(.stop)
      let parts = try await run(vendors, vendor)
      #expect(parts.map { $0.summaries.map(\.requests) } == [[6], [6], [6]])
      let received = Dictionary(grouping: vendor.received, by: \.request.url).mapValues { received in
        Set(received.map { "\($0.body["model"] ?? "") \($0.body["y"] ?? "") \($0.request.headers.first { $0.0 == "authorization" }?.1 ?? "")" })
      }
      #expect(
        received == [
          "http://a.test/v1/chat/completions": [#""m-a" "" Bearer key-of-a"#],
          "http://b.test/v1/chat/completions": [#""kimi" 2 Bearer key-of-b"#],
          "http://c.test/v1/chat/completions": [#""kimi" "" "#],
        ])
      for name in ["results.a.jsonl", "results.b-2.jsonl", "results.c.jsonl", "summary.a.json"] {
        #expect(SharedData.exists(folder.appendingPathComponent(name)), "\(name)")
      }
    }
  }

  @Test(
    "A vendor's argument that cannot be meant is refused",
    arguments: ["", "=http://a", "http://a/v1", "a b=http://a", "../a=http://a", "a=http://a,concurrency=x", "a=http://a,colour=red"])
  func arguments(text: String) {
    #expect(throws: ReplayProblem.self) { try VendorArgument(text) }
  }

  @Test(
    "No message repeats the key in a vendor's URL",
    arguments: [
      ("https://a.example/v1?key=sk-1", "--vendor https://a.example/v1: a name comes first, as in groq=https://api.groq.com/openai/v1"),
      ("a=https://a.example/v1?key=sk-1,sk-2", "--vendor a=https://a.example/v1: the URL must end with its path, without ? or #"),
      (
        "a=https://user:sk-1@a.example/v1,x=1",
        "--vendor a=https://a.example/v1,x=1: after the URL come model=NAME, concurrency=N, rate=N and extra-body=JSON, not 'x=1'"
      ),
    ])
  func keys(text: String, message: String) {
    #expect(throws: ReplayProblem(message)) { try VendorArgument(text) }
  }

  @Test("A vendor that is known need only be named; its key is the environment's, else the configuration's")
  func named() throws {
    let common = ReplayOptions(file: "set", baseURL: "", model: "kimi")
    let known = KnownVendor(baseURL: "https://known.test/v1", key: APIKey("of-the-file"))
    let named = try VendorArgument("groq,model=m")
    #expect(named.baseURL == nil)
    let options = try named.options(common, known: known, environment: [:])
    #expect((options.baseURL, options.preparation.model, options.apiKey?.text) == ("https://known.test/v1", "m", "of-the-file"))
    #expect(try named.options(common, known: known, environment: ["BELAY_GROQ_API_KEY": "mine"]).apiKey?.text == "mine")
    // Another address under a known name gets no key that was not meant for it.
    let elsewhere = try VendorArgument("groq=http://else.test/v1").options(common, known: known, environment: [:])
    #expect(elsewhere.baseURL == "http://else.test/v1" && elsewhere.apiKey == nil)
    let unknown = #expect(throws: ReplayProblem.self) { try named.options(common, environment: [:]) }
    #expect(unknown?.message.contains("nobody is known by that name") == true)
    let placeless = #expect(throws: ReplayProblem.self) { try named.options(common, known: KnownVendor(baseURL: nil), environment: [:]) }
    #expect(placeless?.message.contains("write groq=URL") == true)
  }

  @Test("Two vendors with one name are refused before anything is written")
  func sameName() async throws {
    try await withTemporaryFolder { folder in
      let both = try options(folder)
      await #expect(throws: ReplayProblem.self) { try await run([both, both], ScriptedVendor(.stop)) }
      #expect(!SharedData.exists(URL(fileURLWithPath: both.output)))
    }
  }

  @Test("A set that is repeated has a file for each time, the first with the plain name")
  func repeats() async throws {
    try await withTemporaryFolder { folder in
      var options = try options(folder)
      options.repeats = 3
      let vendor = ScriptedVendor(.stop)
      try await run([options], vendor)
      #expect(vendor.received.count == 18)
      for name in ["results.jsonl", "results.2.jsonl", "results.3.jsonl"] {
        #expect(try rows(folder.appendingPathComponent(name).path).map { $0["data_index"]?.int } == Array(1...6))
      }
    }
  }

  @Test("What has its answer is not sent again; failed and new requests are, and one row of each remains")
  func incremental() async throws {
    try await withTemporaryFolder { folder in
      var options = try options(folder)
      options.retries = 0
      try await run([options], ScriptedVendor { _, body in body["n"] == 2 || body["n"] == 5 ? .json("{}", status: 400) : .stop })
      let first = try rows(options.output)
      options.isIncremental = true
      // Line 3 is another request now, and line 7 is new.
      try Data((Self.lines.replacingOccurrences(of: "3", with: "33") + "\n{\"n\":7}").utf8).write(to: URL(fileURLWithPath: options.file))
      let vendor = ScriptedVendor(.stop)
      let parts = try await run([options], vendor)
      #expect(Set(vendor.received.compactMap { $0.body["n"]?.int }) == [2, 33, 5, 7])
      let second = try rows(options.output)
      #expect(second.map { $0["data_index"]?.int } == Array(1...7))
      #expect(second.allSatisfy { $0["status"] == "success" })
      #expect([0, 3, 5].allSatisfy { first[$0] == second[$0] })
      #expect(parts.first?.summaries.first?.successes == 7)
      let summary = try JSONValue(parsing: Array(Data(contentsOf: URL(fileURLWithPath: options.summary))))
      #expect(summary["success_count"] == 7)
      #expect(summary["failure_count"] == 0)
      let again = ScriptedVendor(.stop)
      let done = try await run([options], again)
      #expect(again.received.isEmpty)
      // Where K2VV leaves a summary of zeros behind.
      #expect(done.first?.summaries.first?.successes == 7)
    }
  }

  @Test(
    "A file that a kill cut anywhere is continued to the same rows",
    arguments: [0, 1, 37, 500, 501, 900, -1, -2, -40])
  func cut(length: Int) async throws {
    try await withTemporaryFolder { folder in
      var options = try options(folder)
      try await run([options], ScriptedVendor(.stop))
      func facts(_ rows: [JSONValue]) -> [[JSONValue?]] { rows.map { [$0["data_index"], $0["hash"], $0["status"], $0["response"]] } }
      let whole = try Data(contentsOf: URL(fileURLWithPath: options.output))
      let expected = facts(try rows(options.output))
      try whole.prefix(length < 0 ? whole.count + length : length).write(to: URL(fileURLWithPath: options.output))
      options.isIncremental = true
      try await run([options], ScriptedVendor(.stop))
      #expect(facts(try rows(options.output)) == expected)
      #expect(try Data(contentsOf: URL(fileURLWithPath: options.output)).last == UInt8(ascii: "\n"))
    }
  }

  @Test("A line in the middle that is no row is named and dropped")
  func debris() async throws {
    try await withTemporaryFolder { folder in
      var options = try options(folder)
      try await run([options], ScriptedVendor(.stop))
      let url = URL(fileURLWithPath: options.output)
      let whole = try Data(contentsOf: url)
      try (Data("{\"half\n".utf8) + whole).write(to: url)
      options.isIncremental = true
      let err = Log()
      try await run([options], ScriptedVendor(.stop), err: err)
      #expect(err.all.joined().contains("line 1 is not a row of results and is dropped"))
      #expect(try Data(contentsOf: url) == whole)
    }
  }

  @Test("429 does not use up the retries, and slows the run down")
  func limited() async throws {
    try await withTemporaryFolder { folder in
      var options = try options(folder, lines: "{}")
      options.retries = 1
      let limited = ScriptedVendor.Reply.json("{}", status: 429)
      let vendor = ScriptedVendor(limited, limited, limited, limited, .broken(.connect), .stop)
      try await run([options], vendor)
      #expect(try rows(options.output).first?["status"] == "success")
      #expect(vendor.received.count == 6)
    }
  }

  @Test("After a burst of 429 half as many are in flight, the log says so, and all get their answer")
  func adaptive() async throws {
    try await withTemporaryFolder { folder in
      var options = try options(folder, lines: (1...12).map { #"{"n":\#($0)}"# }.joined(separator: "\n"))
      options.concurrency = 8
      let burst = Barrier(count: 8)
      let inFlight = Mutex(0)
      let most = Mutex(0)
      let vendor = ScriptedVendor { index, _ in
        if index < 8 {
          await burst.arrive()
          return .json("{}", status: 429)
        }
        let now = inFlight.withLock { count in
          count += 1
          return count
        }
        most.withLock { $0 = max($0, now) }
        await Task.yield()
        inFlight.withLock { $0 -= 1 }
        return .stop
      }
      let err = Log()
      try await run([options], vendor, err: err)
      #expect(try rows(options.output).allSatisfy { $0["status"] == "success" })
      #expect(most.withLock { $0 } < 8)
      #expect(err.all.last?.contains("8 retries, slowed to ") == true)
    }
  }

  @Test("The running F1 is against the reference's rows, of those that both have answered")
  func reference() async throws {
    try await withTemporaryFolder { folder in
      var options = try options(folder)
      let path = folder.appendingPathComponent("official.jsonl")
      let rows = (1...6).map { #"{"data_index":\#($0),"finish_reason":\#($0 == 6 ? "null" : $0 < 4 ? #""tool_calls""# : #""stop""#)}"# }
      try Data(rows.joined(separator: "\n").utf8).write(to: path)
      options.reference = path.path
      let err = Log()
      let called = ScriptedVendor.Reply.json(#"{"choices":[{"finish_reason":"tool_calls","message":{}}]}"#)
      try await run([options], ScriptedVendor { _, body in [1, 2, 4].contains(body["n"]?.int) ? called : .stop }, err: err)
      // TP 1 and 2, FP 4, FN 3.
      #expect(err.all.last?.contains("F1 66.7 %") == true)
    }
  }
}
