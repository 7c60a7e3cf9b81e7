// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSONSchema
import TestSupport
import Testing

/// What takes longer than entering a schema counts for more than that. Each case took ten seconds and more, or a gigabyte.
@Suite("What is dear in a schema counts as work") struct HostileWorkTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let schema: @Sendable () -> String
    let instance: @Sendable () -> String
    let profile: Profile
    let verdict: Verdict

    init(
      _ name: String, _ schema: @escaping @autoclosure @Sendable () -> String, _ instance: @escaping @autoclosure @Sendable () -> String,
      _ profile: Profile = .specification, _ verdict: Verdict = .broken(.tooMuchWork)
    ) {
      (testDescription, self.schema, self.instance, self.profile, self.verdict) = (name, schema, instance, profile, verdict)
    }
  }

  private static func list(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined(separator: ",") }

  /// Many references to one schema, for the whole value or for its member `a`.
  private static func many(_ count: Int, _ shared: String, combined: String = "allOf", others: String = "") -> String {
    ##"{"$defs":{"u":\##(shared)},"\##(combined)":[\##(list(count) { _ in ##"{"$ref":"#/$defs/u"}"## })]\##(others)}"##
  }

  private static func manyOfA(_ count: Int, _ shared: String) -> String { many(count, #"{"properties":{"a":\#(shared)}}"#) }

  private static func elements(_ schema: String) -> String { #"{"properties":{"a":{"type":"array","items":\#(schema)}}}"# }

  private static func a(_ value: String) -> String { #"{"a":\#(value)}"# }

  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  private static func numbers(_ count: Int, _ suffix: String = "") -> String { "[" + list(count) { "\($0)\(suffix)" } + "]" }

  private static func members(_ count: Int, _ value: String = "1") -> String { "{" + list(count) { #""k\#($0)":\#(value)"# } + "}" }

  private static func names(_ count: Int) -> String { list(count) { #""k\#($0)""# } }

  static let cases = [
    Case(
      "marks of what is evaluated",
      many(
        6_000, #"{"properties":{"a":{"prefixItems":[{}],"items":true,"unevaluatedItems":false}}}"#,
        others: #","unevaluatedProperties":false"#), a(numbers(10_000))),
    Case("an enum of one value", elements(#"{"enum":[\#(list(100_000) { _ in "1" })]}"#), a("[1,1]"), .specification, .valid),
    Case("an enum of one infinity", elements(#"{"enum":[\#(list(100_000) { "1e\(400 + $0)" })]}"#), a("[1e100399]"), .specification, .valid),
    Case("numbers that are nearly nothing", elements(#"{"minimum":0}"#), a("[" + list(100_000) { _ in "5e-324" } + "]"), .k2vv, .valid),
    Case("quotients beyond all doubles", elements(#"{"multipleOf":1.5e-308}"#), a("[" + list(2_000) { _ in "1.7e308" } + "]"), .k2vv, .invalid),
    Case("long multiples of 20 digits", elements(#"{"multipleOf":\#(repeated("7", 20))}"#), a("[\(repeated("9", 100_000))]")),
    Case("long multiples of 10,000 digits", elements(#"{"multipleOf":\#(repeated("7", 10_000))}"#), a("[\(repeated("9", 100_000))]")),
    Case("unique elements", manyOfA(5_000, #"{"uniqueItems":true}"#), a(numbers(5_000))),
    Case("a long number and a bound", manyOfA(5_000, #"{"minimum":0.5}"#), a(repeated("1", 100_000) + ".5"), .k2vv),
    Case("a long integer", manyOfA(5_000, #"{"type":"integer"}"#), a(repeated("1", 100_000) + ".0")),
    Case("a long text that is counted", manyOfA(5_000, #"{"minLength":3}"#), a("\"" + repeated("é", 500_000) + "\"")),
    Case("a text with half surrogates", manyOfA(5_000, #"{"pattern":"^a"}"#), a("\"a" + repeated(#"\ud800"#, 500_000) + "\"")),
    Case("members that no schema knows", many(5_000, #"{"required":["k0"]}"#), members(20_000)),
    Case("required members but one", many(5_000, #"{"required":[\#(names(20_000)),"z"]}"#, combined: "anyOf"), members(20_000)),
    Case("200,000 required names", #"{"required":[\#(names(200_000))]}"#, "{}", .specification, .invalid),
    Case("members that depend on none", many(5_000, #"{"dependentRequired":\#(members(20_000, "[]"))}"#), members(50)),
    Case("a constant array", manyOfA(5_000, #"{"const":\#(numbers(20_000))}"#), a(numbers(20_000))),
    Case("a constant array of fractions", manyOfA(5_000, #"{"const":\#(numbers(20_000, ".5"))}"#), a(numbers(20_000, ".5")), .k2vv),
    Case("a constant object", manyOfA(5_000, #"{"const":\#(members(20_000))}"#), a(members(20_000))),
    Case("elements that are passed over", manyOfA(20_000, #"{"prefixItems":[\#(list(10_000) { _ in "true" })],"items":false}"#), a(numbers(10_000))),
    Case(
      "a stream of what a long enum has not", elements(#"{"anyOf":[{"enum":[\#(names(300_000))]},{"type":"number"}]}"#),
      a(numbers(10_000)), .specification, .valid),
    Case(
      "a stream with 3,000 alternatives", elements(#"{"anyOf":[\#(list(3_000) { #"{"properties":{"k":{"const":\#($0)}},"required":["k"]}"# })]}"#),
      a("[" + list(600) { _ in #"{"k":2999}"# } + "]")),
    Case("a stream of keys, each counted 4,000 times", many(4_000, #"{"maxProperties":1000000}"#), members(100_000), .specification, .valid),
    Case("a stream of elements that 4,000 schemas are asked of", manyOfA(4_000, #"{"items":{"type":"number"}}"#), a(numbers(100_000))),
    Case(
      "a stream of keys behind lost alternatives", #"{"anyOf":[\#(list(4_000) { #"{"properties":{"k0":{"const":\#($0)}}}"# })]}"#,
      members(100_000), .specification, .valid),
  ]

  @Test("Compiling, validating and streaming take less than two seconds together", .timeLimit(.minutes(1)), arguments: cases)
  func hostile(_ example: Case) throws {
    let (text, instance) = (Array(example.schema().utf8), Array(example.instance().utf8))
    let time = try cpuTime {
      let schema = try Schema(text, options: SchemaOptions(profile: example.profile))
      var validator = Validator()
      #expect(validator.validate(instance, with: schema) == example.verdict)
      #expect(validator.violations(in: instance.span, with: schema, limit: 8).verdict == example.verdict)
      var stream = StreamingValidator(schema: schema)
      #expect(stream.feed(instance) == nil || example.verdict == .invalid)
    }
    #expect(time < .seconds(2), "\(time)")
  }

  @Test("Marks of what is evaluated are bounded by the document, and a large log is not kept")
  func marks() {
    var marks = EvaluationMarks()
    marks.reset(count: 100)
    for index in 0..<50_000 { marks.mark(index % 100) }
    #expect(!marks.isFull)
    for index in 0..<10_000_000 { marks.mark(index % 100) }
    #expect(marks.isFull)
    #expect(marks.capacity <= 4 * EvaluationMarks.free)
    marks.shrink()
    #expect(marks.capacity == 0)
    marks.reset(count: 100)
    #expect(!marks.isFull)
  }

  /// Python 3.11 and jsonschema 4.25 say so: a bound or divisor, a value, and whether it holds.
  static let arithmetic: [(keyword: String, number: String, value: String, holds: Bool)] = [
    ("multipleOf", "5e-324", "1.7976931348623157e308", true), ("multipleOf", "1.5e-308", "1.7e308", false),
    ("multipleOf", "1.5e-323", "1.5e308", true), ("multipleOf", "1.5e-323", "1.6e308", false),
    ("multipleOf", "1.5e-323", "3" + String(repeating: "0", count: 307), true),
    ("multipleOf", "1.5e-323", "4" + String(repeating: "0", count: 307), false),
    ("minimum", "9007199254740993", "9007199254740992.0", false), ("maximum", "9007199254740993", "9007199254740992.0", true),
    ("minimum", "9007199254740992.0", "9007199254740993", true), ("exclusiveMinimum", "9007199254740992.0", "9007199254740993", true),
    ("const", "9007199254740993", "9007199254740992.0", false), ("const", "9007199254740992", "9007199254740992.0", true),
    ("const", "1" + String(repeating: "0", count: 22), "1e22", true), ("const", "1" + String(repeating: "0", count: 23), "1e23", false),
    ("maximum", "1" + String(repeating: "0", count: 23), "1e23", true), ("exclusiveMaximum", "1e23", "1" + String(repeating: "0", count: 23), false),
    ("maximum", "1" + String(repeating: "0", count: 400), "1e400", false), ("minimum", "-1" + String(repeating: "0", count: 400), "-1e308", true),
    ("minimum", "0", "5e-324", true), ("exclusiveMinimum", "0", "5e-324", true), ("const", "0", "5e-324", false), ("const", "0", "-0.0", true),
  ]

  @Test("Arithmetic is exact where Python's is", arguments: arithmetic)
  func exactness(keyword: String, number: String, value: String, holds: Bool) throws {
    let schema = try Schema(Array(#"{"\#(keyword)":\#(number)}"#.utf8), options: SchemaOptions(profile: .k2vv))
    var validator = Validator()
    #expect(validator.validate(Array(value.utf8), with: schema) == (holds ? .valid : .invalid))
  }

  @Test("Long multiples are found", arguments: Profile.allCases)
  func multiples(profile: Profile) throws {
    let schema = try Schema(Array(#"{"multipleOf":\#(Self.repeated("9", 20))}"#.utf8), options: SchemaOptions(profile: profile))
    var validator = Validator()
    #expect(validator.validate(Array(Self.repeated("9", 2_000).utf8), with: schema) == .valid)
    #expect(validator.validate(Array(Self.repeated("9", 1_990).utf8), with: schema) == .invalid)
  }

  @Test("Texts with half surrogates are matched scalar by scalar")
  func surrogates() throws {
    let schema = try Schema(Array(#"{"pattern":"^[\\ud800-\\udbff]é\\udfff퟿.$","maxLength":5}"#.utf8))
    var validator = Validator()
    #expect(validator.validate(Array(#""\ud83dé\udfff\ud7ff\udead""#.utf8), with: schema) == .valid)
    #expect(validator.validate(Array(#""\udc00é\udfff\ud7ff\udead""#.utf8), with: schema) == .invalid)
    #expect(validator.validate(Array(#""\ud83dé\udfff\ud7ff\udead\udead""#.utf8), with: schema) == .invalid)
  }

  @Test("A hundred kilobytes are judged by 200 alternatives", arguments: [Profile.specification, .k2vv], ["anyOf", "oneOf"])
  func ordinary(profile: Profile, choice: String) throws {
    let alternatives = Self.list(200) { number in
      #"{"properties":{"id":{"type":"integer"},"name":{"type":"string","minLength":1},"note":{"type":"string"},"#
        + #""size":{"type":"number","minimum":0,"maximum":100},"kind":{"const":"k\#(number)"}},"required":["id","kind"]}"#
    }
    let schema = try Schema(Array(#"{"items":{"\#(choice)":[\#(alternatives)]}}"#.utf8), options: SchemaOptions(profile: profile))
    let values = Self.list(1_200) { #"{"id":\#($0),"name":"name \#($0)","note":"a note of some length","size":1.25,"kind":"k\#($0 * 7 % 200)"}"# }
    var validator = Validator()
    #expect(validator.validate(Array("[\(values)]".utf8), with: schema) == .valid)
  }
}
