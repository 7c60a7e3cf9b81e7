// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// What could be mended in two ways is asked for again: the other way is another call than the model made.
@Suite struct UncertainRepairTests {
  /// What is called then; nil where nothing is that a client may run.
  private func called(
    _ name: String, _ arguments: String = #"{"path":"/a"}"#, tools: [String], history: [String] = [], finish: String = "tool_calls"
  ) -> String? {
    var request = facts(tools.map { ($0, #"{"type":"object"}"#) })
    request.strangers = ByteStrings(history)
    let choice = answer([call(name, arguments)], finish: finish).mended(allRules, request).summary.first
    guard let call = choice.calls.first, call.verdict?.valid == true else { return nil }
    return String(decoding: call.name, as: UTF8.self) + call.argumentsText
  }

  @Test func `A name in other signs is no shorter tool's`() {
    for name in ["delete file", "delete, file", "Delete file", "delete file(path)", "delete file\" parameter=\"path"] {
      #expect(called(name, tools: ["delete", "delete_file"]).map { $0.hasPrefix("delete{") } != true, "\(name)")
    }
    #expect(called("delete file", tools: ["delete"], history: ["delete_file"]) == nil)
    // Nothing else is meant.
    #expect(called("delete file", tools: ["delete", "list"]) == #"delete{"path":"/a"}"#)
    #expect(called("delete\" parameter=\"path", tools: ["delete", "delete_file"]) == #"delete{"path":"/a"}"#)
    // A client keeps the spoilt name of an earlier turn in its history.
    #expect(called("delete <br>", tools: ["delete"], history: ["delete <br>"]) == #"delete{"path":"/a"}"#)
  }

  @Test func `An element behind a bracket too many is not lost`() {
    for arguments in [#"{"ids":[1]},2]}"#, #"{"ids":[1]} , 2 ] }"#, #"{"a":["x"],"n":1},"y"]"#] {
      #expect(called("f", arguments, tools: ["f"]) == nil, "\(arguments)")
    }
    for (arguments, mended) in [(#"{"ids":[1]}]}"#, #"f{"ids":[1]}"#), (#"{"ids":[1]},"#, #"f{"ids":[1]}"#), (#"{"ids":[1]},]}"#, #"f{"ids":[1]}"#)] {
      #expect(called("f", arguments, tools: ["f"]) == mended, "\(arguments)")
    }
    // Nor one that may have been about to come.
    for arguments in [#"{"ids":[1]},"#, #"{"ids":[1]},2"#, #"{"ids":[1]}], "x"#] {
      #expect(called("f", arguments, tools: ["f"], finish: "length") == nil, "\(arguments)")
    }
  }
}
