// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

private func call(_ name: String, _ arguments: String) -> AssembledCall {
  var call = AssembledCall(choice: 0, index: 0)
  (call.name, call.arguments) = (Array(name.utf8), Array(arguments.utf8))
  return call
}

private func turn(_ messages: String..., owner: UInt64 = 1) throws -> ReasoningChain {
  let bytes = body(messages.joined(separator: ","))
  var none = ReasoningCache()
  return try #require(try normalize(bytes, for: vendor(.reasoning), reasoning: &none, owner: owner).normalization.turn)
}

private func turnMessage(_ arguments: String, _ more: String = "", name: String = "f", id: String = "x") -> String {
  #"{"role":"assistant","content":null,"tool_calls":[{"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":"\#(arguments)"}}]\#(more)}"#
}

private func said(_ text: String) -> String { #"{"role":"assistant","content":"\#(text)"}"# }
private func picture(_ name: String, _ text: String = "") -> String {
  #"{"role":"user","content":[{"type":"image_url",\#(text)"image_url":{"url":"data:\#(name)"}}]}"#
}
private func screenshot(_ name: String) -> String {
  picture(name, #""text":null,"#).replacing(#""role":"user""#, with: #""role":"tool","tool_call_id":"x""#)
}
private func system(_ text: String) -> String { #"{"role":"system","content":"\#(text)"}"# }

private func vendor(_ key: VendorProfile.ReasoningKey?, needsReasoning: Bool = false) -> RequestTarget {
  target(.k3) { profile, traits in
    (profile.reasoningKey, profile.normalize, traits.needsReasoning) = (key, [.reasoning], needsReasoning)
  }
}

/// What becomes of the second message of a conversation whose first turn thought `hm`.
private func second(
  _ message: String, _ target: RequestTarget, first: String = user(), owner: UInt64 = 1
) throws -> String {
  var cache = ReasoningCache()
  cache.insert(Array("h\"m".utf8), before: [call("f", #"{"a":1,"b":"é"}"#)], at: try turn(user()))
  let bytes = body("\(first),\(message)")
  let text = try normalize(bytes, for: target, reasoning: &cache, owner: owner).text
  return String(text.dropFirst(String(decoding: body(first), as: UTF8.self).count - endOfBody.count + 1).dropLast(endOfBody.count))
}

@Test(
  "Reasoning comes back however the client writes the arguments, and whatever it makes of the id",
  arguments: [
    #"{\"a\":1,\"b\":\"é\"}"#, #" {\"b\" : \"\\u00e9\" ,\"a\":1.0}"#, #"{\"a\":1e0,\"b\":\"\u00e9\"}"#,
  ])
func reasoningComesBack(arguments: String) throws {
  for id in ["x", "functions_f_0", ""] {
    let message = turnMessage(arguments, id: id)
    let after = try second(message, vendor(.reasoningContent))
    #expect(after.hasSuffix(#","reasoning_content":"h\"m"}"#))
  }
}

@Test("Reasoning of other calls, of another conversation or of another client does not")
func reasoningStaysApart() throws {
  let target = vendor(.reasoning)
  let same = #"{\"a\":1,\"b\":\"é\"}"#
  #expect(try second(turnMessage(same), target).contains("h\\\"m"))
  for other in [#"{\"a\":2,\"b\":\"é\"}"#, #"{\"a\":\"1\",\"b\":\"é\"}"#, #"{\"a\":1}"#, "nothing", ""] {
    #expect(try second(turnMessage(other), target) == turnMessage(other))
  }
  #expect(try second(turnMessage(same, name: "g"), target) == turnMessage(same, name: "g"))
  #expect(try second(turnMessage(same), target, first: user("other")) == turnMessage(same))
  #expect(try second(turnMessage(same), target, owner: 2) == turnMessage(same))
}

@Test(
  "Nor does it where anything before the turn was said otherwise, be it behind the first question",
  arguments: [
    ([user("hi"), said("Hello!"), user("my account is 4711")], [user("hi"), said("Hello!"), user("and mine?")]),
    ([user("hi"), turnMessage("{}"), result(#""x""#)], [user("hi"), turnMessage("{}"), result(#""x""#).replacing(#""ok""#, with: #""for Alice""#)]),
    ([user("hi"), system("for Alice")], [user("hi"), system("for Bob")]), ([user("hi"), user("there")], [user("hi there")]),
    ([user("hi"), said("Hello!")], [user("hi"), said("Hallo!")]),
    ([#"{"role":"user","name":"alice","content":"hi"}"#], [#"{"role":"user","name":"bob","content":"hi"}"#]),
    ([#"{"role":"user","member":1234567890123456789,"content":"hi"}"#], [#"{"role":"user","member":1234567890123456788,"content":"hi"}"#]),
    ([system("hi").replacing(#","#, with: #","name":"a","#)], [system("hi").replacing(#","#, with: #","name":"b","#)]),
    ([picture("alice", #""text":null,"#)], [picture("bob", #""text":null,"#)]), ([picture("alice", #""text":"","#)], [picture("bob", #""text":"","#)]),
    ([user("hi"), turnMessage("{}"), screenshot("alice")], [user("hi"), turnMessage("{}"), screenshot("bob")]),
    ([user("hi"), said("").replacing("}", with: #","function_call":{"name":"f","arguments":"1"}}"#)], [user("hi"), said("").replacing("}", with: #","function_call":{"name":"f","arguments":"2"}}"#)]),
    ([user("hi"), turnMessage("{}", #","content":"for Alice""#), result(#""x""#)], [user("hi"), turnMessage("{}", #","content":"for Bob""#), result(#""x""#)]),
  ])
func reasoningOfOthers(one: [String], other: [String]) throws {
  var cache = ReasoningCache()
  cache.insert(Array("secret".utf8), before: [call("f", #"{"a":1}"#)], at: try turn(one.joined(separator: ",")))
  func sent(_ before: [String]) throws -> String {
    let bytes = body((before + [turnMessage(#"{\"a\":1}"#)]).joined(separator: ","))
    return try normalize(bytes, for: vendor(.reasoning), reasoning: &cache).text
  }
  #expect(try sent(one).contains("secret"))
  #expect(try !sent(other).contains("secret"))
}

@Test("It comes back where the same was said in other words of JSON")
func reasoningOfTheSame() throws {
  var cache = ReasoningCache()
  let parts = #"{"role":"user","content":[{"type":"text","text":"\u0068i","file":null,"cache_control":{"type":"ephemeral"}}]}"#
  let silent = #"{"role":"assistant","content":null}"#
  cache.insert(Array("thought".utf8), before: [call("f", "{}")], at: try turn(user("hi"), said("")))
  let text = try normalize(body([parts, silent, turnMessage("{}")].joined(separator: ",")), for: vendor(.reasoning), reasoning: &cache).text
  #expect(text.contains("thought"))
}

@Test(
  "It goes under the vendor's key, in the vendor's form",
  arguments: [
    (.reasoningContent, #","reasoning_content":"h\"m""#), (nil, #","reasoning_content":"h\"m""#), (.reasoning, #","reasoning":"h\"m""#),
    (.reasoningDetails, #","reasoning_details":[{"type":"reasoning.text","text":"h\"m"}]"#),
  ] as [(VendorProfile.ReasoningKey?, String)])
func reasoningKeys(key: VendorProfile.ReasoningKey?, member: String) throws {
  let arguments = #"{\"a\":1,\"b\":\"é\"}"#
  #expect(try second(turnMessage(arguments), vendor(key)) == turnMessage(arguments, member))
}

@Test(
  "What the client kept stays, and moves to the vendor's key",
  arguments: [
    (.reasoningContent, #","reasoning_content":"""#, #","reasoning_content":"""#),
    (.reasoning, #","reasoning_content":"o\u0077n""#, #","reasoning":"o\u0077n""#),
    (.reasoningDetails, #","reasoning":"own""#, #","reasoning_details":[{"type":"reasoning.text","text":"own"}]"#),
    (.reasoningContent, #","reasoning_details":[{"text":"o"},{"type":"x"},{"text":"wn"}]"#, #","reasoning_content":"own""#),
    (.reasoningContent, #","reasoning_content":null"#, #","reasoning_content":"h\"m""#),
    (.reasoningContent, #","reasoning":null"#, #","reasoning":null,"reasoning_content":"h\"m""#),
  ] as [(VendorProfile.ReasoningKey, String, String)])
func reasoningMoves(key: VendorProfile.ReasoningKey, before: String, after: String) throws {
  let arguments = #"{\"a\":1,\"b\":\"é\"}"#
  #expect(try second(turnMessage(arguments, before), vendor(key)) == turnMessage(arguments, after))
}

@Test("What nobody knows is empty where the model must have it, and only there")
func unknownReasoning() throws {
  #expect(try second(turnMessage("{}"), vendor(.reasoningContent)) == turnMessage("{}"))
  let needed = vendor(.reasoningContent, needsReasoning: true)
  #expect(try second(turnMessage("{}"), needed) == turnMessage("{}", #","reasoning_content":"""#))
  #expect(
    try second(turnMessage("{}"), vendor(.reasoningDetails, needsReasoning: true))
      == turnMessage("{}", #","reasoning_details":[]"#))
}

@Test("The first reasoning of a turn stays, and polling with the same call keeps turns apart")
func turnsStayApart() throws {
  var cache = ReasoningCache()
  let calls = [call("f", "{}")]
  cache.insert(Array("one".utf8), before: calls, at: try turn(user()))
  cache.insert(Array("late".utf8), before: calls, at: try turn(user()))
  cache.insert(Array("two".utf8), before: calls, at: try turn(user(), turnMessage("{}"), result(#""x""#)))
  #expect(cache.count == 2 && cache.bytes == 6)
  let bytes = body([user(), turnMessage("{}"), result(#""x""#), turnMessage("{}"), result(#""x""#)].joined(separator: ","))
  let text = try normalize(bytes, for: vendor(.reasoning), reasoning: &cache).text
  #expect(text.ranges(of: #""reasoning":"one""#).count == 1 && text.ranges(of: #""reasoning":"two""#).count == 1)
}

@Test("The cache is bounded in texts and bytes, and forgets what was used longest ago")
func boundedCache() throws {
  func holds(_ name: String, _ cache: inout ReasoningCache) throws -> Bool {
    let bytes = body("\(user()),\(turnMessage("{}", name: name))")
    return try normalize(bytes, for: vendor(.reasoning), reasoning: &cache).text.contains("thought")
  }
  var cache = ReasoningCache(capacity: 3, bytes: 100)
  let start = try turn(user())
  for name in ["a", "b", "c"] { cache.insert(Array("thought \(name)".utf8), before: [call(name, "{}")], at: start) }
  #expect(try holds("a", &cache))
  cache.insert(Array("thought d".utf8), before: [call("d", "{}")], at: start)
  #expect(try !holds("b", &cache) && holds("a", &cache) && holds("c", &cache) && holds("d", &cache))
  cache.insert(Array(repeating: UInt8(ascii: "x"), count: 90), before: [call("e", "{}")], at: start)
  #expect(cache.count == 2 && cache.bytes == 99)
  #expect(try holds("d", &cache) && !holds("a", &cache))
  cache.insert(Array(repeating: UInt8(ascii: "x"), count: 101), before: [call("f", "{}")], at: start)
  cache.insert([], before: [call("g", "{}")], at: start)
  cache.insert(Array("x".utf8), before: [], at: start)
  #expect(cache.count == 2 && cache.bytes == 99)
  var none = ReasoningCache(capacity: 0)
  none.insert(Array("x".utf8), before: [call("g", "{}")], at: start)
  #expect(none.count == 0 && none.bytes == 0)
}

@Test("The cache agrees with a plain list, however it is used")
func cacheModel() throws {
  for seed in 0..<20 as Range<UInt64> {
    var generator = SeededGenerator(seed: seed)
    var cache = ReasoningCache(capacity: 5, bytes: 40)
    // The one used last comes last.
    var model: [(name: String, count: Int)] = []
    let start = try turn(user())
    for _ in 0..<100 {
      let name = "n\(Int.random(in: 0..<9, using: &generator))"
      let place = model.firstIndex { $0.name == name }
      if Bool.random(using: &generator) {
        let count = Int.random(in: 1...15, using: &generator)
        cache.insert(Array(repeating: UInt8(ascii: "x"), count: count), before: [call(name, "{}")], at: start)
        if let place {
          model.append(model.remove(at: place))
        } else {
          while model.count >= 5 || model.reduce(count, { $0 + $1.count }) > 40 { model.removeFirst() }
          model.append((name, count))
        }
      } else {
        let bytes = body("\(user()),\(turnMessage("{}", name: name))")
        let isKnown = try !normalize(bytes, for: vendor(.reasoning), reasoning: &cache).normalization.edits.isEmpty
        #expect(isKnown == (place != nil), "seed \(seed)")
        if let place { model.append(model.remove(at: place)) }
      }
      #expect(cache.count == model.count && cache.bytes == model.reduce(0) { $0 + $1.count }, "seed \(seed)")
    }
  }
}
