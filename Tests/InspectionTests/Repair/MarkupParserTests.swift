// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

/// A text with calls in it, and what a parser must make of it: calls as `name(arguments)`, a cut one with a `…` behind.
struct MarkupCase: CustomTestStringConvertible, Sendable {
  var name: String
  var text: String
  var calls: [String]
  var rest = ""
  var ids: [String]?
  var testDescription: String { name }
}

private let tools = ByteStrings(["get_weather", "search", "my.tool", "mcp__a__b-c", "a:b", "python", "finish", "a&b"])

private let k2MarkupCases: [MarkupCase] = [
  MarkupCase(
    name: "a section with one call",
    text: "I will look.\n<|tool_calls_section_begin|><|tool_call_begin|>functions.search:2<|tool_call_argument_begin|>{\"q\":\"a\"}<|tool_call_end|><|tool_calls_section_end|>",
    calls: [#"search({"q":"a"})"#], rest: "I will look.\n", ids: ["functions.search:2"]),
  MarkupCase(
    name: "two calls, with line feeds between all tokens, and text behind",
    text: "Sure.<|tool_calls_section_begin|>\n<|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{\"city\":\"Oslo\"}<|tool_call_end|>\n<|tool_call_begin|>functions.search:1<|tool_call_argument_begin|>{}<|tool_call_end|>\n<|tool_calls_section_end|>\nThe weather is…",
    calls: [#"get_weather({"city":"Oslo"})"#, "search({})"], rest: "Sure.\nThe weather is…"),
  MarkupCase(
    name: "singular section tokens",
    text: "<|tool_call_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_call_section_end|>",
    calls: ["search({})"]),
  MarkupCase(
    name: "no section", text: "<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|>",
    calls: ["search({})"]),
  MarkupCase(
    name: "spaces around every token",
    text: "<|tool_calls_section_begin|> <|tool_call_begin|> functions.search:0 <|tool_call_argument_begin|> {\"q\": 1} <|tool_call_end|> <|tool_calls_section_end|>",
    calls: [#"search({"q": 1})"#]),
  MarkupCase(
    name: "no end token, and the arguments are whole",
    text: "<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{\"q\":{\"a\":[1]}}",
    calls: [#"search({"q":{"a":[1]}})"#]),
  MarkupCase(
    name: "two calls without end tokens",
    text: "<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{\"q\":1}<|tool_call_begin|>functions.search:1<|tool_call_argument_begin|>{\"q\":2}",
    calls: [#"search({"q":1})"#, #"search({"q":2})"#]),
  MarkupCase(
    name: "no end token, and the arguments are cut",
    text: "<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{\"q\":\"a",
    calls: [#"search({"q":"a)…"#]),
  MarkupCase(name: "cut within the id", text: "<|tool_call_begin|>functions.sea", calls: ["sea()…"]),
  MarkupCase(name: "cut behind the id", text: "<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>", calls: ["search()…"]),
  MarkupCase(
    name: "a code fence for the argument token, and no number",
    text: "<|tool_call_begin|>functions.search\n```json\n{\"q\":1}\n```\n<|tool_call_end|>", calls: [#"search({"q":1})"#],
    ids: ["functions.search"]),
  MarkupCase(
    name: "a code fence, and no end token", text: "<|tool_call_begin|>functions.search\n```json\n{\"q\":1}\n```\nDone.",
    calls: [#"search({"q":1})"#], rest: "\nDone."),
  MarkupCase(
    name: "a fence behind the argument token",
    text: "<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>```json\n{\"q\":1}\n```<|tool_call_end|>",
    calls: [#"search({"q":1})"#]),
  MarkupCase(
    name: "a number that is none", text: "<|tool_call_begin|>functions.search:c1<|tool_call_argument_begin|>{}<|tool_call_end|>",
    calls: ["search({})"], ids: ["functions.search:c1"]),
  MarkupCase(name: "no token at all", text: #"functions.search:0{"q":"a"}"#, calls: [#"search({"q":"a"})"#]),
  MarkupCase(
    name: "no token at all, twice, and text behind", text: #" functions.search:0{"q":1}functions.search:1 {"q":2} ok"#,
    calls: [#"search({"q":1})"#, #"search({"q":2})"#], rest: " ok"),
  MarkupCase(
    name: "only the tokens behind the id", text: #"functions.search:0<|tool_call_argument_begin|>{"q":1}<|tool_call_end|>"#,
    calls: [#"search({"q":1})"#]),
  MarkupCase(name: "no token, not declared", text: #"functions.other:0{"q":"a"}"#, calls: [], rest: #"functions.other:0{"q":"a"}"#),
  MarkupCase(name: "no token, not at the start", text: #"Use functions.search:0{"q":1}"#, calls: [], rest: #"Use functions.search:0{"q":1}"#),
  MarkupCase(name: "no token, cut", text: #"functions.search:0{"q":"#, calls: [], rest: #"functions.search:0{"q":"#),
  MarkupCase(name: "a call expression in prose", text: "functions.search:0 is the first {}", calls: [], rest: "functions.search:0 is the first {}"),
  MarkupCase(
    name: "a section without the token of its first call",
    text: "<|tool_calls_section_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
    calls: ["search({})"]),
  MarkupCase(
    name: "later calls without their first token",
    text: "<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|>functions.finish:1<|tool_call_argument_begin|>{\"x\":2}<|tool_call_end|>\nfunctions.python:2<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
    calls: ["search({})", #"finish({"x":2})"#, "python({})"]),
  MarkupCase(
    name: "words about the next token behind a call",
    text: "<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|>, and <|tool_call_argument_begin|>{} parts it",
    calls: ["search({})"], rest: ", and {} parts it"),
  MarkupCase(
    name: "arguments right behind the id", text: #"<|tool_call_begin|>functions.search:0{"q":1}<|tool_call_end|>"#,
    calls: [#"search({"q":1})"#]),
  MarkupCase(
    name: "tokens within a string of the arguments",
    text: #"<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{"q":"<|tool_call_end|>"}<|tool_call_end|>"#,
    calls: [#"search({"q":"<|tool_call_end|>"})"#]),
  MarkupCase(
    name: "junk behind the arguments stays with them",
    text: #"<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{"q":1}自然<|tool_call_end|>"#,
    calls: [#"search({"q":1}自然)"#]),
  MarkupCase(
    name: "a raw line feed within a string, with an end token",
    text: "<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{\"q\":\"a\nb\"}<|tool_call_end|>",
    calls: ["search({\"q\":\"a\nb\"})"]),
  MarkupCase(name: "an id without prefix", text: "<|tool_call_begin|>search:2<|tool_call_argument_begin|>{}<|tool_call_end|>", calls: ["search({})"]),
  MarkupCase(name: "dots in the name", text: "<|tool_call_begin|>functions.my.tool:1<|tool_call_argument_begin|>{}<|tool_call_end|>", calls: ["my.tool({})"]),
  MarkupCase(name: "hyphens in the name", text: "<|tool_call_begin|>functions.mcp__a__b-c:3<|tool_call_argument_begin|>{}<|tool_call_end|>", calls: ["mcp__a__b-c({})"]),
  MarkupCase(name: "a colon in the name", text: "<|tool_call_begin|>functions.a:b:0<|tool_call_argument_begin|>{}<|tool_call_end|>", calls: ["a:b({})"]),
  MarkupCase(name: "a colon in the name, and no number", text: "<|tool_call_begin|>functions.a:b<|tool_call_argument_begin|>{}<|tool_call_end|>", calls: ["a:b({})"]),
  MarkupCase(name: "a line feed in the id", text: "<|tool_call_begin|>functions.search:0\n<|tool_call_argument_begin|>{\n\"q\":\n1}<|tool_call_end|>", calls: ["search({\n\"q\":\n1})"]),
  MarkupCase(
    name: "an end of message behind the section",
    text: "<|tool_calls_section_begin|><|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|><|im_end|>",
    calls: ["search({})"]),
  MarkupCase(name: "an empty section", text: "a<|tool_calls_section_begin|><|tool_calls_section_end|>", calls: [], rest: "a"),
  MarkupCase(name: "no markup", text: "a < b <|x|> c", calls: [], rest: "a < b <|x|> c"),
  MarkupCase(name: "nothing between begin and end", text: "<|tool_call_begin|><|tool_call_end|>", calls: ["()…"]),
]

private func k3(_ body: String, tool: String = "python", index: Int = 1) -> String {
  #"<|open|>call tool="\#(tool)" index="\#(index)"<|sep|>\#(body)<|close|>call<|sep|>"#
}

private func argument(_ key: String, _ type: String, _ value: String) -> String {
  #"<|open|>argument key="\#(key)" type="\#(type)"<|sep|>\#(value)<|close|>argument<|sep|>"#
}

private let k3MarkupCases: [MarkupCase] = [
  MarkupCase(
    name: "a response, then tools",
    text: "<|open|>response<|sep|>Let me run it.<|close|>response<|sep|><|open|>tools<|sep|>"
      + k3(argument("code", "string", "print(1)") + argument("opts", "object", #"{"a": 1}"#)) + "<|close|>tools<|sep|>",
    calls: [#"python({"code":"print(1)","opts":{"a": 1}})"#], rest: "Let me run it."),
  MarkupCase(name: "a response alone", text: "<|open|>response<|sep|>hi there<|close|>response<|sep|><|close|>message<|sep|>", calls: [], rest: "hi there"),
  MarkupCase(
    name: "a response whose beginning was in the prompt", text: "hi<|close|>response<|sep|><|open|>tools<|sep|>" + k3("", tool: "finish") + "<|close|>tools<|sep|><|close|>message<|sep|><|end_of_msg|>",
    calls: ["finish({})"], rest: "hi"),
  MarkupCase(
    name: "two calls, and tools that are never closed",
    text: "<|open|>tools<|sep|>" + k3(argument("code", "string", "a")) + k3(argument("code", "string", "b"), index: 2),
    calls: [#"python({"code":"a"})"#, #"python({"code":"b"})"#]),
  MarkupCase(
    name: "escapes in attributes, and none in values",
    text: "<|open|>tools<|sep|>" + k3(argument("q&quot;&amp;", "string", "say &quot;hi&quot;"), tool: "a&amp;b") + "<|close|>tools<|sep|>",
    calls: [#"a&b({"q\"&":"say &quot;hi&quot;"})"#]),
  MarkupCase(
    name: "values by type; what is no JSON becomes a string",
    text: "<|open|>tools<|sep|>"
      + k3(
        argument("n", "number", "42") + argument("big", "number", "12345678901234567890123") + argument("flag", "boolean", "true")
          + argument("none", "null", "null") + argument("list", "array", #"[1,"two"]"#) + argument("bad", "object", "{not json")
          + argument("e", "number", "1e") + argument("s", "string", "null") + argument("empty", "string", "")) + "<|close|>tools<|sep|>",
    calls: [#"python({"n":42,"big":12345678901234567890123,"flag":true,"none":null,"list":[1,"two"],"bad":"{not json","e":"1e","s":"null","empty":""})"#]),
  MarkupCase(
    name: "raw text with everything in it",
    text: "<|open|>tools<|sep|>" + k3(argument("code", "string", "print(\"雪\")\\path\n\t<|close|>argumenX <|sep|>")) + "<|close|>tools<|sep|>",
    calls: [#"python({"code":"print(\"雪\")\\path\n\t<|close|>argumenX <|sep|>"})"#]),
  MarkupCase(
    name: "spaces within the tags",
    text: #"<|open|> tools <|sep|><|open|> call tool="search" index="1" <|sep|><|open|> argument key="q" type="string" <|sep|> a <|close|> argument <|sep|><|close|> call <|sep|><|close|> tools <|sep|>"#,
    calls: [#"search({"q":" a "})"#]),
  MarkupCase(
    name: "one block of JSON", text: "<|open|>tools<|sep|>" + k3(#"<|open|>json type="object"<|sep|>{"q": [1, 2]}<|close|>json<|sep|>"#) + "<|close|>tools<|sep|>",
    calls: [#"python({"q": [1, 2]})"#]),
  MarkupCase(name: "no tools tag around the call", text: "Ok." + k3(""), calls: ["python({})"], rest: "Ok."),
  MarkupCase(name: "cut behind the opening tag", text: #"<|open|>tools<|sep|><|open|>call tool="python" index="1"<|sep|>"#, calls: ["python({})…"]),
  MarkupCase(
    name: "cut within a value", text: #"<|open|>tools<|sep|><|open|>call tool="python" index="1"<|sep|><|open|>argument key="code" type="string"<|sep|>partial<|cl"#,
    calls: ["python({})…"]),
  MarkupCase(
    name: "a value that is not closed before the end of its call",
    text: #"<|open|>call tool="python" index="1"<|sep|><|open|>argument key="code" type="string"<|sep|>a<|close|>call<|sep|>"# + k3(argument("code", "string", "b"), index: 2),
    calls: ["python({})…", #"python({"code":"b"})"#]),
  MarkupCase(
    name: "a value that is not closed before the next one",
    text: k3(#"<|open|>argument key="code" type="string"<|sep|>a"# + argument("n", "number", "1")), calls: ["python({})…"]),
  MarkupCase(
    name: "a value without a key, and text behind the call",
    text: k3(argument("code", "string", "a") + #"<|open|>argument key=n type="number"<|sep|>1<|close|>argument<|sep|>"#) + " So.",
    calls: [#"python({"code":"a"})…"#], rest: " So."),
  MarkupCase(
    name: "a tag that no call has", text: k3(argument("code", "string", "a") + "<|open|>arguments<|sep|>1<|close|>arguments<|sep|>"),
    calls: [#"python({"code":"a"})…"#]),
  MarkupCase(
    name: "a block behind a value", text: k3(argument("code", "string", "a") + #"<|open|>json type="object"<|sep|>{}<|close|>json<|sep|>"#),
    calls: [#"python({"code":"a"})…"#]),
  MarkupCase(
    name: "words behind a value", text: k3(argument("code", "string", "a") + "so"), calls: [#"python({"code":"a"})…"#], rest: "so"),
  MarkupCase(
    name: "cut between two values", text: #"<|open|>call tool="python" index="1"<|sep|>"# + argument("code", "string", "a") + "<|open|>argument",
    calls: [#"python({"code":"a"})…"#]),
  MarkupCase(name: "a token at the end", text: "all done<|open|>", calls: [], rest: "all done"),
  MarkupCase(name: "half a tag at the end", text: "all done<|close|>think", calls: [], rest: "all done"),
  MarkupCase(
    name: "thoughts in the text", text: "<|open|>think<|sep|>hm<|close|>think<|sep|>" + k3("", tool: "finish"), calls: ["finish({})"]),
]

@Suite struct MarkupParserTests {
  @Test(arguments: k2MarkupCases + k3MarkupCases) func `The parser finds the calls and leaves the text`(_ markup: MarkupCase) {
    let result = MarkupParser(tools: tools).parse(Array(markup.text.utf8))
    let calls = result.calls.map {
      "\(String(decoding: $0.name, as: UTF8.self))(\(String(decoding: $0.arguments, as: UTF8.self)))\($0.isComplete ? "" : "…")"
    }
    #expect(calls == markup.calls)
    #expect(String(decoding: result.text, as: UTF8.self) == markup.rest)
    if let ids = markup.ids { #expect(result.calls.map { String(decoding: $0.id, as: UTF8.self) } == ids) }
  }

  @Test(arguments: [
    ("`@`", "", 1), ("@", "`", 0), ("@`, and", "`", 1), ("'@'", "", 1), ("\"@\" is one, @ none", "", 1), ("```\n@\n```\nSo.", "", 1), ("@\n```\nSo.", "\n", 1),
    ("@\n```\nSo.\n```\nx\n```", "", 1), ("@\n```\nx\n```", "", 0), ("<code>@</code>", "", 1), ("> @\n\nSo.", "", 0), ("`@@`", "", 2),
    ("`` @ ``", "", 1), ("It is `text @`, and `x`.", "", 1), ("@ `ls`", "", 0), ("It is ` @`, ` @`.", "", 2), ("- So:\n  ```\n  @\n  ```", "", 1),
    ("> ```\n> @\n> ```", "", 1), ("<pre>\n@\n</pre>", "", 1), ("@\n`ls`,` `", "", 0),
  ]) func `Calls in code and in quotation marks are told from others`(_ text: String, _ before: String, _ count: Int) {
    let call = "<|tool_call_begin|>functions.search:0<|tool_call_argument_begin|>{}<|tool_call_end|>"
    let result = MarkupParser(tools: tools).parse(Array(text.replacing("@", with: call).utf8), before: before.utf8.last ?? 0)
    #expect(result.quotedCalls == count)
  }

  @Test(arguments: k2MarkupCases + k3MarkupCases) func `No cut of the text makes a call of what was cut`(_ markup: MarkupCase) {
    let parser = MarkupParser(tools: tools)
    let bytes = Array(markup.text.utf8)
    let whole = parser.parse(bytes).calls
    for end in bytes.indices {
      let cut = parser.parse(Array(bytes[..<end])).calls
      for (number, call) in cut.enumerated() where call.isComplete {
        // A call may be complete before the junk behind its arguments has come.
        let original = whole.indices.contains(number) ? whole[number] : LeakedCall()
        #expect(original.name == call.name && original.arguments.starts(with: call.arguments), "cut at \(end)")
      }
    }
  }
}
