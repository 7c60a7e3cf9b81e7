// SPDX-License-Identifier: Apache-2.0
import Logbook
import Store
import TestSupport
import Testing

@Suite("The vendor's request, of the client's and the edits") struct EditedBodyTests {
  private static func sent(_ body: String, _ edits: [StoredEdit]) -> String {
    let exchange = Sample.exchange(1) { ($0.request, $0.edits) = (Sample.json(body), edits) }
    return String(decoding: exchange.sentRequest()?.body ?? [], as: UTF8.self)
  }

  private static func edit(_ pointer: String, _ after: String) -> StoredEdit { StoredEdit(pointer: pointer, before: "", after: after, rule: "ids") }

  /// Of objects within one another, empty ones and members that stand twice among them.
  private static let bodies = [
    #"{"a":1,"b":{"a":{},"b":[{"a":1},{"a":2,"b":{}}],"c":3},"c":{"a":{"a":4}}}"#, #"{ "a" : {"b":1} , "a" : {"c":2,"b":3} , "c" : [ 1 , {} ] }"#,
    #"{"b":[{"a":1,"b":2,"c":3},{"b":{"a":1}},{}]}"#, "{}", #"["a",{"b":1}]"#, "no JSON",
  ]
  private static let pointers = [
    "", "/b", "/c", "/a/a", "/a/b", "/b/a", "/b/b", "/b/b/0/a", "/b/b/1/b", "/b/0/b", "/b/1/b/a", "/b/2/c", "/c/a/a", "/c/1/a", "/1/b",
  ]

  @Test("Edits that are made at once give what one after the other gives") func together() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let body = Self.bodies.randomElement(using: &random) ?? ""
      let edits = (0..<Int.random(in: 2...6, using: &random)).map { _ in
        Self.edit(
          Self.pointers.randomElement(using: &random) ?? "", ["", "7", #"{"a":{"b":5},"b":6}"#, "[redacted]"].randomElement(using: &random) ?? "")
      }
      let expected = edits.reduce(body) { Self.sent($0, [$1]) }
      let made = Self.sent(body, edits)
      if made != expected { Issue.record("\(body), \(edits.map { "\($0.pointer) \($0.after)" }): \(made), not \(expected)") }
    }
  }

  @Test("A conversation with thousands of edits is read about once, not once an edit") func manyEdits() {
    let turns = (0..<2000).map { #"{"role":"assistant","tool_calls":[{"id":"call_\#($0)"}]},{"role":"tool","tool_call_id":"call_\#($0)"}"# }
    let body = #"{"messages":[\#(turns.joined(separator: ","))]}"#
    let edits = (0..<2000).flatMap { number in
      let id = "\"functions.f:\(number)\""
      return [Self.edit("/messages/\(2 * number)/tool_calls/0/id", id), Self.edit("/messages/\(2 * number + 1)/tool_call_id", id)]
    }
    var made = ""
    let one = cpuTime { _ = Self.sent(body, [edits[0]]) }
    let all = cpuTime { made = Self.sent(body, edits) }
    #expect(!made.contains("call_1") && made.contains(#""tool_call_id":"functions.f:1999""#))
    #expect(all < one * 400, "\(all), \(one)")
  }
}
