// SPDX-License-Identifier: Apache-2.0

import JSONSchema
import TestSupport
import Testing

/// What is told of violations repeats keys, enums and names, which a client or a vendor may make as long as a document. Each of these
/// took ten seconds and more, or gigabytes.
@Suite("What is told of violations stays small", .timeLimit(.minutes(1))) struct HostileReportTests {
  private func list(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined(separator: ",") }

  private func schema(_ text: String) throws -> Schema { try Schema(Array(text.utf8)) }

  private func size(_ violations: [Violation]) -> Int { violations.reduce(0) { $0 + $1.textBytes } }

  @Test("Below a key of four megabytes paths are cut, and what is told of all has one limit", arguments: [true, false])
  func longKey(inWords: Bool) throws {
    let schema = try schema(#"{"additionalProperties":{"items":{"type":"string"}}}"#)
    let bytes = Array((#"{""# + String(repeating: "k", count: 4_000_000) + #"":["# + list(200) { _ in "1" } + "]}").utf8)
    var validator = Validator()
    let time = cpuTime {
      let found = validator.violations(in: bytes.span, with: schema, limit: 512, inWords: inWords)
      #expect(found.verdict == .invalid)
      #expect(found.violations.count + found.further == 200)
      #expect(size(found.violations) < (256 << 10) + (16 << 10))
      let paths = found.violations.map(\.instancePath)
      #expect(paths.allSatisfy { $0.hasSuffix("…") && $0.utf8.count < Violation.pathLimit + 8 })
      #expect(found.violations.allSatisfy { $0.message.isEmpty != inWords })
      let few = validator.violations(in: bytes.span, with: schema, limit: 8)
      #expect(size(few.violations) < (64 << 10) + (16 << 10) && few.violations.count + few.further == 200)
    }
    #expect(time < .seconds(2))
    // One violation is told however long its path is.
    #expect(validator.firstViolation(in: bytes.span, with: schema).violation?.instancePath.hasPrefix("/kkk") == true)
  }

  @Test("A path that is not too long is whole", arguments: [(4_000, 1), (2_000, 2), (1_300, 3)])
  func wholePath(length: Int, depth: Int) throws {
    let key = String(repeating: "é", count: length / 2)
    var text = "1"
    for _ in 0..<depth { text = "{\"\(key)\":\(text)}" }
    let schema = try schema(##"{"anyOf":[{"type":"object","additionalProperties":{"$ref":"#"}},{"type":"string"}]}"##)
    var validator = Validator()
    let bytes = Array(text.utf8)
    let found = validator.violations(in: bytes.span, with: schema).violations
    #expect(found.last?.instancePath == String(repeating: "/" + key, count: depth))
  }

  @Test("A schema that is none says so in a few words, and a cache is charged for them")
  func invalidSchemas() throws {
    let key = String(repeating: "k", count: 900_000)
    let time = try cpuTime {
      for number in 0..<4 {
        let text = #"{"properties":{"\#(number)\#(key)":{"properties":{"# + list(120) { #""x\#($0)":{"type":1}"# } + "}}}}"
        let cache = SchemaCache()
        let error = try #require(throws: SchemaError.self) { _ = try cache.schema(Array(text.utf8)) }
        guard case .invalid(let violations) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(!violations.isEmpty && violations.count <= 8 && size(violations) < (64 << 10) + (32 << 10))
        #expect(error.footprint >= size(violations))
        #expect(cache.figures.count == 1 && cache.figures.bytes == text.utf8.count + error.footprint)
      }
    }
    #expect(time < .seconds(2))
  }

  @Test("Failures that take more than the cache may hold are not held")
  func failureMemory() {
    let cache = SchemaCache(bytes: 1 << 20)
    let key = String(repeating: "k", count: 2_000)
    for number in 0..<200 {
      let text = #"{"properties":{"\#(number)\#(key)":{"properties":{"# + list(8) { #""x\#($0)":{"type":1}"# } + "}}}}"
      #expect(throws: SchemaError.self) { _ = try cache.schema(Array(text.utf8)) }
    }
    #expect(cache.figures.bytes <= 1 << 20 && cache.figures.count < 100 && cache.figures.evictions > 100)
  }

  @Test("Of 150,000 known properties those that are shown are looked up, whatever number is unknown")
  func knownProperties() throws {
    let schema = try schema(#"{"properties":{"# + list(150_000) { #""p\#($0)":{}"# } + #"},"additionalProperties":false}"#)
    let bytes = Array(("{" + list(2_000) { #""k\#($0)":1"# } + "}").utf8)
    var validator = Validator(root: "arguments")
    let time = cpuTime {
      let found = validator.violations(in: bytes.span, with: schema, limit: 2_000)
      #expect(found.violations.count == 2_000)
      #expect(
        found.violations.last?.message
          == "`arguments`: unknown property `k1999`, known are `p0`, `p1`, `p2`, `p3`, `p4`, `p5`, `p6`, `p7`, …")
    }
    #expect(time < .seconds(2))
  }

  @Test("Of a long value only what is shown is read")
  func longValues() throws {
    let values = list(8) { "\"\($0)" + String(repeating: "x", count: 400_000) + "\"" }
    let schema = try schema(#"{"items":{"enum":[\#(values)]}}"#)
    let bytes = Array(("[" + list(4_000) { _ in "0" } + "]").utf8)
    var validator = Validator()
    let time = cpuTime {
      let found = validator.violations(in: bytes.span, with: schema, limit: 4_000)
      #expect(found.violations.count + found.further == 4_000 && found.violations.count > 1_000)
      #expect(found.violations.first?.want.hasPrefix("one of \"0xxx") == true && size(found.violations) < 3 << 20)
    }
    #expect(time < .seconds(2))
  }

  @Test("Names and patterns in a message are shortened")
  func longNames() throws {
    let name = String(repeating: "n", count: 1_000_000)
    let cases = [
      (#"{"required":["\#(name)"]}"#, "{}"), (#"{"properties":{"\#(name)":{}},"additionalProperties":false}"#, #"{"x":1}"#),
      (#"{"additionalProperties":false}"#, #"{"\#(name)":1}"#), (#"{"dependentRequired":{"a":["\#(name)"]}}"#, #"{"a":1}"#),
      (#"{"additionalProperties":{"pattern":"^[\#(name.prefix(100_000))]{3}$"}}"#, #"{"a":"x"}"#),
    ]
    for (text, instance) in cases {
      var validator = Validator()
      let bytes = Array(instance.utf8)
      let found = validator.violations(in: bytes.span, with: try schema(text)).violations
      #expect(found.count == 1 && size(found) < 32 << 10)
    }
  }

  @Test("A finding of a schema has names that are shortened, and all together one limit")
  func lintWords() {
    let name = String(repeating: "n", count: 400_000)
    let text = #"{"type":"object","properties":{},"required":["# + list(8) { #""\#($0)\#(name)""# } + "]}"
    let findings = SchemaLint.findings(in: Array(text.utf8))
    #expect(findings.count { $0.code == "suspicious.required_undeclared" } == 8)
    #expect(findings.allSatisfy { $0.message.utf8.count < 2 << 10 && $0.fix.utf8.count < 2 << 10 })
  }

  @Test("A few questions about a large object walk it, many make an index: the answers are the same")
  func largeObjects() throws {
    let names = list(30) { #""m\#($0 * 50)""# }
    let schema = try schema(#"{"required":["z",\#(names)]}"#)
    var validator = Validator()
    let bytes = Array(("{" + list(1_000) { #""m\#($0)":1"# } + "}").utf8)
    let found = validator.violations(in: bytes.span, with: schema).violations.map(\.message)
    #expect(found.count == 11 && found.first == "`value`: required property `z` is missing")
    #expect(found.last == "`value`: required property `m1450` is missing")
  }
}
