// SPDX-License-Identifier: Apache-2.0
import JSONSchema
import TestSupport
import Testing

/// Names in schemas that are long, or many, or of characters that take long to compare. Each took some seconds and more.
@Suite("Names in a schema take linear time", .timeLimit(.minutes(1))) struct HostileNamesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let schema: @Sendable () -> String
    /// Its addresses are too long together.
    let isTooLarge: Bool

    init(_ name: String, isTooLarge: Bool = false, _ schema: @escaping @autoclosure @Sendable () -> String) {
      (testDescription, self.schema, self.isTooLarge) = (name, schema, isTooLarge)
    }
  }

  private static func list(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined(separator: ",") }

  private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

  /// A letter in two code points, which strings take apart and put together to compare them.
  private static let accents = repeated("e\u{301}", 1_200_000)
  private static let names = (0..<60_000).map { "\($0)" + repeated("e\u{301}", 20) }
  private static let longBase = #""$id":"http://x/\#(repeated("a", 200_000))/""#

  private static func refs(_ base: String) -> String {
    #"{\#(base),"properties":{\#(list(20_000) { #""p\#($0)":{"$ref":"q\#($0)"}"# })}}"#
  }

  static let cases = [
    Case("ids in a long id", isTooLarge: true, #"{\#(longBase),"$defs":{\#(list(20_000) { #""d\#($0)":{"$id":"c\#($0)"}"# })}}"#),
    Case("ids each in the one before", isTooLarge: true, {
      let id = #"{"$id":"\#(repeated("a", 2000))/","not":"#
      return repeated(id, 100) + "{}" + repeated("}", 100)
    }()),
    Case("references in a long id", isTooLarge: true, refs(longBase)),
    Case("a long id of dots", #"{"$id":"http://x/\#(repeated("../", 1_000_000))"}"#),
    Case("a long id", #"{"$id":"http://x/\#(accents)"}"#),
    Case("a long reference", #"{"properties":{"a":{"$ref":"\#(accents)"}}}"#),
    Case("a long pointer", ##"{"properties":{"a":{"$ref":"#/$defs/\##(accents)"}}}"##),
    Case("a long dialect", #"{"$schema":"\#(accents)"}"#),
    Case("a long format", #"{"format":"\#(accents)"}"#),
    Case("a long keyword", #"{"\#(accents)":1}"#),
    Case("many keywords", "{\(list(60_000) { "\"\(names[$0])\":1" })}"),
    Case("many required names", #"{"required":[\#(list(60_000) { "\"\(names[$0])\"" })]}"#),
    Case("many references", #"{"properties":{\#(list(30_000) { #""\#($0)":{"$ref":"\#(names[$0])"}"# })}}"#),
    Case("many pointers", ##"{"properties":{\##(list(30_000) { ##""\##($0)":{"$ref":"#/$defs/\##(names[$0])"}"## })}}"##),
    Case("many definitions with slashes", #"{"$defs":{\#(list(30_000) { #""/\#(names[$0])":{}"# })}}"#),
    Case("an enum of many", #"{"type":"string","enum":[\#(list(60_000) { "\"\(names[$0])\"" })]}"#),
  ]

  private func problem(with text: [UInt8], _ profile: Profile) -> SchemaError? {
    do throws(SchemaError) {
      _ = try Schema(text, options: SchemaOptions(profile: profile))
      return nil
    } catch {
      return error
    }
  }

  @Test("Reading and looking over take less than two seconds together", arguments: cases, [Profile.specification, .k2vv])
  func hostile(_ example: Case, profile: Profile) {
    let text = Array(example.schema().utf8)
    let time = cpuTime {
      let isTooLarge = problem(with: text, profile) == .tooLarge(limit: 4 << 20)
      #expect(isTooLarge == example.isTooLarge)
      _ = SchemaLint.findings(in: text)
    }
    #expect(time < .seconds(2), "\(time)")
  }

  @Test("Types that are none are many, and so are the values of an enum beside them") func types() {
    let text = #"{"type":[\#(Self.list(50_000) { "\"\(Self.names[$0])\"" }),"string"],"enum":[\#(Self.list(100_000) { "\"\($0)\"" })],"minLength":1}"#
    let time = cpuTime {
      let codes = Set(SchemaLint.findings(in: Array(text.utf8)).map(\.code))
      #expect(codes.contains("mfjs.type_unknown") && !codes.contains("mfjs.enum_type"))
    }
    #expect(time < .seconds(2), "\(time)")
  }

  @Test("What an ordinary schema of many addresses refers to is found") func ordinary() throws {
    let text = ##"{"$id":"https://example.com/schemas/tools/","$defs":{"##
      + Self.list(5_000) { ##""d\##($0)":{"$id":"parts/part-\##($0).json","$anchor":"part","type":"integer"}"## } + #"},"properties":{"#
      + Self.list(5_000) { #""p\#($0)":{"$ref":"./parts/x/../part-\#($0).json\#($0 % 2 == 0 ? "" : "#part")"}"# } + "}}"
    let schema = try Schema(Array(text.utf8))
    var validator = Validator()
    #expect(validator.validate(Array(#"{"p0":1,"p1":2,"p4999":3}"#.utf8), with: schema) == .valid)
    #expect(validator.validate(Array(#"{"p4998":"x"}"#.utf8), with: schema) == .invalid)
    #expect(validator.validate(Array(#"{"p4999":"x"}"#.utf8), with: schema) == .invalid)
  }

  @Test("Addresses and anchors compare by bytes", arguments: ["\u{e9}", "e\u{301}"], ["\u{e9}", "e\u{301}"])
  func bytewise(name: String, reference: String) throws {
    let isSame = Array(name.utf8) == Array(reference.utf8)
    for text in [
      ##"{"$defs":{"a":{"$id":"http://x/\##(name)","type":"integer"}},"$ref":"http://x/\##(reference)"}"##,
      ##"{"$defs":{"a":{"$anchor":"\##(name)","type":"integer"}},"$ref":"#\##(reference)"}"##,
    ] {
      let schema = try Schema(Array(text.utf8), options: SchemaOptions(profile: .kvv))
      var validator = Validator()
      let verdict = validator.validate(Array(#""x""#.utf8), with: schema)
      #expect(isSame ? verdict == .invalid : verdict == .broken(.unresolvedReference))
    }
  }

  static let patterns: [(what: String, pattern: @Sendable () -> String, profile: Profile)] = [
    ("named groups", { (0..<200_000).map { "(?<a\($0)>)" }.joined() }, .specification),
    ("references to groups", { (0..<20_000).map { "(?<a\($0)>)" }.joined() + repeated(#"\\k<b>"#, 400_000) }, .specification),
    ("groups in groups", { repeated("(?:", 190) + "[\(repeated("é", 60_000))]" + repeated(")", 190) }, .k2vv),
    ("groups in groups", { repeated("(?:", 190) + "[\(repeated("é", 60_000))]" + repeated(")", 190) }, .specification),
  ]

  @Test("Long patterns are told to be that at once", arguments: 0..<4) func longPattern(number: Int) {
    let (what, pattern, profile) = Self.patterns[number]
    let text = Array(#"{"pattern":"\#(pattern())"}"#.utf8)
    let time = cpuTime {
      #expect(problem(with: text, profile).map { "\($0)" }?.contains("it is too large") == true, "\(what)")
    }
    #expect(time < .seconds(2), "\(what): \(time)")
  }

  @Test("Groups are found by their names, and no two have the same", arguments: ["\u{e9}", "e\u{301}", "a$_1"]) func groups(name: String) throws {
    let schema = try Schema(Array(#"{"pattern":"^(x)(?<\#(name)>a|b)(?<other>c)\\k<\#(name)>$"}"#.utf8))
    var validator = Validator()
    #expect(validator.validate(Array(#""xaca""#.utf8), with: schema) == .valid)
    #expect(validator.validate(Array(#""xacb""#.utf8), with: schema) == .invalid)
    #expect(throws: SchemaError.self) { try Schema(Array(#"{"pattern":"(?<\#(name)>a)(?<\#(name)>b)"}"#.utf8)) }
    #expect(throws: SchemaError.self) { try Schema(Array(#"{"pattern":"(?<\#(name)>a)\\k<none>"}"#.utf8)) }
  }

  @Test("Characters by their names are found in a table, and a thousand take no time", arguments: ["VARIATION SELECTOR-256", "latin small letter e with acute"])
  func characters(name: String) throws {
    // The table is made once.
    _ = try Schema(Array(#"{"pattern":"\\N{SPACE}"}"#.utf8), options: SchemaOptions(profile: .k2vv))
    let pattern = String(repeating: #"\\N{\#(name)}"#, count: 1000)
    let time = try cpuTime {
      _ = try Schema(Array(#"{"pattern":"\#(pattern)"}"#.utf8), options: SchemaOptions(profile: .k2vv))
    }
    #expect(time < .seconds(2), "\(time)")
  }

  @Test(
    "A name means the character that Python knows by it",
    arguments: [
      ("SPACE", " "), ("digit one", "1"), ("LATIN SMALL LETTER E WITH ACUTE", "\u{e9}"), ("CJK UNIFIED IDEOGRAPH-4E00", "\u{4e00}"),
      ("HANGUL SYLLABLE GA", "\u{ac00}"), ("VARIATION SELECTOR-17", "\u{e0100}"), ("GRINNING FACE", "\u{1f600}"),
    ])
  func meanings(name: String, character: String) throws {
    let schema = try Schema(Array(#"{"pattern":"^\\N{\#(name)}$"}"#.utf8), options: SchemaOptions(profile: .k2vv))
    var validator = Validator()
    #expect(validator.validate(Array("\"\(character)\"".utf8), with: schema) == .valid)
    #expect(validator.validate(Array("\"x\"".utf8), with: schema) == .invalid)
    #expect(throws: SchemaError.self) {
      try Schema(Array(#"{"pattern":"\\N{\#(name) NO}"}"#.utf8), options: SchemaOptions(profile: .k2vv))
    }
  }
}
