// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inspection
import JSON
import JSONSchema
import Testing

private let isLong = ProcessInfo.processInfo.environment["BELAY_LONG_TESTS"] != nil
private let rounds = isLong ? 200_000 : 4_000
private var seed: UInt64 {
  ProcessInfo.processInfo.environment["BELAY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...999_999)
}
private let request = facts(SpoiledCalls.tools.enumerated().map { ("f\($0)", $1.schema) })

private func repair(_ tool: Int, _ arguments: [UInt8], _ rules: Set<RepairRule> = allRules) -> (call: AssembledCall, repairs: [Repair]) {
  var broken = call("f\(tool)", "")
  broken.arguments = arguments
  let result = answer([broken]).mended(rules, request)
  return (result.summary.first.calls[0], result.repairs)
}

@Suite struct RandomRepairTests {
  @Test func `What is repaired is valid, keeps to what was said, and is done with`() throws {
    let seed = seed
    var calls = SpoiledCalls(seed: seed)
    var repaired = 0
    for round in 0..<rounds {
      let (tool, text) = calls.next()
      let name: Comment = "seed \(seed), round \(round): \(String(decoding: text, as: UTF8.self))"
      let (call, repairs) = repair(tool, text)
      guard !repairs.isEmpty else {
        #expect(call.arguments == text, name)
        continue
      }
      repaired += 1
      #expect(call.verdict?.valid == true, name)
      let hay = haystacks(text)
      for leaf in leaves(try JSONValue(parsing: call.arguments)) {
        #expect(hay.contains { $0.contains(leaf) }, "\(name) has no \(String(decoding: leaf, as: UTF8.self))")
      }
      #expect(repair(tool, call.arguments).repairs == [], name)
      #expect(repair(tool, text).call == call, name)
    }
    #expect(repaired > rounds / 20)
  }

  @Test(.enabled(if: PythonValidator.python != nil, "no Python oracle: Tests/run makes it"))
  func `Python agrees that what is repaired is valid`() throws {
    let seed = seed
    var calls = SpoiledCalls(seed: seed)
    var texts: [[[UInt8]]] = Array(repeating: [], count: SpoiledCalls.tools.count)
    for _ in 0..<rounds {
      let (tool, text) = calls.next()
      let (call, repairs) = repair(tool, text)
      if !repairs.isEmpty { texts[tool].append(call.arguments) }
    }
    for (tool, texts) in zip(SpoiledCalls.tools, texts) where !tool.schema.isEmpty && !texts.isEmpty {
      let verdicts = try PythonValidator.verdicts(on: texts, schema: tool.schema)
      for (text, verdict) in zip(texts, verdicts) {
        #expect(verdict == "T", "seed \(seed): Python rejects \(String(decoding: text, as: UTF8.self)) for \(tool.schema)")
      }
      #expect(verdicts.count == texts.count)
    }
  }

  @Test func `A call that is given up is one that no repair would have mended`() throws {
    let seed = seed
    var calls = SpoiledCalls(seed: seed)
    var dead = 0, waited = 0, wrong = 0, wasted = 0, remaining = 0
    for round in 0..<rounds {
      let (tool, text) = calls.next()
      let schema = SpoiledCalls.tools[tool].schema
      var stream = StreamingValidator(schema: try Schema(Array((schema.isEmpty ? #"{"type":"object"}"# : schema).utf8)))
      guard let death = stream.feed(text) else { continue }
      dead += 1
      let rules = round % 3 == 0 ? allRules : Set(RepairRule.allCases.filter { _ in Bool.random(using: &calls.generator) })
      let isMended = !repair(tool, text, rules).repairs.isEmpty
      let reason: CallDeath.Reason = death.reason == .syntax ? .syntax : .violation(schemaPath: "")
      var stopped: Int?
      for end in (death.offset + 1)...max(text.count, death.offset + 1) where end <= text.count {
        let outlook = mendability(
          of: Array(text[..<end]), death: CallDeath(choice: 0, call: 0, offset: death.offset, reason: reason, position: 0), tool: tool,
          request: request, rules: rules)
        if outlook == .no {
          stopped = end
          #expect(!isMended, "seed \(seed), round \(round), given up at \(end): \(String(decoding: text, as: UTF8.self)), \(rules)")
          break
        }
      }
      if round % 3 == 0, !isMended {
        waited += stopped == death.offset + 1 ? 0 : 1
        wrong += 1
        wasted += (stopped ?? text.count) - death.offset - 1
        remaining += text.count - death.offset - 1
      }
    }
    #expect(dead > rounds / 10)
    print("mendability, all rules: of \(wrong) hopeless calls \(waited) were waited for; \(wasted) of the \(remaining) bytes behind their deaths (seed \(seed))")
  }

  @Test func `Random bytes in leaked markup never crash the parser, and complete calls stay within the text`() {
    let seed = seed
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "<|tool_calls_section_begin|>", "<|tool_call_begin|>", "functions.f0:0", "<|tool_call_argument_begin|>", #"{"q":"x"}"#, "<|tool_call_end|>",
      "<|tool_calls_section_end|>", "<|open|>", "<|close|>", "<|sep|>", "tools", #"call tool="f0" index="1""#, #"argument key="q" type="string""#, "call",
      "argument", "json", " ", "\n", "```json", "```", "text", "{", "\"", "é", "<|", "<think>", "</think>",
    ]
    let parser = MarkupParser(tools: request.tools.names)
    for round in 0..<rounds {
      let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let result = parser.parse(Array(text.utf8))
      let bytes = Array(text.utf8)
      for call in result.calls where call.isComplete && !call.id.isEmpty {
        #expect(bytes.contains(call.id) && bytes.contains(call.arguments), "seed \(seed), round \(round): \(text)")
      }
    }
  }
}

extension [UInt8] {
  fileprivate func contains(_ part: [UInt8]) -> Bool {
    part.isEmpty || indices.contains { self[$0] == part[0] && self[$0...].starts(with: part) }
  }
}

/// The text, and what it is with its escapes decoded once, twice and three times.
private func haystacks(_ text: [UInt8]) -> [[UInt8]] {
  (0..<3).reduce(into: [text]) { all, _ in all.append(unescaped(all[all.count - 1])) }
}

private func unescaped(_ text: [UInt8]) -> [UInt8] {
  var out: [UInt8] = []
  var rest = text[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
      out.append(byte)
      continue
    }
    switch next {
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "u"):
      let digits = String(decoding: rest.prefix(4), as: UTF8.self)
      if let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) { out += Array(String(Character(scalar)).utf8) }
      rest = rest.dropFirst(4)
    default: out.append(next)
    }
  }
  return out
}

/// Keys, strings, numbers and words, decoded.
private func leaves(_ value: JSONValue) -> [[UInt8]] {
  switch value {
  case .string(let text): [text.utf8]
  case .array(let values): values.flatMap(leaves)
  case .object(let object): object.members.flatMap { [$0.key.utf8] + leaves($0.value) }
  default: [Array(value.description.utf8)]
  }
}

/// Python's `jsonschema`, in the environment that `Tests/run` makes.
enum PythonValidator {
  static let python: String? = {
    if let path = ProcessInfo.processInfo.environment["BELAY_PYTHON"] { return path }
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/venv/bin/python").standardized.path()
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  private static let script = """
    import json, sys
    from jsonschema.validators import validator_for
    lines = sys.stdin.read().split("\\n")
    schema = json.loads(lines[0])
    validator = validator_for(schema)(schema)
    for line in lines[1:]:
        if line: print("T" if validator.is_valid(json.loads(bytes.fromhex(line).decode("utf-8", "surrogatepass"))) else "F")
    """

  /// `T` or `F` for each document.
  static func verdicts(on documents: [[UInt8]], schema: String) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-repair-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (folder.appending(path: "in"), folder.appending(path: "out"))
    let hex = documents.map { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    try Data(([schema] + hex).joined(separator: "\n").utf8).write(to: input)
    _ = FileManager.default.createFile(atPath: output.path(), contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: python ?? "python3")
    process.arguments = ["-c", script]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
    return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
