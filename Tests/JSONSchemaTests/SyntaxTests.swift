// SPDX-License-Identifier: Apache-2.0

import JSON
import JSONSchema
import Testing

@Suite("Syntax") struct SyntaxTests {
  private static let seeds = [
    #"{"a":[1,-2.5e+3,"x\n\u00e9\ud83d\ude00",true,false,null,{}],"b":{"c":[[],"é😀"]}}"#, #"[0,1.0,1e5,-0]"#, #""\"\\\/\b\f\n\r\t""#,
    " \t\n{ \"k\" : [ 1 , 2 ] } ", "1e400", #"{"a":1,"a":2,"b":{"a":1}}"#,
  ]

  @Test("The validator and the JSON library read the same documents, mutated at random")
  func agrees() throws {
    let seed = Oracle.seed
    var dice = Dice(seed: seed)
    let schema = try Schema(Array("true".utf8))
    var validator = Validator()
    var index = JSONIndex()
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = Array(dice.pick(Self.seeds).utf8)
      for _ in 0..<dice.below(4) where !bytes.isEmpty {
        let place = dice.below(bytes.count)
        switch dice.below(4) {
        case 0: bytes.remove(at: place)
        case 1: bytes[place] = dice.pick(Array("{}[]\",:\\u0123456789.eE+-tfn \u{1}".utf8) + [0x80, 0xC3, 0xE2, 0xFF, 0xED, 0xA0])
        case 2: bytes.insert(bytes[dice.below(bytes.count)], at: place)
        default: bytes.removeLast(min(bytes.count, dice.below(3)))
        }
      }
      let verdict = validator.validate(bytes, with: schema)
      let isJSON = (try? index.read(bytes.span)) != nil
      if isJSON { accepted += 1 }
      #expect((verdict == .valid) == isJSON, "seed \(seed): \(verdict) for \(String(decoding: bytes, as: UTF8.self)) \(bytes)")
    }
    #expect(accepted > 1_000)
  }

  @Test("An object of many keys is read in time, and its last duplicates win, whatever the keys")
  func manyKeys() throws {
    let schema = try Schema(Array(#"{"properties":{"k7":{"type":"string"}},"minProperties":5000,"maxProperties":5000}"#.utf8))
    var members = (0..<5_000).map { "\"k\($0)\":\($0)" }
    members.append(#""k\u0037":"seven""#)
    var validator = Validator()
    #expect(validator.validate(Array("{\(members.joined(separator: ","))}".utf8), with: schema) == .valid)
  }

  @Test("Keys that come again are found at once, however many, long, escaped or alike in their hashes", .timeLimit(.minutes(1)))
  func repeatedKeys() throws {
    func check(_ members: [String], counting count: Int, last: String, of key: String = "k0") throws {
      let schema = try Schema(Array(#"{"minProperties":\#(count),"maxProperties":\#(count),"properties":{"\#(key)":{"const":\#(last)}}}"#.utf8))
      var validator = Validator()
      #expect(validator.validate(Array("{\(members.joined(separator: ","))}".utf8), with: schema) == .valid, "\(members.count), \(count)")
    }
    for count in [1, 2, 63, 64, 65, 66, 67, 1_000] {
      try check((0..<count).map { #""k\#($0)":\#($0)"# }, counting: count, last: "0")
      try check((0..<count).map { #""k0":\#($0)"# }, counting: 1, last: "\(count - 1)")
      // Every key three times, once of them with an escape.
      let thrice = (0..<3 * count).map { #""\#($0 / count == 1 ? "\\u006b" : "k")\#($0 % count)":\#($0)"# }
      try check(thrice, counting: count, last: "\(2 * count)")
    }
    // Among so many keys, hashes of 32 bits are alike by chance.
    let many = (0..<300_000).map { #""k\#($0)":0"# }
    try check(many + [#""k0":1"#], counting: 300_000, last: "1")
    try check(Array(repeating: #""k0":0"#, count: 300_000) + [#""k0":1"#, #""k":1"#], counting: 2, last: "1")
  }

  @Test("Of what has more values than are looked at, nothing is said", arguments: Profile.allCases)
  func manyValues(profile: Profile) throws {
    var options = SchemaOptions(profile: profile)
    options.limits.instanceValues = 10
    let schema = try Schema(Array(#"{"type":["array","object"]}"#.utf8), options: options)
    let whole = try Schema(Array(#"{"type":["array","object"]}"#.utf8), options: SchemaOptions(profile: profile))
    let ones = "[" + String(repeating: "1,", count: 1 << 20) + "1]"
    let cases: [(instance: String, verdict: Verdict)] = [
      ("[1,2,3,4,5,6,7,8,9]", .valid), ("[1,2,3,4,5,6,7,8,9,0]", .broken(.tooMuchWork)), (#"{"a":[],"b":{},"c":1,"d":[1]}"#, .valid),
      (#"{"a":[],"b":{},"c":1,"d":[1,2]}"#, .broken(.tooMuchWork)), (#"{"a":1,"a":1,"a":1,"a":1,"a":1}"#, .broken(.tooMuchWork)),
      (#""\#(String(repeating: "[,:{", count: 100))""#, .invalid), (ones, .broken(.tooMuchWork)),
    ]
    var validator = Validator()
    for (instance, verdict) in cases {
      let instance = Array(instance.utf8)
      #expect(validator.validate(instance, with: schema) == verdict, "\(String(decoding: instance.prefix(40), as: UTF8.self))")
      #expect(validator.violations(in: instance.span, with: schema).verdict == verdict)
      let isLong = instance.count > 1 << 20
      #expect(validator.validate(instance, with: whole) == (isLong ? .broken(.tooMuchWork) : verdict == .invalid ? .invalid : .valid))
    }
  }

  @Test("A catastrophic pattern ends in a verdict")
  func catastrophic() throws {
    let schema = try Schema(Array(#"{"pattern":"^(a+)+$"}"#.utf8))
    var validator = Validator()
    let text = "\"" + String(repeating: "a", count: 40) + "!\""
    #expect(validator.validate(Array(text.utf8), with: schema) == .broken(.matchLimit))
  }

  @Test("Deep documents and endless references end in a verdict")
  func deep() throws {
    var validator = Validator()
    let loop = try Schema(Array(##"{"$ref":"#"}"##.utf8))
    #expect(validator.validate(Array("1".utf8), with: loop) == .broken(.tooDeep))
    let deep = Array((String(repeating: "[", count: 600) + String(repeating: "]", count: 600)).utf8)
    #expect(validator.validate(deep, with: try Schema(Array("true".utf8))) == .notJSON(SyntaxProblem(offset: 512, reason: .tooDeep(limit: 512))))
    #expect(throws: SchemaError.self) { try Schema(deep) }
  }

  @Test("Combinations that double the work at each level end in a verdict, whole and streamed")
  func exponential() throws {
    // Sixty levels, each trying the next one twice and failing: 2^60 schemas without a budget.
    let levels = (0..<60).map { ##""l\##($0)":{"anyOf":[{"$ref":"#/$defs/l\##($0 + 1)"},{"$ref":"#/$defs/l\##($0 + 1)"}]}"## }
    let text = ##"{"$defs":{\##(levels.joined(separator: ",")),"l60":{"minLength":9}},"$ref":"#/$defs/l0"}"##
    let schema = try Schema(Array(text.utf8))
    var validator = Validator()
    #expect(validator.validate(Array(#""short""#.utf8), with: schema) == .broken(.tooMuchWork))
    var stream = StreamingValidator(schema: schema)
    _ = stream.feed(Array(#""short""#.utf8))
    #expect(stream.finish() == .broken(.tooMuchWork))
    #expect(validator.validate(Array(#""long enough""#.utf8), with: schema) == .valid)
  }

  @Test("A violation before a dead reference is the verdict, also where all violations are asked for")
  func violationBeforeDeadReference() throws {
    let text = Array(##"{"prefixItems":[{"const":0.0}],"items":{"$ref":"#q"}}"##.utf8)
    let instance = Array("[1,[2]]".utf8)
    var validator = Validator()
    let schema = try Schema(text)
    let all = validator.violations(in: instance.span, with: schema)
    #expect(all.verdict == .invalid)
    #expect(all.violations.map(\.keyword) == ["const"])
    // Python looks at every error before it answers, and raises at the reference.
    let python = try Schema(text, options: SchemaOptions(profile: .k2vv))
    #expect(validator.violations(in: instance.span, with: python).verdict == .broken(.unresolvedReference))
  }
}
