// SPDX-License-Identifier: Apache-2.0
import Inspection

/// A conversation of all shapes that the request rules care about: blank content, reasoning under any key, results without
/// names and ids.
struct RandomConversation {
  var messages: [String]
  /// The calls of each message, as a response would have brought them; empty for other messages.
  var calls: [[AssembledCall]]

  static let tools = #"{"type":"function","function":{"name":"search","parameters":{"type":"object","properties":{"q":{"type":"string"}}}}}"#

  var body: [UInt8] { body(messages.count) }

  /// A request with the first `count` messages, between parameters of all styles.
  func body(_ count: Int) -> [UInt8] {
    Array(
      #"{"temperature":0.3,"reasoning":{"enabled":true},"model":"kimi-k2.6","messages":[\#(messages[..<count].joined(separator: " ,\n"))],"tools":[\#(Self.tools)],"top_p":1,"max_tokens":5}"#
        .utf8)
  }
}

func randomConversation(seed: UInt64) -> RandomConversation {
  var generator = SeededGenerator(seed: seed)
  func pick(_ values: [String]) -> String { values[Int.random(in: 0..<values.count, using: &generator)] }
  var conversation = RandomConversation(messages: [user("go \(seed % 7)")], calls: [[]])
  for _ in 0..<Int.random(in: 0...9, using: &generator) {
    var calls: [AssembledCall] = []
    let message: String
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: message = user()
    case 1: message = #"{"role":"assistant","content":\#(pick([#""done""#, #""""#]))}"#
    case 2, 3:
      var list: [String] = []
      for position in 0..<Int.random(in: 1...3, using: &generator) {
        let (name, id) = (pick(["search", "f"]), pick(["a", "b", "functions.search:0", "functions.f:3"]))
        let query = Int.random(in: 0..<3, using: &generator)
        var call = AssembledCall(choice: 0, index: position)
        (call.name, call.arguments) = (Array(name.utf8), Array(#"{"q":"\#(query)","n":1}"#.utf8))
        calls.append(call)
        // The client writes the arguments anew.
        let arguments = pick([#"{\"q\":\"\#(query)\",\"n\":1}"#, #"{ \"n\": 1.0, \"q\" : \"\#(query)\" }"#])
        list.append(#"{"id":"\#(id)","type":"function","function":{"name":"\#(name)","arguments":"\#(arguments)"}}"#)
      }
      let content = pick([#""content":"","#, #""content":null,"#, "", #""content":[],"#, #""content":"so","#])
      let reasoning = pick(["", "", #","reasoning_content":"own""#, #","reasoning":"own""#, #","reasoning_content":null"#])
      message = #"{\#(content)"role":"assistant","tool_calls":[\#(list.joined(separator: ","))]\#(reasoning)}"#
    default: message = result([#""a""#, #""b""#, #""functions.f:3""#, nil][Int.random(in: 0..<4, using: &generator)])
    }
    conversation.messages.append(message)
    conversation.calls.append(calls)
  }
  return conversation
}
