// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Values that are not what their key needs")
struct ValueProblemTests {
  static let addresses = [
    ("8611", "\"8611\" has no host"),
    ("localhost", "\"localhost\" has no port"),
    ("127.0.0.1:", "\"127.0.0.1:\" has no number as its port"),
    ("127.0.0.1:http", "\"127.0.0.1:http\" has no number as its port"),
    ("127.0.0.1:+80", "\"127.0.0.1:+80\" has no number as its port"),
    ("127.0.0.1:65536", "\"127.0.0.1:65536\" has a port above 65535"),
    ("http://127.0.0.1:8611", "\"http://127.0.0.1:8611\" is a URL"),
    ("::1:8611", "\"::1:8611\" is not a host and a port"),
    ("[::1", "\"[::1\" is not a host and a port"),
    ("a b:80", "\"a b:80\" is not a host and a port"),
  ]

  @Test("addresses", arguments: addresses)
  func address(_ text: String, _ why: String) {
    #expect(
      headlines(problems(withVendor("listen: '\(text)'"))) == ["belay.yaml:3:9: `listen` is not an address: \(why)"])
  }

  static let durations = [
    ("10", "is not a duration: \"10\" has no unit"),
    ("1.5m", "is not a duration: \"1.5m\" has a fraction"),
    ("s", "is not a duration: \"s\" begins with no number"),
    ("-1s", "is not a duration: \"-1s\" begins with no number"),
    ("5d", "is not a duration: \"5d\" has the unit \"d\""),
    ("10 s", "is not a duration: \"10 s\" has the unit \" s\""),
    ("1s1m", "is not a duration: \"1s1m\" goes from small to great"),
    ("1s1s", "is not a duration: \"1s1s\" goes from small to great"),
    ("9223372036854775807h", "is not a duration: \"9223372036854775807h\" is too long"),
    ("99999999999999999999s", "is not a duration: \"99999999999999999999s\" is too long"),
    ("25h", "is out of range: 25h"),
    ("0s", "is out of range: 0s"),
  ]

  @Test("durations", arguments: durations)
  func duration(_ text: String, _ why: String) {
    #expect(
      headlines(problems(withVendor("limits: {connect: '\(text)'}"))) == ["belay.yaml:3:19: `limits.connect` \(why)"])
  }

  static let sizes = [
    ("64M", "is not a size: \"64M\" has the unit \"m\""),
    ("1.5MiB", "is not a size: \"1.5MiB\" has a fraction"),
    ("MiB", "is not a size: \"MiB\" begins with no number"),
    ("9223372036854775807GiB", "is not a size: \"9223372036854775807GiB\" is too great"),
    ("1", "is out of range: 1"),
    ("2GiB", "is out of range: 2GiB"),
  ]

  @Test("sizes", arguments: sizes)
  func size(_ text: String, _ why: String) {
    #expect(
      headlines(problems(withVendor("limits: {request_bytes: '\(text)'}"))) == [
        "belay.yaml:3:25: `limits.request_bytes` \(why)"
      ])
  }

  static let urls = [
    ("api.a.example/v1", "is not a URL: \"api.a.example/v1\" has no scheme", "write https://api.a.example/v1"),
    ("127.0.0.1:8000/v1", "is not a URL: \"127.0.0.1:8000/v1\" has no scheme", "write http://127.0.0.1:8000/v1"),
    ("vllm:8000", "is not a URL: \"vllm:8000\" has no scheme", "write http://vllm:8000"),
    (
      "fireworks", "is not a URL: \"fireworks\" has no scheme",
      "write the vendor's base URL, such as https://api.moonshot.ai/v1"
    ),
    ("ftp://a/v1", "is not an http or https URL: its scheme is \"ftp\"", nil),
    ("https://u:p@a.example/v1", "has credentials in its URL", nil),
    ("https://a.example/v1?key=1", "has a query or a fragment in its URL", nil),
    ("https://a.example/v1#x", "has a query or a fragment in its URL", nil),
    ("https://", "is not a URL: \"https://\" has no valid host", nil),
    ("https://:80/v1", "is not a URL: \"https://:80/v1\" has no valid host", nil),
    ("https://a.example:0/v1", "is not a URL: \"0\" is no port", nil),
    ("https://a.example:99999", "is not a URL: \"99999\" is no port", nil),
    ("https://a b/v1", "is not a URL: \"https://a b/v1\" has a character that must be escaped", nil),
    ("https://ü.example/v1", "is not a URL: \"https://ü.example/v1\" has a character that must be escaped", nil),
    (
      "https://a.example/v1/chat/completions/", "is the URL of an endpoint, not of the API",
      "write https://a.example/v1: clients add /chat/completions"
    ),
  ]

  @Test("URLs", arguments: urls)
  func url(_ text: String, _ why: String, _ advice: String?) {
    let found = problems("vendors: {a: '\(text)'}")
    #expect(headlines(found) == ["belay.yaml:1:14: `vendors.a` \(why)"])
    if let advice { #expect(found.first?.advice == advice) }
  }

  static let others = [
    ("mode: enforced", "3:7: `mode` cannot be \"enforced\": did you mean `enforce`?"),
    ("mode: watch", "3:7: `mode` cannot be \"watch\""),
    ("http2: 2", "3:8: `http2` is neither yes nor no: \"2\""),
    ("loops: 0", "3:8: `loops` is not a whole number from 1 to 1024: \"0\""),
    ("loops: two", "3:8: `loops` is not a whole number from 1 to 1024: \"two\""),
    ("log: {level: warn}", "3:14: `log.level` cannot be \"warn\": did you mean `warning`?"),
    ("log: {format: xml}", "3:15: `log.format` cannot be \"xml\""),
    ("default_vendor: b", "3:17: `default_vendor` names the vendor `b`, and there is none"),
    ("reference: moonshot", "3:12: `reference` names the vendor `moonshot`, and there is none"),
    ("console: 127.0.0.1:8611", "3:10: agents and the console cannot share the address 127.0.0.1:8611"),
    ("listen: localhost:8612", "3:9: agents and the console cannot share the address 127.0.0.1:8612"),
    ("console: :8612", "3:10: the console at 0.0.0.0:8612 can be reached from other machines and has no token: it shows whole conversations"),
    ("console_token: short", "3:16: `console_token` is shorter than 16 characters"),
    ("console_token: a token of four words", "3:16: `console_token` has a blank in it"),
    ("listen: '[::]:8612'", "3:9: agents and the console cannot share the address 127.0.0.1:8612"),
  ]

  @Test("names, and what must fit together", arguments: others)
  func other(_ yaml: String, _ expected: String) {
    #expect(headlines(problems(withVendor(yaml))) == ["belay.yaml:\(expected)"])
  }

  static let vendors = [
    ("v1: https://a.example/v1", "2:3: `vendors.v1` cannot be the name of a vendor"),
    ("My Vendor: https://a.example/v1", "2:3: `vendors.My Vendor` is not a vendor's name"),
    ("-a: https://a.example/v1", "2:3: `vendors.-a` is not a vendor's name"),
    (
      "a: {base_url: https://a.example/v1, generation: k9}",
      "2:51: `vendors.a.generation` cannot be \"k9\": did you mean `k2`?"
    ),
    (
      "a: {base_url: https://a.example/v1, headers: {'a b': x}}",
      "2:49: `vendors.a.headers.a b` is not the name of a header"
    ),
    (
      "a: {base_url: https://a.example/v1, headers: {Host: x}}",
      "2:49: `vendors.a.headers.Host` cannot be set here: belay sets it itself"
    ),
    (
      "a: {base_url: https://a.example/v1, headers: {x-belay-vendor: x}}",
      "2:49: `vendors.a.headers.x-belay-vendor` cannot be set here: belay sets it itself"
    ),
    (
      "a: {base_url: https://a.example/v1, headers: {authorization: x}}",
      "2:49: `vendors.a.headers.authorization` cannot be set here"
    ),
    (
      "a: {base_url: https://a.example/v1, api_key: \"a\\nb\"}",
      "2:48: `vendors.a.api_key` has a character that an HTTP header cannot carry"
    ),
    (
      "a: {base_url: https://a.example/v1, api_key: [b]}",
      "2:48: `vendors.a.api_key` must be a single value, and this is a list"
    ),
    (
      "a-b: https://a.example/v1\n  a_b: https://b.example/v1",
      "3:3: the vendors `a-b` and `a_b` differ only in - and _"
    ),
  ]

  @Test("vendors", arguments: vendors)
  func vendor(_ yaml: String, _ expected: String) {
    #expect(headlines(problems("vendors:\n  \(yaml)\n")) == ["belay.yaml:\(expected)"])
  }

  @Test("a vendor that could not be read is not also told to be missing")
  func noEchoes() {
    #expect(problems("vendors:\n  a: b.example/v1\ndefault_vendor: a\nreference: a\n").count == 1)
    #expect(problems("vendors: [a]\ndefault_vendor: a\n").count == 1)
    #expect(problems("vendors: {", overrides: Overrides(vendors: ["a"])).count == 1)
  }

  @Test("every problem says what to write instead")
  func advice() {
    let all =
      Self.others.map { withVendor($0.0) } + Self.vendors.map { "vendors:\n  \($0.0)\n" }
      + SyntaxProblemTests.cases.map(\.yaml) + KeyProblemTests.cases.map(\.yaml)
    for problem in all.flatMap({ problems($0) }) {
      #expect(!problem.advice.isEmpty || problem.message.contains("did you mean"), "\(problem)")
    }
  }
}
