// SPDX-License-Identifier: Apache-2.0
import JSON

/// Valid calls, and random ways to spoil them: the faults of section 2.5 and 2.6 of the catalogue, and plain noise.
struct SpoiledCalls {
  struct Tool: Sendable {
    var schema: String
    var arguments: [String]
  }

  static let tools: [Tool] = [
    Tool(
      schema: #"{"type":"object","properties":{"q":{"type":"string"},"n":{"type":"integer","minimum":1},"fresh":{"type":"boolean"}},"required":["q"],"additionalProperties":false}"#,
      arguments: [#"{"q":"weather in Oslo","n":5,"fresh":true}"#, #"{ "q": "a \"b\" {c}\n", "n": 12345678901234567890 }"#, #"{"q":"5"}"#]),
    Tool(
      schema: #"{"type":"object","properties":{"todos":{"type":"array","items":{"type":"object","properties":{"id":{"type":"integer"},"text":{"type":"string"},"state":{"enum":["open","done"]}},"required":["id","text"]}}},"required":["todos"]}"#,
      arguments: [#"{"todos":[{"id":1,"text":"é","state":"open"},{"id":2,"text":"[x]"}]}"#, #"{"todos":[]}"#]),
    Tool(
      schema: ##"{"type":"object","properties":{"at":{"$ref":"#/$defs/point"},"to":{"anyOf":[{"$ref":"#/$defs/point"},{"type":"null"}]},"tags":{"type":"array","items":{"type":"string"}}},"required":["at"],"$defs":{"point":{"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}},"required":["x","y"],"additionalProperties":false}}}"##,
      arguments: [#"{"at":{"x":1.50,"y":-2},"to":{"x":0,"y":1e3},"tags":["a","b"]}"#, #"{"at":{"x":0,"y":0},"to":null}"#]),
    Tool(
      schema: #"{"type":"object","properties":{"op":{"oneOf":[{"type":"object","properties":{"kind":{"const":"move"},"by":{"type":"integer"}},"required":["kind","by"]},{"type":"object","properties":{"kind":{"const":"say"},"text":{"type":"string","maxLength":20}},"required":["kind","text"]}]},"level":{"type":["integer","null"]}},"required":["op"]}"#,
      arguments: [#"{"op":{"kind":"move","by":3},"level":2}"#, #"{"level":null,"op":{"kind":"say","text":"hello"}}"#]),
    Tool(schema: #"{"type":"object","properties":{"path":{"type":"string"},"lines":{"type":"array","items":{"type":"integer"},"minItems":1}}}"#, arguments: [#"{"path":"/a/b.txt","lines":[1,2,30]}"#, "{}"]),
    Tool(schema: "", arguments: [#"{"anything":[1,"two",{"three":null}]}"#]),
  ]

  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// A tool's number and arguments that were valid once.
  mutating func next() -> (tool: Int, arguments: [UInt8]) {
    let tool = Int.random(in: 0..<Self.tools.count, using: &generator)
    var text = Array((Self.tools[tool].arguments.randomElement(using: &generator) ?? "{}").utf8)
    for _ in 0..<Int.random(in: 1...3, using: &generator) { text = spoiled(text) }
    return (tool, text)
  }

  private mutating func spoiled(_ text: [UInt8]) -> [UInt8] {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0: noise(text)
    case 1: [UInt8](text.prefix(Int.random(in: 0...max(text.count, 1), using: &generator)))
    case 2: text + Array((["自然科学}", "}", "\n```", " ok", "<|tool_call_end|>", #"{"a":1}"#, "<|close|>call<|sep|>"].randomElement(using: &generator) ?? "").utf8)
    case 3: Array((["{}", "```json\n", "<think>{\"q\":1}</think>", "Sure: ", "null", "[", "\""].randomElement(using: &generator) ?? "").utf8) + text
    case 4: encoded(text)
    case 5: snapshot(of: text) + text
    case 6: withControl(text)
    case 7: text + text
    default: changed(text)
    }
  }

  private mutating func noise(_ text: [UInt8]) -> [UInt8] {
    var text = text
    guard !text.isEmpty else { return text }
    let at = Int.random(in: 0..<text.count, using: &generator)
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: text.remove(at: at)
    case 1: text.insert(Array(#"{}[]":,0a\ "#.utf8).randomElement(using: &generator) ?? 0, at: at)
    default: text.insert(contentsOf: text[at..<min(text.count, at + Int.random(in: 1...8, using: &generator))], at: at)
    }
    return text
  }

  private func encoded(_ text: [UInt8]) -> [UInt8] {
    var writer = JSONWriter()
    writer.write(string: text)
    return writer.finish()
  }

  /// What a partial parser would have shown of the text at some point.
  private mutating func snapshot(of text: [UInt8]) -> [UInt8] {
    guard text.first == UInt8(ascii: "{"), text.count > 2 else { return Array("{}".utf8) }
    for _ in 0..<20 {
      let cut = text.prefix(Int.random(in: 1..<text.count, using: &generator))
      for tail in ["}", "\"}", "]}", "\"]}", "}}", "\"}}", "}]}"] {
        let candidate = cut + Array(tail.utf8)
        if (try? JSONValue(parsing: Array(candidate))) != nil { return Array(candidate) }
      }
    }
    return Array("{}".utf8)
  }

  private mutating func withControl(_ text: [UInt8]) -> [UInt8] {
    var text = text
    let quotes = text.indices.filter { text[$0] == UInt8(ascii: "\"") }
    guard let at = quotes.randomElement(using: &generator) else { return text }
    text.insert([0x0A, 0x09, 0x01].randomElement(using: &generator) ?? 0x0A, at: at + 1)
    return text
  }

  /// Another value in some place, as JSON: its bytes elsewhere stay.
  private mutating func changed(_ text: [UInt8]) -> [UInt8] {
    var index = JSONIndex()
    guard (try? index.read(text.span)) != nil else { return noise(text) }
    var values: [JSONIndex.Node] = []
    collect(index.root, index, &values)
    guard let node = values.randomElement(using: &generator) else { return text }
    let old = Array(text[index.range(node)])
    let new: [UInt8]
    switch Int.random(in: 0..<8, using: &generator) {
    case 0, 1, 2: new = encoded(old)
    case 3: new = Array("null".utf8)
    case 4 where index.kind(node) == .array && index.count(node) == 1: new = Array(old.dropFirst().dropLast())
    case 5: new = Array(["7", "\"x\"", "\"12\"", "\"false\"", "{}", "[]", "2.5", "\"long text that is no number\""].randomElement(using: &generator)?.utf8 ?? "0".utf8)
    case 6 where index.kind(node) == .object:
      let edit = index.inserting(Array("extra".utf8), Array(["null", "1", "\"x\"", "[1,2,3]"].randomElement(using: &generator)?.utf8 ?? "1".utf8), into: node)
      return JSONEdit.apply([edit], to: text.span)
    default: new = encoded(old)
    }
    return JSONEdit.apply([index.replacing(node, with: new)], to: text.span)
  }

  private func collect(_ node: JSONIndex.Node, _ index: JSONIndex, _ values: inout [JSONIndex.Node]) {
    for (_, value) in index.members(node) {
      values.append(value)
      collect(value, index, &values)
    }
    for value in index.elements(node) {
      values.append(value)
      collect(value, index, &values)
    }
  }
}
