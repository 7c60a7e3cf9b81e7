// SPDX-License-Identifier: Apache-2.0

import Testing

import JSONSchema

/// Schemas and instances that cost their sender little. Each took ten seconds and more, or a gigabyte.
@Suite("Hostile schemas and instances stay cheap") struct HostileInputTests {
  private func list(_ count: Int, _ part: (Int) -> String) -> String { (0..<count).map(part).joined(separator: ",") }

  private func schema(_ text: String) throws -> Schema { try Schema(Array(text.utf8)) }

  @Test("Patterns that are large when compiled make a schema unusable, and are not held", arguments: Profile.allCases)
  func patternMemory(profile: Profile) {
    let text = #"{"properties":{"# + list(4_000) { #""p\#($0)":{"pattern":"(?:ab){3000}"}"# } + "}}"
    #expect(throws: SchemaError.tooLarge(limit: 1 << 20)) {
      try Schema(Array(text.utf8), options: SchemaOptions(profile: profile))
    }
    #expect(throws: SchemaError.self) { try schema(#"{"pattern":"(?:ab){6500}"}"#) }
    #expect(throws: Never.self) { try schema(#"{"pattern":"^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$"}"#) }
  }

  /// Python takes them: what is said must not be that they are wrong.
  static let largePatterns = [#"^(?:[A-Z][a-z0-9]{2,30},){1,500}$"#, "(?:ab){6500}"]

  @Test("A pattern that is too large is said to be that, with the limit", arguments: largePatterns, [Profile.k2vv, .specification])
  func largePattern(pattern: String, profile: Profile) {
    for text in [#"{"pattern":"\#(pattern)"}"#, #"{"patternProperties":{"\#(pattern)":{}}}"#] {
      let error = #expect(throws: SchemaError.self) { try Schema(Array(text.utf8), options: SchemaOptions(profile: profile)) }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains("cannot be used as a pattern: it is too large: 32768 bytes when compiled are the limit"), "\(message)")
    }
  }

  @Test("The cache is charged what schemas take, patterns included")
  func cacheMemory() throws {
    let cache = SchemaCache(bytes: 1 << 20)
    for index in 0..<200 { _ = try cache.schema(Array(#"{"title":"\#(index)","pattern":"(?:ab){1500}"}"#.utf8)) }
    #expect(cache.figures.bytes <= 1 << 20)
    #expect(cache.figures.count < 70)
    #expect(cache.figures.evictions > 130)
  }

  @Test("A chain of references takes linear time", .timeLimit(.minutes(1)))
  func chain() {
    let count = 10_000
    let chain = list(count) { ##""d\##($0)":{"$ref":"#/$defs/d\##($0 + 1)"}"## }
    let text = ##"{"type":"object","$defs":{\##(chain),"d\##(count)":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/d0"}},"required":["a"]}"##
    #expect(SchemaLint.findings(in: Array(text.utf8)).allSatisfy { $0.code != "mfjs.endless_recursion" })
    let endless = text.replacing(##""d\##(count)":{"type":"string"}"##, with: ##""d\##(count)":{"$ref":"#/$defs/d0"}"##)
    #expect(SchemaLint.findings(in: Array(endless.utf8)).contains { $0.code == "mfjs.endless_recursion" })
  }

  @Test("Many required names, references and findings take linear time", .timeLimit(.minutes(1)))
  func lints() throws {
    let count = 30_000
    let required = #"{"type":"object","properties":{"# + list(count) { #""p\#($0)":{"type":"string"}"# } + #"},"required":["#
      + list(count) { #""p\#(count - 1 - $0)""# } + "]}"
    #expect(SchemaLint.findings(in: Array(required.utf8)).map(\.code) == ["mfjs.too_large", "mfjs.too_many_properties"])
    let references = #"{"$defs":{"# + list(count) { #""d\#($0)":{"type":"string"}"# } + #"},"properties":{"#
      + list(count) { ##""p\##($0)":{"$ref":"#/$defs/d\##(count - 1 - $0)"}"## } + "}}"
    #expect(try schema(references).footprint < 64 << 20)
    #expect(SchemaLint.findings(in: Array(references.utf8)).allSatisfy { $0.code != "suspicious.dead_ref" })
    let untyped = #"{"type":"object","properties":{"# + list(count) { #""p\#($0)":{}"# } + "}}"
    #expect(SchemaLint.findings(in: Array(untyped.utf8)).count == SchemaLint.findingLimit)
  }

  @Test("Elements that references name by number are found without walking", .timeLimit(.minutes(1)))
  func elements() throws {
    let count = 30_000
    let text = #"{"prefixItems":["# + list(count) { _ in "true" } + #"],"allOf":["# + list(count) { ##"{"$ref":"#/prefixItems/\##($0)"}"## } + "]}"
    _ = try schema(text)
    #expect(throws: Never.self) { try schema(##"{"prefixItems":[true],"allOf":[{"$ref":"#/prefixItems/1"}]}"##) }
  }

  @Test("Dynamic references share the schemas they may lead to", .timeLimit(.minutes(1)))
  func dynamicReferences() throws {
    let count = 8_000
    let text = #"{"$dynamicAnchor":"a","$defs":{"# + list(count) { #""d\#($0)":{"$id":"http://x/\#($0)","$dynamicAnchor":"a","type":"string"}"# }
      + #"},"allOf":["# + list(count) { _ in ##"{"$dynamicRef":"#a"}"## } + "]}"
    #expect(try schema(text).footprint < 64 << 20)
  }

  @Test("Of many violations a hundred are kept, and the others counted", .timeLimit(.minutes(1)))
  func violations() throws {
    let schema = try schema(#"{"properties":{"a":{"items":{"type":"string"}}}}"#)
    var validator = Validator()
    let bytes = Array((#"{"a":["# + list(200_000) { _ in "1" } + "]}").utf8)
    let found = validator.violations(in: bytes.span, with: schema, limit: 3)
    #expect(found.verdict == .invalid)
    #expect(found.violations.map(\.instancePath) == ["/a/0", "/a/1", "/a/2"])
    #expect(found.further == 199_997)
    #expect(validator.violations(in: bytes.span, with: schema).violations.count == Validator.violationLimit)
  }

  @Test("Where violations stand is told with escapes, in arrays in members in arrays")
  func places() throws {
    let schema = try schema(#"{"properties":{"a":{"items":{"type":"object","properties":{"b/~":{"items":{"type":"string"}}}}}}}"#)
    var validator = Validator()
    let bytes = Array(#"{"z":[[],{}],"a":[1,{"x":[0],"b/~":[[],"",{"y":1}]}],"c":2}"#.utf8)
    let found = validator.violations(in: bytes.span, with: schema)
    #expect(found.violations.map(\.instancePath) == ["/a/0", "/a/1/b~1~0/0", "/a/1/b~1~0/2"])
  }

  @Test("A large enum is looked up by equality as the profile has it", arguments: Profile.allCases)
  func largeEnum(profile: Profile) throws {
    let values = #"1.0,1e2,"é",{"a":1,"b":[2]},[],null,0,true"# + "," + list(40) { #""v\#($0)""# }
    let compiled = try Schema(Array("{\"enum\":[\(values)]}".utf8), options: SchemaOptions(profile: profile))
    var validator = Validator()
    for text in ["1", "100", "1.00", #""\u00e9""#, #"{"b":[2.0],"a":1e0}"#, "[]", "null", "-0", "true", #""v39""#] {
      #expect(validator.validate(Array(text.utf8), with: compiled) == .valid, "\(text)")
    }
    for text in ["2", "false", #""v40""#, #"{"a":1}"#, "[1]", #""""#, #""e\u0301""#] {
      #expect(validator.validate(Array(text.utf8), with: compiled) == .invalid, "\(text)")
    }
  }

  @Test("Python's Infinity is its 1e999, also in a large enum")
  func infinity() throws {
    let compiled = try Schema(Array("{\"enum\":[Infinity,\(list(40) { "\($0)" })]}".utf8), options: SchemaOptions(profile: .k2vv))
    var validator = Validator()
    #expect(validator.validate(Array("1e999".utf8), with: compiled) == .valid)
    #expect(validator.validate(Array("NaN".utf8), with: compiled) == .invalid)
  }

  @Test("Values are looked up in a large enum, and numbers that look alike are work", .timeLimit(.minutes(1)))
  func enumWork() throws {
    let count = 30_000
    var validator = Validator()
    let texts = try schema(#"{"items":{"enum":["# + list(count) { #""v\#($0)""# } + "]}}")
    #expect(validator.validate(Array(("[" + list(count) { _ in #""v\#(count - 1)""# } + "]").utf8), with: texts) == .valid)
    let numbers = list(count) { "1000000000000000000000\(100_000 + $0)" }
    let alike = try schema(#"{"items":{"enum":[\#(numbers)]}}"#)
    #expect(validator.validate(Array("[\(numbers)]".utf8), with: alike) == .broken(.tooMuchWork))
    #expect(validator.validate(Array("[\(numbers)]".utf8), with: try schema(#"{"uniqueItems":true}"#)) == .broken(.tooMuchWork))
  }

  @Test("All matches of a validation have one budget, wherever in a text they begin", .timeLimit(.minutes(1)))
  func matching() throws {
    var validator = Validator()
    let hard = try schema(#"{"items":{"pattern":"(a|a)*$"}}"#)
    let one = String(repeating: "a", count: 16) + "!"
    #expect(validator.validate(Array(("[" + list(2_000) { _ in "\"\(one)\"" } + "]").utf8), with: hard) == .broken(.matchLimit))
    let long = "[\"" + String(repeating: one, count: 5_000) + "\"]"
    #expect(validator.validate(Array(long.utf8), with: hard) == .broken(.matchLimit))
    #expect(validator.validate(Array("[\"\(one)\"]".utf8), with: hard) == .valid)
    let digits = try schema(#"{"pattern":"[0-9]+[a-z]"}"#)
    #expect(validator.validate(Array(("\"" + String(repeating: "1", count: 1_000_000) + "\"").utf8), with: digits) == .broken(.matchLimit))
    #expect(validator.validate(Array(("\"" + String(repeating: "1", count: 5_000) + "\"").utf8), with: digits) == .invalid)
    #expect(validator.validate(Array(("\"" + String(repeating: "1", count: 5_000) + "a\"").utf8), with: digits) == .valid)
  }

  @Test("Validations that share an allowance use it up together")
  func allowance() throws {
    let branches = try schema(#"{"anyOf":["# + list(1_000) { _ in #"{"type":"string"}"# } + "]}")
    var validator = Validator()
    validator.allowance = 5_000
    var verdicts: [Verdict] = []
    for _ in 0..<10 { verdicts.append(validator.validate(Array("1".utf8), with: branches)) }
    #expect(verdicts.first == .invalid)
    #expect(verdicts.last == .broken(.tooMuchWork))
    #expect(validator.allowance == 0)
    #expect(validator.validate(Array("1".utf8), with: try schema(#"{"type":"string"}"#)) == .invalid)
  }

  @Test("Long objects are compared and searched without walking", .timeLimit(.minutes(1)))
  func members() throws {
    let count = 30_000
    var validator = Validator()
    let backwards = Array(("{" + list(count) { #""p\#(count - 1 - $0)":1"# } + "}").utf8)
    let same = try schema(#"{"const":{"# + list(count) { #""p\#($0)":1"# } + "}}")
    #expect(validator.validate(backwards, with: same) == .valid)
    let dependent = try schema(#"{"dependentRequired":{"# + list(count) { #""p\#($0)":["p0"]"# } + "}}")
    #expect(validator.validate(backwards, with: dependent) == .valid)
    let required = try schema(#"{"required":["# + list(count) { #""q\#($0)""# } + "]}")
    #expect(validator.violations(in: backwards.span, with: required, limit: 1).further == count - 1)
  }

  @Test("A stream's early verdicts have one budget, and its last one is right", .timeLimit(.minutes(1)))
  func stream() throws {
    let hard = try schema(#"{"items":{"pattern":"(a|a)*$"}}"#)
    var stream = StreamingValidator(schema: hard)
    stream.feed(Array(("[" + list(2_000) { _ in "\"aaaaaaaaaaaaaaaa!\"" } + "]").utf8))
    #expect(stream.death == nil)
    let values = list(30_000) { #""v\#($0)""# }
    var texts = StreamingValidator(schema: try schema(#"{"items":{"enum":[\#(values)]}}"#))
    texts.feed(Array("[\(values)]".utf8))
    #expect(texts.death == nil && texts.finish() == .valid)
    texts.reset()
    #expect(texts.feed(Array(#"["v29999","x"#.utf8))?.offset == 11)
  }
}
