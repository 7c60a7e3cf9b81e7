// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Testing

/// What may stand in for a file of requests.
@Suite struct DatasetTests {
  private func lines(_ source: RequestSource) async throws -> [Line] {
    let next = try source.lines()
    var lines: [Line] = []
    while let line = try await next() { lines.append(line) }
    return lines
  }

  private static let gzip = """
    import gzip, sys
    data = open(sys.argv[1], "rb").read()
    half = len(data) // 2
    sys.stdout.buffer.write(gzip.compress(data[:half]) + gzip.compress(data[half:]))
    """

  @Test("gzip is read as what it holds, of several members too", .enabled(if: Python.path != nil, "needs python3"))
  func gzip() async throws {
    let text = (0..<40_000).map { #"{"n":\#($0),"text":"\#(String(repeating: "x", count: $0 % 97))"}"# }.joined(separator: "\n")
    let packed = try Python.run(Self.gzip, input: Array(text.utf8))
    try await withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("set.jsonl.gz")
      try Data(packed).write(to: file)
      let source = try RequestSource(path: file.path)
      #expect(try source.count() == 40_000)
      let bytes = try await lines(source).compactMap(\.bytes)
      #expect(bytes.elementsEqual(text.split(separator: "\n").map { Array($0.utf8) }))
      for damage in [packed.dropLast(9), packed.prefix(4000) + packed.dropFirst(4010)] {
        try Data(damage).write(to: file)
        await #expect(throws: ReplayProblem.self) { try await lines(try RequestSource(path: file.path)) }
      }
    }
  }

  @Test("An EvalScope row becomes its request, and says how the official API finished")
  func evalScope() throws {
    let row = #"""
      {"id":7,"messages":"[{\"role\":\"_input\",\"content\":\"a\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"i\",\"function\":{\"name\":\"f\",\"arguments\":\"{cut\"}}]}]",
      "tools":"[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]","should_call_tool":true,"official_finish_reason":"tool_calls","temperature":0.6,"max_tokens":null}
      """#
    let request = try Preparation(model: "kimi").request(line: Array(row.utf8), number: 1)
    #expect(
      request.value.description
        == #"{"messages":[{"role":"system","content":"a"},{"role":"assistant","tool_calls":[{"id":"i","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"f"}}],"temperature":0.6,"model":"kimi"}"#)
    #expect(request.officialFinishReason == "tool_calls")
    #expect(request.tools?[0]?["function"]?["name"] == "f")
    let plain = #"{"messages":"[]","tools":"","should_call_tool":false}"#
    let second = try Preparation(model: "kimi").request(line: Array(plain.utf8), number: 2)
    #expect(second.value.description == #"{"messages":[],"model":"kimi"}"#)
    #expect(second.officialFinishReason == "stop")
    #expect(throws: BadLine.self) {
      try Preparation(model: "kimi").request(line: Array(#"{"messages":"[{]"}"#.utf8), number: 3)
    }
  }

  @Test("With raw completions the prompt stands at the end, in place of messages and tools, and calls are judged by the set's tools")
  func raw() throws {
    var preparation = Preparation(model: "kimi")
    preparation.template = .instruct
    let request = try preparation.request(
      line: Array(#"{"messages":[{"role":"_input","content":"s"}],"tools":[{"x":1}],"stream":true}"#.utf8), number: 1)
    #expect(request.value.object?.keys == ["stream", "model", "prompt"])
    #expect(request.value["prompt"]?.string?.contains("<|im_system|>system<|im_middle|>s<|im_end|>") == true)
    #expect(request.tools == [["x": 1]])
  }

  @Test(
    "walle's schemas are wrapped and left out as KVV wraps them and leaves them out",
    .enabled(
      if: Peers.kvv != nil && Peers.python != nil && SharedData.exists(SharedData.folder.appendingPathComponent("walle")),
      "needs BELAY_KVV_REPO, BELAY_K2VV_PYTHON and shared/data/walle"))
  func schemaCases() async throws {
    let folder = SharedData.folder.appendingPathComponent("walle").standardizedFileURL.path
    let script = """
      import json, sys
      sys.path.insert(0, ".")
      from pathlib import Path
      from tests.tool_call_json_schema.validator import load_cases, classify_case
      folder = open(sys.argv[1]).read()
      print(json.dumps([[f"{c.suite}:{c.line}", *classify_case(c)] for c in load_cases(Path(folder))]))
      """
    let output = try await Peers.run(script, input: Array(folder.utf8), in: try #require(Peers.kvv))
    let expected = try #require(try JSONValue(parsing: output, dialect: .python).array)
    var lines = try await lines(try RequestSource(path: folder)).makeIterator()
    var sent = 0
    for entry in expected {
      let next = lines.next()
      let line = try #require(next)
      guard entry[1] != .null else {
        #expect(line.problem == .leftOut("\(entry[0]?.string ?? ""): \(entry[2]?.string ?? "")"))
        continue
      }
      let second = lines.next()
      let streamed = try #require(second)
      let requests = try [line, streamed].map { try JSONValue(parsing: try #require($0.bytes)) }
      for request in requests {
        // Written as Python reads them: one case has a minimum of -0.
        let ours = request["tools"]?[0]?["function"]?["parameters"].map { PythonJSON.dumps($0) }
        #expect(ours == entry[1].map { PythonJSON.dumps($0) }, "\(entry[0] ?? "")")
      }
      #expect(requests.map { $0["stream"] } == [.none, true])
      sent += 1
    }
    #expect(lines.next() == nil)
    #expect(sent > 100)
  }

  @Test("A folder without schema cases is refused with what was expected")
  func emptyFolder() async throws {
    try withTemporaryFolder { folder in
      _ = #expect(throws: ReplayProblem.self) { try RequestSource(path: folder.path) }
    }
  }
}
