// SPDX-License-Identifier: Apache-2.0

import JSON
import Simulator

extension FaultCase {
  private static let clean = Fixture.arguments

  /// The text of the arguments, in a whole answer and in a stream; the finish reason stays what it was.
  private static func text(_ fault: String, _ isShown: @escaping @Sendable (String) -> Bool) -> [FaultCase] {
    [
      FaultCase(fault) { $0.callArguments.map(isShown) == true && $0.finish == "tool_calls" },
      FaultCase(fault, stream: true) { isShown($0.streamedArguments()) && $0.finishReasons == ["tool_calls"] },
    ]
  }

  private static func text(_ fault: String, is expected: String) -> [FaultCase] { text(fault) { $0 == expected } }

  static let arguments: [FaultCase] =
    text("args-empty", is: "")
    + text("args-truncated") { clean.hasPrefix($0) && $0.utf8.count > 40 && (try? JSONValue(parsing: $0)) == nil }
    + text("args-trailing-junk", is: clean + "自然科学}") + text("args-fenced", is: "```json\n\(clean)\n```")
    + text("args-thought") { $0.hasPrefix("<think>") && $0.hasSuffix("</think>" + clean) }
    + text("args-double-encoded") { (try? JSONValue(parsing: $0))?.string == clean }
    + text("args-nested-string") {
      let value = try? JSONValue(parsing: $0)
      return value?["paths"] == #"["src","lib"]"# && value?["scope"] == #"{"depth":2}"# && value?["limit"] == 5
    }
    + text("args-control") { $0.hasPrefix("{\"query\":\"\n\tgröße") && (try? JSONValue(parsing: $0)) == nil }
    + text("args-placeholder", is: "{}" + clean)
    + text("args-snapshots") { $0 == #"{"query":"größ"}"# + clean }
    + text("args-markers", is: clean + "<|tool_call_end|><|tool_calls_section_end|>")
    + text("args-k3-markers", is: clean + "<|close|>argument<|sep|>") + text("args-array", is: "[\(clean)]")
    + text("args-scalar", is: "null") + [
      FaultCase("args-null") { $0.call?["function"]?["arguments"] == .null },
      FaultCase("args-null", stream: true) { $0.callDeltas.map { $0["function"]?["arguments"] } == [.null] },
      FaultCase("args-missing") { $0.call?["function"] == ["name": "search_files"] },
      FaultCase("args-missing", stream: true) { $0.callDeltas.map { $0["function"]?["arguments"] } == [nil] },
      FaultCase("args-object") { $0.call?["function"]?["arguments"]?["scope"]?["depth"] == 2 },
      FaultCase("args-object", stream: true) { $0.callDeltas.first?["function"]?["arguments"]?["limit"] == 5 },
      FaultCase("args-spilled") {
        let half = $0.callArguments ?? "-"
        return $0.content == "Let me look 🔎 there." + clean.dropFirst(half.count) && clean.hasPrefix(half)
      },
      FaultCase("args-spilled", stream: true) { shown in
        let spilled = shown.deltas.last { $0["content"] != nil }?["content"]?.string ?? "-"
        return clean.hasSuffix(spilled) && shown.streamedArguments() != clean
      },
    ]
}
