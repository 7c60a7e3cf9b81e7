// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// Arguments before and after: what the rules named in `by` make of them, in that order. Without any of them nothing happens.
struct ArgumentCase: CustomTestStringConvertible, Sendable {
  var before: String
  var schema: String
  /// Nil: they must stay as they are.
  var after: String?
  var by: [RepairRule] = []
  var testDescription: String { "\(before) for \(schema)" }
}

private func object(_ properties: String, _ rest: String = "") -> String { #"{"type":"object","properties":{\#(properties)}\#(rest)}"# }
private let anything = #"{"type":"object"}"#
private let needsA = object(#""a":{"type":"integer"}"#, #","required":["a"],"additionalProperties":false"#)
private let textA = object(#""a":{"type":"string"}"#, #","required":["a"]"#)

private let form: [ArgumentCase] = [
  ArgumentCase(before: "", schema: anything, after: "{}", by: [.argumentsForm]),
  ArgumentCase(before: " \n", schema: "", after: "{}", by: [.argumentsForm]),
  ArgumentCase(before: "", schema: needsA, after: nil),
  ArgumentCase(before: "null", schema: anything, after: "{}", by: [.argumentsForm]),
  ArgumentCase(before: "null", schema: needsA, after: nil),
  ArgumentCase(before: "[]", schema: anything, after: nil),
  ArgumentCase(before: #"[{"a":1}]"#, schema: needsA, after: nil),
  ArgumentCase(before: "{", schema: anything, after: nil),
  ArgumentCase(before: #"{"a":1"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":"x"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":1,}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{a:1}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{'a':1}"#, schema: needsA, after: nil),
]

private let encoding: [ArgumentCase] = [
  ArgumentCase(before: #""{\"a\":1}""#, schema: needsA, after: #"{"a":1}"#, by: [.doubleEncoding]),
  ArgumentCase(before: #" "{ \"a\" : 1 }" "#, schema: needsA, after: #"{ "a" : 1 }"#, by: [.doubleEncoding]),
  ArgumentCase(before: #""{\"a\":\"5\"}""#, schema: needsA, after: #"{"a":5}"#, by: [.doubleEncoding, .coercion]),
  ArgumentCase(before: #""```json\n{\"a\":1}\n```""#, schema: needsA, after: #"{"a":1}"#, by: [.doubleEncoding, .surroundingJunk]),
  ArgumentCase(before: #""\"{\\\"a\\\":1}\"""#, schema: needsA, after: nil),
  ArgumentCase(before: #""hello""#, schema: anything, after: nil),
  ArgumentCase(before: #""{\"b\":1}""#, schema: needsA, after: nil),
]

private let junk: [ArgumentCase] = [
  ArgumentCase(before: #"{"a":1}自然科学}"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{"a":1}"}"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  ArgumentCase(before: "```json\n{\"a\": 1 }\n```", schema: needsA, after: #"{"a": 1 }"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"<think>I take {"a":2}.</think>{"a":1}"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"Here it is: {"a":1}"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  // A key that comes twice: which of the values was meant?
  ArgumentCase(before: #"{"a":1,"a":2}}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":"x","\u0061":"1"}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{}{"a":1}"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{} {}{"a":1}"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{"a":"x"}{"a":"xy"}{"a":"xyz","b":[1]}"#, schema: textA, after: #"{"a":"xyz","b":[1]}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{"a":"x"}{"a":"x"}"#, schema: textA, after: #"{"a":"x"}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{"a":1}{"a":12}"#, schema: needsA, after: #"{"a":12}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{"a":1}<|tool_call_end|><|tool_calls_section_end|>"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{"a":1}<|close|>argument<|sep|>"#, schema: needsA, after: #"{"a":1}"#, by: [.surroundingJunk]),
  ArgumentCase(before: #"{"a":"<|tool_call_end|>}"}}"#, schema: textA, after: #"{"a":"<|tool_call_end|>}"}"#, by: [.surroundingJunk]),
  ArgumentCase(before: "{\"a\":\"x\ny\"}}", schema: textA, after: #"{"a":"x\ny"}"#, by: [.surroundingJunk, .controlCharacters]),
  ArgumentCase(before: #"{"a":"5"} ok"#, schema: needsA, after: #"{"a":5}"#, by: [.surroundingJunk, .coercion]),
  ArgumentCase(before: #"{"a":"x"}<|close|>call tool="x""#, schema: textA, after: #"{"a":"x"}"#, by: [.surroundingJunk]),
  // Quotation marks without a backslash within the last string.
  ArgumentCase(before: #"{"a":"rm -r "}old"/tmp"}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":"if (l.endsWith("}")) n--;\nreturn n;"}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":"He said "} is missing" and left"}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":"x"}"}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":["x"] }y"]}"#, schema: object(#""a":{}"#), after: nil),
  // Two different objects; a second one cut off; a member that came too late; another call; too much.
  ArgumentCase(before: #"{"a":1}{"a":2}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":"xy"}{"a":"x"}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":"x","b":"p"}{"a":"xy","b":"pq"}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":1}{}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":1}{"a":12"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":1},"b":2}"#, schema: object(#""a":{}"#), after: nil),
  ArgumentCase(before: #"{"a":1}<|tool_call_end|><|tool_call_begin|>functions.f:1<|tool_call_argument_begin|>{"a":2}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":1}<|tool_call_end|>functions.f:1<|tool_call_argument_begin|>{"a":2}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":1}"# + String(repeating: "x", count: 1025), schema: needsA, after: nil),
  ArgumentCase(before: #""a":{"a":1}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"[{"a":1}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"b":1}junk"#, schema: needsA, after: nil),
]

private let control: [ArgumentCase] = [
  ArgumentCase(before: "{\"a\":\"x\ny\tz\"}", schema: textA, after: #"{"a":"x\ny\tz"}"#, by: [.controlCharacters]),
  ArgumentCase(before: "{\"a\":\"\u{1}\u{1f}\u{8}\u{c}\r\"}", schema: textA, after: #"{"a":"\u0001\u001f\b\f\r"}"#, by: [.controlCharacters]),
  ArgumentCase(before: "{\n\"a\":\t\"\\\"\n\\\\\" }", schema: textA, after: "{\n\"a\":\t\"\\\"\\n\\\\\" }", by: [.controlCharacters]),
  ArgumentCase(before: "{\"a\\\n\":\"x\"}", schema: anything, after: nil),
  ArgumentCase(before: "{\"a\":\"x\n", schema: textA, after: nil),
  ArgumentCase(before: "{\u{1}\"a\":\"x\"}", schema: textA, after: nil),
]

private let coercion: [ArgumentCase] = [
  ArgumentCase(before: #"{ "a" : "5" }"#, schema: needsA, after: #"{ "a" : 5 }"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"5.0"}"#, schema: needsA, after: #"{"a":5.0}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"9007199254740992"}"#, schema: needsA, after: #"{"a":9007199254740992}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"1e20"}"#, schema: needsA, after: #"{"a":1e20}"#, by: [.coercion]),
  // Some client would have another number, or none.
  ArgumentCase(before: #"{"a":"123456789012345678901234567890"}"#, schema: needsA),
  ArgumentCase(before: #"{"a":"9007199254740993"}"#, schema: needsA),
  ArgumentCase(before: #"{"a":"1e400"}"#, schema: needsA),
  ArgumentCase(before: #"{"a":"1e-400"}"#, schema: object(#""a":{"type":"number"}"#)),
  ArgumentCase(before: #"{"a":"0.10000000000000000001"}"#, schema: object(#""a":{"type":"number"}"#)),
  ArgumentCase(before: #"{"a":"[1, 1e400]"}"#, schema: object(#""a":{"type":"array","items":{"type":"number"}}"#)),
  ArgumentCase(before: #"{"a":"-0.10e2"}"#, schema: object(#""a":{"type":"number"}"#), after: #"{"a":-0.10e2}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"true","b":"false"}"#, schema: object(#""a":{"type":"boolean"},"b":{"type":"boolean"}"#), after: #"{"a":true,"b":false}"#, by: [.coercion, .coercion]),
  ArgumentCase(before: #"{"a":"[{\"k\":1}]"}"#, schema: object(#""a":{"type":"array","items":{"type":"object"}}"#), after: #"{"a":[{"k":1}]}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"{\"k\": 1}"}"#, schema: object(#""a":{"type":"object"}"#), after: #"{"a":{"k": 1}}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"[\"1\",\"2\"]"}"#, schema: object(#""a":{"type":"array","items":{"type":"integer"}}"#), after: #"{"a":[1,2]}"#, by: [.coercion, .coercion, .coercion]),
  ArgumentCase(before: #"{"a":"x"}"#, schema: object(#""a":{"type":"array","items":{"type":"string"}}"#), after: #"{"a":["x"]}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":7}"#, schema: object(#""a":{"type":"array","items":{"type":"integer"}}"#), after: #"{"a":[7]}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"7"}"#, schema: object(#""a":{"type":"array","items":{"type":"integer"}}"#), after: #"{"a":[7]}"#, by: [.coercion, .coercion]),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(##""a":{"$ref":"#/$defs/n"}"##, #","$defs":{"n":{"type":"integer"}}"#), after: #"{"a":5}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"anyOf":[{"type":"integer"},{"type":"null"}]}"#), after: #"{"a":5}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"oneOf":[{"type":"boolean"},{"type":"number"}]}"#), after: #"{"a":5}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"allOf":[{"type":"integer"},{"maximum":9}]}"#), after: #"{"a":5}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"enum":[5,6]}"#), after: #"{"a":5}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"true"}"#, schema: object(#""a":{"const":true}"#), after: #"{"a":true}"#, by: [.coercion]),
  ArgumentCase(
    before: #"{"op":{"kind":"move","by":"3"}}"#,
    schema: object(
      #""op":{"anyOf":[{"type":"object","properties":{"kind":{"const":"turn"},"on":{"type":"boolean"}},"required":["on"]},{"type":"object","properties":{"kind":{"const":"move"},"by":{"type":"integer"}},"required":["by"]}]}"#),
    after: #"{"op":{"kind":"move","by":3}}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":[1,"2",3]}"#, schema: object(#""a":{"type":"array","items":{"type":"integer"}}"#), after: #"{"a":[1,2,3]}"#, by: [.coercion]),
  ArgumentCase(before: #"{"a":"5","a":"6"}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a/b~":{"c":"1"}}"#, schema: object(#""a/b~":{"type":"object","properties":{"c":{"type":"integer"}}}"#), after: #"{"a/b~":{"c":1}}"#, by: [.coercion]),
  // Lossy, or not what the schema demands.
  ArgumentCase(before: #"{"a":"5.5"}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":"05"}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":" 5"}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":"five"}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":""}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":5.5}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":true}"#, schema: needsA, after: nil),
  ArgumentCase(before: #"{"a":5}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":"True"}"#, schema: object(#""a":{"type":"boolean"}"#), after: nil),
  ArgumentCase(before: #"{"a":1}"#, schema: object(#""a":{"type":"boolean"}"#), after: nil),
  ArgumentCase(before: #"{"a":"[1,2"}"#, schema: object(#""a":{"type":"array","items":{"type":"string"}}"#), after: nil),
  ArgumentCase(before: #"{"a":{"k":1}}"#, schema: object(#""a":{"type":"array","items":{"type":"object"}}"#), after: nil),
  ArgumentCase(before: #"{"a":"x"}"#, schema: object(#""a":{"type":"array","items":{"type":"integer"}}"#), after: nil),
  ArgumentCase(before: #"{"a":"x"}"#, schema: object(#""a":{"type":"array","minItems":2}"#), after: nil),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"pattern":"^[a-z]+$"}"#), after: nil),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"type":"integer","minimum":9}"#), after: nil),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"type":["string","integer"],"minLength":2}"#), after: nil),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"type":"integer"}"#, #","required":["a","b"]"#), after: nil),
  ArgumentCase(before: #"{"a":1,"b":2}"#, schema: needsA, after: nil),
]

private let null: [ArgumentCase] = [
  ArgumentCase(before: #"{"a":null,"b":1}"#, schema: object(#""a":{"type":"string"}"#), after: #"{"b":1}"#, by: [.optionalNull]),
  ArgumentCase(before: #"{ "b": 1, "a": null }"#, schema: object(#""a":{"type":"string"}"#), after: #"{ "b": 1 }"#, by: [.optionalNull]),
  ArgumentCase(before: #"{"a":null}"#, schema: object(#""a":{"type":"string"}"#), after: "{}", by: [.optionalNull]),
  ArgumentCase(before: #"{"a":null,"b":null}"#, schema: object(#""a":{"type":"string"},"b":{"enum":["x"]}"#), after: "{}", by: [.optionalNull, .optionalNull]),
  ArgumentCase(before: #"{"o":{"a":null}}"#, schema: object(#""o":{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{"type":"integer"}]}}}"#), after: #"{"o":{}}"#, by: [.optionalNull]),
  ArgumentCase(before: #"{"a":null,"n":"5"}"#, schema: object(#""a":{"type":"string"},"n":{"type":"integer"}"#), after: #"{"n":5}"#, by: [.optionalNull, .coercion]),
  ArgumentCase(before: #"{"a":null}"#, schema: textA, after: nil),
  ArgumentCase(before: #"{"a":1,"a":null}"#, schema: object(#""a":{"type":"integer"}"#), after: nil),
  ArgumentCase(before: #"{"b":null}"#, schema: object(#""a":{}"#, #","additionalProperties":false"#), after: nil),
  ArgumentCase(before: #"{"a":[null]}"#, schema: object(#""a":{"type":"array","items":{"type":"string"}}"#), after: nil),
  ArgumentCase(before: #"{"a":null}"#, schema: object(#""a":{"type":"string"}"#, #","minProperties":1"#), after: nil),
]

let argumentCases = form + encoding + junk + control + coercion + null

/// Arguments that nothing is wrong with, odd as they look.
private let untouched: [ArgumentCase] = [
  ArgumentCase(before: #"{"a":5.0}"#, schema: needsA),
  ArgumentCase(before: #" { "a" : 1e2 } "#, schema: needsA),
  ArgumentCase(before: #"{"a":"5"}"#, schema: object(#""a":{"type":["string","integer"]}"#)),
  ArgumentCase(before: #"{"a":"[1]"}"#, schema: textA),
  ArgumentCase(before: #"{"a":null}"#, schema: object(#""a":{"type":["string","null"]}"#)),
  ArgumentCase(before: #"{"a":"{}{}"}"#, schema: textA),
  ArgumentCase(before: #"{"anything":null}"#, schema: ""),
  ArgumentCase(before: #"{"a":"5"}"#, schema: #"{"type":"objekt"}"#),
  ArgumentCase(before: #"{"a":"5"}"#, schema: #"{"$ref":"https://example.com/nowhere"}"#),
]

@Suite struct ArgumentRepairTests {
  private func mended(_ arguments: String, _ schema: String, _ rules: Set<RepairRule>) -> (text: String, repairs: [Repair], valid: Bool?) {
    let request = facts([("f", schema)])
    let result = answer([call("f", arguments)]).mended(rules, request)
    return (result.summary.first.calls[0].argumentsText, result.repairs, result.summary.first.calls[0].verdict?.valid)
  }

  @Test(arguments: argumentCases) func `Arguments become what their rules make of them`(_ item: ArgumentCase) {
    let (text, repairs, valid) = mended(item.before, item.schema, allRules)
    #expect(text == item.after ?? item.before)
    #expect(repairs.map(\.rule) == item.by)
    if item.after != nil {
      #expect(valid == true)
    } else {
      #expect(valid == false)
    }
  }

  @Test(arguments: argumentCases) func `A repaired call is not repaired again`(_ item: ArgumentCase) {
    let request = facts([("f", item.schema)])
    let once = answer([call("f", item.before)]).mended(allRules, request)
    let twice = once.summary.repaired(with: allRules, request: request, ids: .vendor)
    #expect(twice.repairs == [])
    #expect(twice.summary == once.summary)
  }

  @Test(arguments: argumentCases) func `Without one of its rules a call stays as it was`(_ item: ArgumentCase) {
    for rule in Set(item.by) {
      let (text, repairs, _) = mended(item.before, item.schema, allRules.subtracting([rule]))
      #expect(text == item.before, "without \(rule.rawValue)")
      #expect(repairs.isEmpty)
    }
    let only = mended(item.before, item.schema, Set(item.by))
    #expect(only.text == item.after ?? item.before)
  }

  @Test(arguments: untouched) func `What is valid keeps its bytes`(_ item: ArgumentCase) {
    let (text, repairs, _) = mended(item.before, item.schema, allRules)
    #expect(text == item.before)
    #expect(repairs.isEmpty)
  }

  @Test func `A repair says what it changed and where`() {
    let schema = object(#""a":{"type":"array","items":{"type":"integer"}},"b":{"type":"string"}"#)
    let (_, repairs, _) = mended("{\"a\":[1,\"2\"],\"b\":null}!", schema, allRules)
    #expect(
      repairs.map(\.line) == [
        "surrounding_junk arguments: {\"a\":[1,\"2\"],\"b\":null}! -> {\"a\":[1,\"2\"],\"b\":null}",
        "coercion arguments/a/1: \"2\" -> 2",
        "optional_null arguments/b: null -> ",
      ])
  }

  @Test func `A thousand wrong values in one list end the search, and nothing is changed`() {
    let list = (0..<2000).map { "\"\($0)\"" }.joined(separator: ",")
    let text = #"{"a":[\#(list)]}"#
    let schema = object(#""a":{"type":"array","items":{"type":"integer"}}"#)
    #expect(mended(text, schema, allRules).text == text)
    let few = (0..<100).map { "\"\($0)\"" }.joined(separator: ",")
    #expect(mended(#"{"a":[\#(few)]}"#, schema, allRules).valid == true)
  }
}
