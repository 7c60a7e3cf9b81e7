// SPDX-License-Identifier: Apache-2.0
import Inspection
import TestSupport
import Testing

/// Calls named as a tool that the conversation had before, and that is no longer declared.
@Suite(.timeLimit(.minutes(1))) struct FormerToolNamesTests {
  /// What is made of calls whose names come in these pieces.
  private static func mended(_ calls: [[String]], tools: [String], strangers: [String]) -> ResponseSummary {
    var request = facts(tools.map { ($0, "") })
    request.strangers = ByteStrings(strangers)
    var observer = ResponseObserver(format: .eventStream, request: request)
    for (index, pieces) in calls.enumerated() {
      for (number, piece) in pieces.enumerated() {
        let id = number == 0 ? #""id":"c\#(index)","type":"function","# : ""
        let call = #"{"index":\#(index),\#(id)"function":{"name":"\#(piece)","arguments":"\#(number == 0 ? "{}" : "")"}}"#
        observer.feed(Array("data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[\(call)]}}]}\n\n".utf8).span)
      }
    }
    observer.feed(Array("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n".utf8).span)
    return observer.finish(.complete).repaired(with: allRules, request: request, ids: .vendor).summary
  }

  @Test(
    "No other tool is meant by such a name, however it comes",
    arguments: [["delete"], ["delete", "delete"], ["del", "ete"], ["delete", "delete", "delete"]])
  func pieces(name: [String]) {
    let tools = ["mcp__fs__delete", "read"]
    let former = Self.mended([name], tools: tools, strangers: ["delete"]).first.calls[0]
    #expect(former.name.elementsEqual("delete".utf8) && former.verdict?.valid == false)
    let other = Self.mended([name], tools: tools, strangers: ["remove"]).first.calls[0]
    #expect(other.name.elementsEqual("mcp__fs__delete".utf8) && other.verdict?.valid == true)
  }

  @Test("A thousand calls named like ten thousand of them") func many() {
    let long = String(repeating: "a", count: 240)
    let strangers = (0..<10_000).map { "\(long)_\($0)" }
    let time = cpuTime {
      let mended = Self.mended(Array(repeating: ["functions_\(long)_aaaaa_7"], count: 1000), tools: ["read"], strangers: strangers)
      #expect(mended.first.calls.count == 1000)
    }
    #expect(time < .seconds(2))
  }
}
