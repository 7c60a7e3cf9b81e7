// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSONSchema
import TestSupport
import Testing

/// Calls of which much can be said, and whose mending is tried again and again. Each took a second and more, most of them ten.
@Suite(.timeLimit(.minutes(1))) struct LargeWordsTests {
  private static let object = #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#

  private static func list(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined(separator: ",") }

  @Test("Below a key of four megabytes nothing is mended, nor told at length") func longKey() {
    let request = facts([("f", #"{"type":"object","additionalProperties":{"type":"array","items":{"type":"string"}}}"#)])
    let arguments = #"{"\#(String(repeating: "k", count: 4_000_000))":[\#(Self.list(200) { _ in "1" })]}"#
    let time = cpuTime {
      let (summary, repairs) = answer([call("f", arguments)]).mended([.coercion, .optionalNull], request)
      let verdict = summary.first.calls[0].verdict
      #expect(repairs.isEmpty && verdict?.valid == false)
      #expect(verdict.map { $0.violations.count + $0.furtherViolations } == 200)
      #expect(verdict.map { $0.violations.reduce(0) { $0 + $1.textBytes } < 128 << 10 } == true)
    }
    #expect(time < .seconds(2))
  }

  /// Arguments in text, and what is thought of them while they come.
  static let dead: [(what: String, text: @Sendable () -> String, outlook: Mendability)] = [
    ("1.5 million empty objects", { String(repeating: "{}", count: 1_500_000) }, .no),
    ("a million objects", { String(repeating: #"{"a":1}{ "a":1}"#, count: 500_000) }, .no),
    (
      "600,000 objects before a large one",
      {
        String(repeating: "{}", count: 300_000) + String(repeating: #"{"k":1}"#, count: 300_000)
          + #"{"k":1,"# + list(100_000) { #""k\#($0)":1"# } + "}"
      }, .no
    ),
    ("eight megabytes of line feeds", { #"{"a":""# + String(repeating: "\n", count: 8_000_000) + #"","b":01}"# }, .no),
    // A later snapshot may have the key that is missing.
    ("100,000 undeclared keys", { "{" + list(100_000) { #""k\#($0)":1"# } + "}" }, .wait),
  ]

  @Test("Arguments that no rule mends are told so at once", arguments: 0..<5) func dead(number: Int) {
    let (what, text, outlook) = Self.dead[number]
    let arguments = Array(text().utf8)
    let request = facts([("f", Self.object)])
    let death = CallDeath(choice: 0, call: 0, offset: 2, reason: .syntax, position: 0)
    let time = cpuTime {
      #expect(mendability(of: arguments, death: death, tool: 0, request: request, rules: allRules) == outlook)
      #expect(ArgumentsShape(of: arguments) != .empty)
      var one = call("f", "")
      one.arguments = arguments
      let (summary, repairs) = answer([one]).mended([.surroundingJunk, .controlCharacters, .coercion, .optionalNull], request)
      #expect(repairs.isEmpty && summary.first.calls[0].verdict?.valid == false)
    }
    #expect(time < .seconds(2), "\(what)")
  }

  @Test("What holds more values than are looked at is neither decoded nor rescued") func manyValues() {
    let request = facts([("f", #"{"type":"object","properties":{"a":{"type":"array"}}}"#)])
    for count in [1000, CallAssembler.valueLimit] {
      let isKept = count == 1000
      let list = String(repeating: "1,", count: count) + "1"
      // Nothing of the text looks like these commas.
      let hidden = list.replacing(",", with: #"\u002c"#)
      for arguments in [#""{\"a\":[\#(hidden)]}""#, #"{"a":"[\#(hidden)]"}"#] {
        let (summary, repairs) = answer([call("f", arguments)]).mended([.doubleEncoding, .coercion], request)
        #expect(repairs.isEmpty != isKept && (summary.first.calls[0].verdict?.valid == true) == isKept)
        // While the string is still open.
        let isWhole = arguments.hasPrefix("\"")
        let death = CallDeath(
          choice: 0, call: 0, offset: isWhole ? 0 : 5, reason: .violation(schemaPath: isWhole ? "/type" : "/properties/a/type"), position: 0)
        let outlook = mendability(of: Array(arguments.utf8.dropLast(3)), death: death, tool: 0, request: request, rules: allRules)
        #expect(outlook == (isKept ? .wait : .no))
      }
      let leak = #"<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a":[\#(list)]}<|tool_call_end|>"#
      #expect(answer([], finish: "stop", leak: leak).mended([.leakedCalls], request).summary.first.calls.isEmpty != isKept)
    }
  }

  @Test("Line feeds in a long string are escaped") func lineFeeds() {
    let arguments = #"{"a":""# + String(repeating: "\n", count: 1_000_000) + "\u{1}\"}"
    let mended = answer([call("f", arguments)]).mended([.controlCharacters], facts([("f", Self.object)])).summary.first
    #expect(mended.calls[0].argumentsText == #"{"a":""# + String(repeating: "\\n", count: 1_000_000) + "\\u0001\"}")
  }

  @Test("Strings that two types are tried for have a common limit") func choices() {
    let schema = #"{"type":"object","properties":{"a":{"type":"array","items":{"anyOf":[{"type":"integer"},{"type":"boolean"}]}}}}"#
    func mended(_ count: Int) -> ChoiceSummary {
      let arguments = #"{"a":[\#(Self.list(count) { _ in #""1""# })]}"#
      return answer([call("f", arguments)]).mended([.coercion], facts([("f", schema)])).summary.first
    }
    #expect(mended(20).calls[0].argumentsText == #"{"a":[\#(Self.list(20) { _ in "1" })]}"#)
    #expect(cpuTime { _ = mended(200) } < .seconds(2))
  }

  @Test("A large schema is not read for each of a thousand calls, nor compiled for each choice of theirs") func largeSchema() {
    let properties = Self.list(60_000) { #""p\#($0)":{"type":"string"}"# }
    let schema = #"{"type":"object","properties":{\#(properties),"a":{"anyOf":[{"type":"integer"},{"type":"boolean"}]}}}"#
    let request = facts([("f", schema)])
    for arguments in ["{}", #"{"a":"x"}"#] {
      let calls = (0..<1024).map { (number: Int) in call("f", arguments, id: "functions.f:\(number)", index: number) }
      #expect(answer([calls[0]]).mended([.coercion], request).repairs.isEmpty)
      let time = cpuTime { #expect(answer(calls).mended([.coercion], request).repairs.isEmpty) }
      #expect(time < .seconds(2))
    }
  }

  @Test("Nulls that are no member's value are not looked for again and again") func nulls() {
    let request = facts([("f", #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}}}"#)])
    let arguments = #"{"b":"\#(String(repeating: "x", count: 4_000_000))","a":[\#(Self.list(400) { _ in "null" })]}"#
    let time = cpuTime {
      #expect(answer([call("f", arguments)]).mended([.optionalNull, .coercion], request).repairs.isEmpty)
    }
    #expect(time < .seconds(2))
  }

  @Test("A call that may be mended is looked at again and again while white space follows it") func looks() {
    let request = facts([("f", #"{"type":"object","properties":{"a":{"type":"array","items":{"type":"integer"}}}}"#)])
    let arguments = Array(#"{"a":[\#(Self.list(200) { _ in #""1""# })]}"#.utf8)
    let death = CallDeath(choice: 0, call: 0, offset: 6, reason: .violation(schemaPath: "/properties/a/items/type"), position: 0)
    let time = cpuTime {
      for number in 0..<30 {
        let text = arguments + Array(repeating: UInt8(ascii: " "), count: number)
        #expect(mendability(of: text, death: death, tool: 0, request: request, rules: allRules) == .wait)
      }
    }
    #expect(time < .seconds(2))
  }

  @Test("What is open below long keys, and below many, is told in little memory") func openPaths() {
    let request = facts([("f", #"{"type":"object"}"#)])
    let death = CallDeath(choice: 0, call: 0, offset: 6, reason: .violation(schemaPath: "/type"), position: 0)
    let long = #"{"\#(String(repeating: "k", count: 4_000_000))":"# + String(repeating: "[", count: 400)
    let deep = String(repeating: #"{"a":"#, count: 400) + "{" + Self.list(300_000) { #""k\#($0)":[]"# }
    let time = cpuTime {
      for text in [long, deep] {
        #expect(mendability(of: Array(text.utf8), death: death, tool: 0, request: request, rules: allRules) == .wait)
      }
    }
    #expect(time < .seconds(2))
  }

  @Test("Objects in objects in another order are compared once") func nestedSnapshots() {
    let request = facts([("f", "")])
    let isLinear = growsLinearly(50) { (depth: Int) -> ResponseSummary in
      var (one, other) = ("{" + Self.list(depth * 40) { #""k\#($0)":1"# } + "}", "")
      other = one
      for _ in 0..<depth { (one, other) = (#"{"a":\#(one),"b":1,"c":2}"#, #"{"a":\#(other),"c":2,"b":1}"#) }
      return answer([call("f", one + other)])
    } _: { summary in
      // Neither is the snapshot of the other.
      #expect(summary.mended([.surroundingJunk], request).repairs.isEmpty)
    }
    #expect(isLinear)
  }

  /// What keeps coming behind 400 wrong elements, or in a string that 400 schemas take for none.
  static let ends: [(what: String, schema: String, text: @Sendable (Int) -> String)] = [
    ("white space", #"{"properties":{"a":{"items":{"type":"object"}}}}"#, { #"{"a":[\#(list(400) { #""a\#($0)""# })"# + String(repeating: " ", count: $0) }),
    (
      "an open string", #"{"properties":{"a":{"allOf":[\#(list(400) { _ in #"{"type":"integer"}"# })]}}}"#,
      { #"{"a":""# + String(repeating: "1", count: $0) }
    ),
    (
      "a whole string", #"{"properties":{"a":{"allOf":[\#(list(400) { _ in #"{"type":"integer"}"# })]}}}"#,
      { #"{"a":""# + String(repeating: "1", count: $0) + "\"" }
    ),
    (
      "objects in objects", ##"{"properties":{"a":{"type":"string","properties":{"a":{"$ref":"#/properties/a"}}}}}"##,
      { String(repeating: #"{"a":"#, count: 400) + "[\"" + String(repeating: "x", count: $0) + "\"]" + String(repeating: "}", count: 399) }
    ),
  ]

  @Test("What is asked of each of 400 violations is found out once", arguments: 0..<4) func manyViolations(number: Int) {
    let (what, schema, text) = Self.ends[number]
    let request = facts([("f", schema)])
    let death = CallDeath(choice: 0, call: 0, offset: 6, reason: .violation(schemaPath: "/properties/a"), position: 0)
    let arguments = Array(text(4_000_000).utf8)
    let time = cpuTime {
      _ = mendability(of: arguments, death: death, tool: 0, request: request, rules: allRules)
    }
    #expect(time < .seconds(2), "\(what): \(time)")
  }

  @Test("A tool set is charged for what is wrong with its schemas") func footprint() {
    let key = String(repeating: "k", count: 3_000)
    let tools = facts([("f", #"{"properties":{"\#(key)":{"properties":{\#(Self.list(8) { #""x\#($0)":{"type":1}"# })}}}}"#)]).tools
    #expect(tools.footprint == 0)
    guard case .unusable(let error) = tools.parameters(of: 0) else {
      Issue.record("the schema is one")
      return
    }
    #expect(error.footprint > 8 * 2 * 3_000 && tools.footprint == error.footprint)
  }
}
