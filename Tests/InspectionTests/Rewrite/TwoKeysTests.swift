// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// Vendors that say what was thought under both names of it: a client reads the one or the other.
@Suite struct TwoKeysTests {
  @Test(arguments: [["reasoning_content", "reasoning"], ["reasoning", "reasoning_content"], ["reasoning"]])
  func `Before a lost call each name of a thought keeps all that was thought`(keys: [String]) {
    var rewrite = EventRewrite()
    rewrite.reasoningLeft = [0: 8]
    func said(_ text: String) -> String {
      let members = keys.map { "\"\($0)\":\"\(text)\"" }.joined(separator: ",")
      return "{\"choices\":[{\"index\":0,\"delta\":{\(members)}}]}"
    }
    for (text, left) in [("Hm. ", nil), ("So <|tool", "So <" as String?)] {
      let data = Array(said(text).utf8)
      let changed = rewrite.apply(to: data.span)
      #expect(changed.map { String(decoding: $0, as: UTF8.self) } == left.map { "data: \(said($0))\n\n" })
    }
    let rest = Array(said("_call_begin|>").utf8)
    #expect(rewrite.apply(to: rest.span) == [])
  }
}
