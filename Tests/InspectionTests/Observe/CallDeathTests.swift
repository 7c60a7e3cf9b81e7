// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// The stream of one call of these pieces of a name and of arguments.
private func stream(names: [String], arguments: [String]) -> [String] {
  func delta(_ call: String) -> String {
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\(call)}]}}]}\n\n"
  }
  func quoted(_ text: String) -> String { JSONValue(text).description }
  return names.enumerated().map { number, name in
    delta((number == 0 ? #""id":"a","type":"function","# : "") + #""function":{"name":\#(quoted(name)),"arguments":""}"#)
  } + arguments.map { delta(#""function":{"arguments":\#(quoted($0))}"#) }
}

/// After which event, and how, the call has died.
private func death(_ events: [String]) -> (event: Int, death: CallDeath)? {
  var observer = ResponseObserver(format: .eventStream, request: Fixture.request, options: .watchesCalls)
  for (number, event) in events.enumerated() {
    observer.feed(Array(event.utf8).span)
    if let death = observer.death { return (number, death) }
  }
  return nil
}

@Test(
  "A call dies at the byte that makes its arguments impossible",
  arguments: [
    ("search", ["{\"q\":", "}"], 1, 5, .syntax), ("search", ["[", "]"], 0, 0, .violation(schemaPath: "/type")),
    // No declared property begins like this.
    ("create_event", ["{\"title\":\"x\",\"titel", "\":1}"], 0, 17, .violation(schemaPath: "")),
    ("create_event", ["{\"ti", "tle\":5"], 1, 9, .violation(schemaPath: "/properties/title/type")),
    ("functions.create_event", ["{", "}"], 1, 1, .violation(schemaPath: "/required")),
    ("get_time", ["7"], 0, 0, .violation(schemaPath: "/type")), ("$web_search", ["[", "}"], 1, 1, .syntax),
  ] as [(String, [String], Int, Int, CallDeath.Reason)])
func diesAtTheByte(name: String, arguments: [String], piece: Int, offset: Int, reason: CallDeath.Reason) throws {
  let found = try #require(death(stream(names: [name], arguments: arguments)))
  #expect(found.event == piece + 1)
  #expect(found.death == CallDeath(choice: 0, call: 0, offset: offset, reason: reason, position: 0))
}

@Test(
  "A name dies as soon as no tool can come of it, and not before",
  arguments: [
    (["img_gen"], ["{}"], 0), (["img", "_gen"], ["{}"], 0), (["sea", "lion"], ["{}"], 1),
    (["functions.", "img"], ["{}"], 1), (["func"], ["{"], 1),
  ] as [([String], [String], Int)])
func unknownNames(names: [String], arguments: [String], event: Int) throws {
  let found = try #require(death(stream(names: names, arguments: arguments)))
  #expect(found.event == event && found.death.reason == .unknownTool && found.death.offset == 0)
}

@Test(
  "A name that a tool has, or may come to have, or that can be mended, does not die",
  arguments: [
    ["search"], ["sea", "rch"], ["functions.", "search"], ["functions.search:0"], ["mcp__linear__list_issu", "es"],
    ["mcp__linear__list_issu?", "list_issues"], ["call_functions", "search7"], ["Read-File"], ["list_issues"], [""],
    ["read_file\" parameter=\"path"], ["search", "search"], ["late_tool"],
  ])
func livingNames(names: [String]) {
  #expect(death(stream(names: names, arguments: ["{", "}"])) == nil)
}

@Test("Arguments that are an object in place are watched like text, and the call of another choice is another")
func objectsAndChoices() {
  var observer = ResponseObserver(format: .eventStream, request: Fixture.request, options: .watchesCalls)
  for (choice, arguments) in [(0, #""{}""#), (1, #"{"title":7}"#)] {
    let name = choice == 0 ? "search" : "create_event"
    let call = #"{"index":0,"id":"\#(choice)","function":{"name":"\#(name)","arguments":\#(arguments)}}"#
    observer.feed(
      Array("data: {\"choices\":[{\"index\":\(choice),\"delta\":{\"tool_calls\":[\(call)]}}]}\n\n".utf8).span)
  }
  #expect(
    observer.deaths == [
      CallDeath(
        choice: 1, call: 0, offset: 9, reason: .violation(schemaPath: "/properties/title/type"), position: 1)
    ])
  #expect(observer.calls.map(\.nameText) == ["search", "create_event"])
}

@Test("Without being asked for, no call is watched")
func unwatchedCalls() {
  var observer = ResponseObserver(format: .eventStream, request: Fixture.request)
  for event in stream(names: ["img"], arguments: ["["]) { observer.feed(Array(event.utf8).span) }
  #expect(observer.death == nil && observer.calls[0].nameText == "img" && observer.finishedChoices == 0)
}

@Test("A call that has died is invalid in the end, whatever came and however it was cut",
  arguments: Fixture.all.filter { $0.name.hasPrefix("call.") || $0.name.hasPrefix("arguments.") })
func deathIsFinal(_ fixture: Fixture) {
  for seed in 0..<8 as Range<UInt64> {
    let bytes = seed == 0 ? fixture.bytes : mutated(fixture.bytes, seed: seed)
    var found: [[String]] = []
    for (name, pieces) in DripFeed.cuts(of: bytes, randomCuts: 1) where name != "whole" || seed == 0 {
      var observer = ResponseObserver(format: fixture.format, request: fixture.request, options: .watchesCalls)
      for piece in pieces { observer.feed(piece.span) }
      let summary = observer.finish(.complete)
      for death in observer.deaths {
        let call = summary.choices.first { $0.index == death.choice }?.calls[death.call]
        #expect(call?.verdict?.valid != true, "seed \(seed), \(name): \(death)")
      }
      found.append(observer.deaths.map { "\($0)" })
    }
    #expect(found.allSatisfy { $0 == found[0] }, "seed \(seed)")
  }
}
