// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// Requests built to take a step of theirs for every pair of things in them. Each is read within the minute by far, or never.
@Suite(.timeLimit(.minutes(1))) struct LargeRequestTests {
  private static func list(_ count: Int, _ element: (Int) -> String) -> String { (0..<count).map(element).joined(separator: ",") }

  private static func turn(_ calls: String, _ members: String = "") -> String {
    #"{"role":"assistant","tool_calls":[\#(calls)]\#(members)}"#
  }

  private static func request(_ messages: String, _ members: String = "") -> [UInt8] {
    Array(#"{"messages":[\#(messages)]\#(members)}"#.utf8)
  }

  @Test("Ids for 100,000 calls, of which 100,000 others have the first ones") func mintsManyIDs() throws {
    let nameless = Self.list(100_000) { _ in #"{"function":{"name":"f"}}"# }
    let named = Self.list(100_000) { #"{"id":"f_\#($0)"}"# }
    let ids = try normalize(Self.request(Self.turn(nameless + "," + named)), .k3).ids
    #expect(ids.prefix(100_000).elementsEqual((100_000..<200_000).map { "f_\($0)" }))
    #expect(ids.suffix(100_000).elementsEqual((0..<100_000).map { "f_\($0)" }))
  }

  @Test("K3's ids are those that trying every number from a call's place on comes to", arguments: 0..<UInt64(50))
  func mintsTheSame(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let names = ["f", "f_1", "call", ""]
    let calls = (0..<Int.random(in: 2...60, using: &generator)).map { _ in
      let id = Bool.random(using: &generator) ? "\(names.randomElement(using: &generator) ?? "")_\(Int.random(in: 0...40, using: &generator))" : nil
      return (id: id, name: names.randomElement(using: &generator) ?? "")
    }
    var taken = Set(calls.compactMap(\.id))
    var seen: Set<String> = []
    let expected = calls.enumerated().map { place, call in
      if let id = call.id, seen.insert(id).inserted { return id }
      var number = place
      while !taken.insert("\(call.name.isEmpty ? "call" : call.name)_\(number)").inserted { number += 1 }
      seen.insert("\(call.name.isEmpty ? "call" : call.name)_\(number)")
      return "\(call.name.isEmpty ? "call" : call.name)_\(number)"
    }
    let json = calls.map { call in #"{\#(call.id.map { #""id":"\#($0)","# } ?? "")"function":{"name":"\#(call.name)"}}"# }
    #expect(try normalize(Self.request(Self.turn(json.joined(separator: ","))), .k3).ids == expected)
  }

  @Test("60,000 names that are none of 60,000 tools") func looksUpManyNames() throws {
    let calls = Self.list(60_000) { #"{"function":{"name":"x\#($0)"}}"# }
    let tools = Self.list(60_000) { #"{"name":"y\#($0)"}"# }
    let findings = try inspect(Self.request(Self.turn(calls), #","tools":[\#(tools)]"#), for: target())
    #expect(findings.count { $0.kind == .undeclaredHistoryTool } == 60_000)
  }

  @Test("A member 400,000 times that is taken out") func removesManyMembers() throws {
    let call = #"{"id":"functions.f:0","function":{"name":"f"}}"#
    let repeated = Self.list(400_000) { _ in #""reasoning":"""# }
    let moved = target { profile, _ in (profile.reasoningKey, profile.normalize) = (.reasoningContent, [.reasoning]) }
    let once = try normalize(Self.request(Self.turn(call, "," + repeated)), for: moved)
    #expect(once.text == String(decoding: Self.request(Self.turn(call, #","reasoning_content":"""#)), as: UTF8.self))
    #expect(once.normalization.edits.count == 400_001)
  }

  @Test("100,000 results of which none names any of 70,000 calls") func pairsManyResults() throws {
    let calls = Self.list(35_000) { _ in #"{"id":"a","function":{"name":"f"}}"# }
    let results = Self.list(100_000) { _ in #"{"role":"tool","tool_call_id":"b"}"# }
    let once = try normalize(Self.request([Self.turn(calls), user(), Self.turn(calls), results].joined(separator: ",")))
    let ids = once.ids
    #expect(ids.suffix(100_000).prefix(35_000).elementsEqual((35_000..<70_000).map { "<-functions.f:\($0)" }))
    #expect(ids.suffix(65_000).allSatisfy { $0 == "<-b" })
  }

  @Test("5,000 results with long ids in escapes, of which none names any of 4,000 calls") func pairsLongIDs() throws {
    let calls = Self.list(2000) { _ in #"{"id":"a","function":{"name":"f"}}"# }
    let id = String(repeating: #"\u0062"#, count: 2000)
    let results = Self.list(5000) { _ in #"{"role":"tool","tool_call_id":"\#(id)"}"# }
    let ids = try normalize(Self.request([Self.turn(calls), user(), Self.turn(calls), results].joined(separator: ","))).ids
    #expect(ids.suffix(5000).prefix(2000).elementsEqual((2000..<4000).map { "<-functions.f:\($0)" }))
  }

  @Test("6,000 results beside a call with an id of 6 MB in escapes") func passesOverLongIDs() throws {
    let calls = #"{"id":"\#(String(repeating: #"\u0062"#, count: 1_000_000))","function":{"name":"f"}},{"id":"a","function":{"name":"f"}}"#
    let results = Self.list(6000) { _ in #"{"role":"tool","tool_call_id":"a"}"# }
    #expect(try normalize(Self.request(Self.turn(calls) + "," + results)).ids.suffix(6000).allSatisfy { $0 == "<-functions.f:1" })
  }

  @Test("40,000 results that name their functions in another order", arguments: [#""tool_call_id":"x","#, ""])
  func pairsManyNames(id: String) throws {
    let calls = Self.list(40_000) { #"{"id":"x","function":{"name":"f\#($0)"}}"# }
    let results = Self.list(40_000) { #"{"role":"tool",\#(id)"name":"f\#(39_999 - $0)"}"# }
    let ids = try normalize(Self.request(Self.turn(calls) + "," + results)).ids
    #expect(ids.suffix(40_000).elementsEqual((0..<40_000).map { "<-functions.f\(39_999 - $0):\(39_999 - $0)" }))
  }

  @Test("20,000 times two results with a name, for one call that is left of it") func pairsAgainAndAgain() throws {
    let others = Self.list(40_000) { _ in #"{"function":{"name":"g"}}"# }
    let calls = Self.list(1000) { #"{"id":"\#($0)","function":{"name":"f"}}"# } + "," + others
    let answers = Self.list(999) { #"{"role":"tool","tool_call_id":"\#($0)"}"# }
    let pair = #"{"role":"tool","name":"f"},{"role":"tool","name":"f"},{"role":"assistant","content":""}"#
    let ids = try normalize(Self.request([Self.turn(calls), answers, Self.list(20_000) { _ in pair }].joined(separator: ","))).ids
    // More results than calls of the name: they go in order.
    #expect(ids.dropFirst(41_999).prefix(3).elementsEqual(["<-functions.f:999", "<-functions.g:1000", "<-functions.g:1001"]))
  }

  @Test("40,000 messages with a call each, and 40,000 results") func widensTheTurn() throws {
    let turns = Self.list(40_000) { Self.turn(#"{"function":{"name":"f\#($0)"}}"#) }
    let results = Self.list(40_000) { _ in #"{"role":"tool"}"# }
    let ids = try normalize(Self.request(turns + "," + results)).ids
    #expect(ids.suffix(40_000).elementsEqual((0..<40_000).map { "<-functions.f\($0):\($0)" }))
  }

  @Test("Results find the calls that looking at one after the other finds", arguments: 0..<UInt64(12))
  func pairsTheSame(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // Half of the seeds have long ids, of which few are compared one by one.
    let tail = String(repeating: "i", count: seed % 2 == 0 ? 0 : 400)
    let pool = Int.random(in: 1...400, using: &generator)
    func id(_ number: Int) -> String {
      switch Int.random(in: 0...3, using: &generator) {
      case 0: #""\u0078\#(number)\#(tail)""#
      default: #""x\#(number)\#(tail)""#
      }
    }
    var messages: [String] = []
    var (calls, isAnswered): ([Int], [Bool]) = ([], [])
    var expected: [String] = []
    for _ in 0..<6 {
      let turn = calls.count..<(calls.count + ([1, 3, 300, 1300].randomElement(using: &generator) ?? 1))
      for _ in turn { calls.append(Int.random(in: 0..<pool, using: &generator)) }
      isAnswered += turn.map { _ in false }
      messages.append(Self.turn(turn.map { #"{"id":\#(id(calls[$0])),"function":{"name":"f"}}"# }.joined(separator: ",")))
      expected += turn.map { "functions.f:\($0)" }
      let results = (0..<Int.random(in: 0...400, using: &generator)).map { _ in Int.random(in: 0..<(pool + 3), using: &generator) }
      messages += results.map { #"{"role":"tool","tool_call_id":\#(id($0))}"# } + [user()]
      func first() -> Int { turn.first { !isAnswered[$0] } ?? turn.upperBound }
      var found = results.map { wanted in
        let end = max(first(), min(turn.upperBound, first() + 1024))
        let call =
          (first()..<end).first { !isAnswered[$0] && calls[$0] == wanted }
          ?? (max(0, turn.lowerBound - 1024)..<turn.lowerBound).last { !isAnswered[$0] && calls[$0] == wanted }
        if let call { isAnswered[call] = true }
        return call ?? (turn.lowerBound..<min(end, turn.lowerBound + 1024)).first { isAnswered[$0] && calls[$0] == wanted }
          ?? (max(0, turn.lowerBound - 1024)..<turn.lowerBound).last { calls[$0] == wanted }
      }
      for place in found.indices where found[place] == nil && first() < turn.upperBound {
        found[place] = first()
        isAnswered[first()] = true
      }
      expected += zip(found, results).map { call, wanted in call.map { "<-functions.f:\($0)" } ?? "<-x\(wanted)\(tail)" }
    }
    #expect(try normalize(Self.request(messages.joined(separator: ","))).ids == expected)
  }

  @Test("Tools in 120,000 system messages") func readsManyLists() throws {
    let bytes = Self.request(Self.list(120_000) { _ in #"{"role":"system","tools":[{"name":"y"}]}"# })
    #expect(try ChatRequest(reading: bytes.span).tools.count == 120_000)
  }

  @Test("A choice of 4 MB in escapes among 100,000 tools") func choosesAmongManyTools() throws {
    let name = #"\u0062"# + String(repeating: "x", count: 4_000_000)
    let tools = Self.list(100_000) { _ in #"{"name":"y"}"# }
    func findings(_ last: String) throws -> [Finding] {
      let members = #","tool_choice":{"function":{"name":"\#(name)"}},"tools":[\#(tools),{"name":"\#(last)"}]"#
      return try inspect(Self.request("", members), for: target()).filter { $0.kind == .unsupportedToolChoice }
    }
    #expect(try findings("z").count == 1)
    #expect(try findings(name.replacing(#"\u0062"#, with: "b")).isEmpty)
  }
}
