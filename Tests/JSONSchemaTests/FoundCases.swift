// SPDX-License-Identifier: Apache-2.0

import JSONSchema
import Testing

/// What the differential tests found, kept: each was once a wrong verdict.
@Suite("Cases that random comparison found") struct FoundCases {
  static let cases: [(schema: String, instance: String, profile: Profile, isValid: Bool)] = [
    // PCRE2 wants look-behinds of a fixed length, also of assertions that repeat.
    (#"{"pattern":"(?i)(?<=(?=|)*?a[a-c]|\\U0001F600(?!a)(?=a)\\w)|(?<!a)"}"#, #""""#, .k2vv, true),
    (#"{"pattern":"(?<=(?<=)+\\t\\U0001F600)|a{x}b"}"#, #""a{x}b""#, .k2vv, true),
    (#"{"pattern":"(?>\\w?)|(?<=1(?>(?!a){1,2}[a-c]{2}))"}"#, #""a""#, .k2vv, true),
    (#"{"pattern":"[abc]++(?<=(?s-i:)*+)*?\\Z(1++)|[abc]"}"#, #""b""#, .k2vv, true),
    (#"{"pattern":"(?:(?=[a-c]|bb)++(?!a\\w|.1*?)??[a-c1-3].)(?<=(?<=a|b)*+\\w.){1,2}"}"#, "1", .k2vv, true),
    // PCRE2 passes over what is empty in a group that is not entered again.
    (#"{"pattern":"(b{2}[a-c]|a{,2}(?>|b)a)"}"#, #""B\rÉa""#, .k2vv, true), (#"{"pattern":"a?(?:|b){1,2}+a"}"#, #""a""#, .k2vv, true),
  ]

  @Test("A found case stays right", arguments: cases.indices)
  func stays(index: Int) throws {
    let one = Self.cases[index]
    let schema = try Schema(Array(one.schema.utf8), options: SchemaOptions(profile: one.profile))
    var validator = Validator()
    #expect((validator.validate(Array(one.instance.utf8), with: schema) == .valid) == one.isValid)
  }
}
