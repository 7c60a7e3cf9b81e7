// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

@Suite struct RecentRequestsTests {
  @Test("a request read after another is the request read alone: turns that come, go and change, of several conversations")
  func sameAsAlone() throws {
    var generator = SeededGenerator(seed: .random(in: 0..<1 << 32))
    let seed = generator.next()
    print("RecentRequestsTests: seed \(seed)")
    generator = SeededGenerator(seed: seed)
    let conversations = (0..<5).map { _ in randomConversation(seed: generator.next()) }
    var recent = RecentRequests(capacity: 1 << 20)
    for _ in 0..<3_000 {
      let conversation = conversations[Int.random(in: 0..<5, using: &generator)]
      var body = conversation.body(Int.random(in: 0...conversation.messages.count, using: &generator))
      change(&body, &generator)
      var entry = recent.take(for: body.span)
      let alone = try? ChatRequest(reading: body.span)
      if let alone {
        try entry.read(body.span)
        #expect(outline(entry.request, body) == outline(alone, body), "seed \(seed): \(String(decoding: body, as: UTF8.self))")
      } else {
        #expect(throws: ChatRequestError.self) { try entry.read(body.span) }
        #expect(entry.request.messages.isEmpty && entry.request.index.nodeCount == 0)
      }
      recent.giveBack(entry)
    }
    #expect(recent.count > 1)
  }

  @Test("messages that a turn adds are read, those that it has in common are not; what the cut-off ones declared is gone")
  func growing() throws {
    var recent = RecentRequests(capacity: 1 << 20)
    let system = #"{"role":"system","content":"","tools":[{"function":{"name":"late"}}]}"#
    let call = #"{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}"#
    for messages in [[user("hi"), system], [user("hi"), system, call], [user("hi"), call], [user("hi")], [system, call, call]] {
      let body = Array(#"{"messages":[\#(messages.joined(separator: ","))],"tools":[{"function":{"name":"f"}}],"stream":true}"#.utf8)
      var entry = recent.take(for: body.span)
      try entry.read(body.span)
      let alone = try ChatRequest(reading: body.span)
      #expect(outline(entry.request, body) == outline(alone, body))
      #expect(entry.request.calls.count == messages.filter { $0 == call }.count)
      #expect(entry.request.tools.count == 1 + messages.filter { $0 == system }.count)
      recent.giveBack(entry)
    }
  }

  @Test("a conversation finds its own last turn among others'; what they take is bounded")
  func bounds() throws {
    var recent = RecentRequests(capacity: 400_000)
    func body(_ conversation: Int, _ turns: Int) -> [UInt8] {
      let said = (0..<turns).map { user("conversation \(conversation), turn \($0): " + String(repeating: "x", count: 500)) }
      return Array(#"{"model":"kimi-k2","messages":[\#(said.joined(separator: ","))]}"#.utf8)
    }
    for turns in 2..<8 {
      for conversation in 0..<20 {
        let body = body(conversation, turns)
        var entry = recent.take(for: body.span)
        // What it was given is the turn before, of itself.
        let known = entry.request.messages.count
        #expect(known == (turns == 2 ? 0 : turns - 1))
        let same = try entry.request.messages.last.map { last in
          let before = try ChatRequest(reading: body.span)
          return before.index.range(before.messages[known - 1].node) == entry.request.index.range(last.node)
        }
        #expect(same != false)
        try entry.read(body.span)
        recent.giveBack(entry)
      }
    }
    #expect(recent.count == 20)
    for conversation in 20..<400 {
      let body = body(conversation, 30)
      var entry = recent.take(for: body.span)
      try entry.read(body.span)
      recent.giveBack(entry)
      #expect(recent.size <= 400_000)
    }
    #expect(recent.count > 3 && recent.count < 20)
  }

  @Test("bodies that are no request push no conversation out")
  func noRequests() throws {
    var recent = RecentRequests(capacity: 1 << 20)
    let body = Array(#"{"messages":[\#(user("a question of its own, long enough to be known by"))]}"#.utf8)
    var own = recent.take(for: body.span)
    try own.read(body.span)
    recent.giveBack(own)
    for number in 0..<300 {
      let bad = Array("{\(number)".utf8)
      var entry = recent.take(for: bad.span)
      #expect(throws: ChatRequestError.self) { try entry.read(bad.span) }
      recent.giveBack(entry)
    }
    #expect(recent.count == 1 && recent.take(for: body.span).request.messages.count == 1)
  }

  /// Takes a piece out, or writes one twice, or makes another value of a byte.
  private func change(_ body: inout [UInt8], _ generator: inout SeededGenerator) {
    let place = Int.random(in: 0..<body.count, using: &generator)
    let end = min(body.count, place + Int.random(in: 1...40, using: &generator))
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: body.removeSubrange(place..<end)
    case 1: body.insert(contentsOf: body[place..<end], at: place)
    case 2: body[place] = UInt8(ascii: "7")
    default: break
    }
  }

  private func outline(_ request: ChatRequest, _ body: [UInt8]) -> [String] {
    let facts = request.facts(in: body.span, caches: SchemaCaches())
    return [
      "\(request.model ?? "-") \(request.isStream) \(request.choiceCount) \(request.toolChoice)", "\(request.messages)",
      "\(request.calls)", "\(request.tools)", "\(request.messagesWithTools)", "\(facts.tools.names)", "\(facts.callIDs)",
      "\(request.index.nodeCount) \(request.index.range(request.index.root))",
    ]
  }
}
