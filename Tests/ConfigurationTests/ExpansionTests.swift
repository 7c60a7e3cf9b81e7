// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Variables in the file")
struct ExpansionTests {
  static let environment = ["HOST": "a.example", "EMPTY": "", "N_1": "v1", "TRICK": "${HOST}", "YAML": "x\nlisten: :1"]

  static let urls = [
    ("https://${HOST}/v1", "https://a.example/v1"), ("https://${HOST}/${N_1}", "https://a.example/v1"),
    ("${URL:-https://b.example/v1}", "https://b.example/v1"),
    ("${EMPTY:-https://b.example/v1}", "https://b.example/v1"),
    ("https://${HOST:-b.example}/v1", "https://a.example/v1"), ("https://a.example${EMPTY}/v1", "https://a.example/v1"),
    ("https://a.example/$HOST$$", "https://a.example/$HOST$$"),
  ]

  @Test("${NAME} and ${NAME:-default} are replaced", arguments: urls)
  func replaced(_ text: String, _ expected: String) throws {
    for quoted in [text, "\"\(text)\"", "'\(text)'"] {
      let configuration = try BelayConfiguration.load("vendors:\n  a: \(quoted)\n", environment: Self.environment)
      #expect(configuration.vendors.first?.baseURL == expected)
    }
  }

  static let values = [
    ("$${HOST}", "${HOST}"), ("$$${HOST}", "$${HOST}"), ("$${${HOST}", "${a.example"), ("a$", "a$"), ("$", "$"),
    ("${TRICK}", "${HOST}"), ("${NONE:-$${x}", "$${x"), ("${NONE:-a:-b}", "a:-b"),
  ]

  @Test("$${ is ${ itself, and what a variable holds is not looked at again", arguments: values)
  func escaped(_ text: String, _ expected: String) throws {
    let yaml = "vendors: {a: {base_url: https://a.example/v1, api_key: '\(text)'}}"
    let configuration = try BelayConfiguration.load(yaml, environment: Self.environment)
    #expect(configuration.vendors.first?.apiKey?.revealed == expected)
  }

  static let failures = [
    ("${NONE}", ["2:6: the environment variable `NONE` is not set"]),
    (
      "https://${NONE}/${NADA}",
      ["2:14: the environment variable `NONE` is not set", "2:22: the environment variable `NADA` is not set"]
    ),
    ("https://${HOST}/${", ["2:22: `${` is never closed"]),
    ("\"\\t${N_1}${NONE}\"", ["2:15: the environment variable `NONE` is not set"]),
    ("x${}", ["2:7: this `${...}` names no variable"]),
    ("x${1A}", ["2:7: this `${...}` names no variable"]),
    ("x${A-b}", ["2:7: this `${...}` names no variable"]),
    ("x${A:?b}", ["2:7: this `${...}` names no variable"]),
    ("x${ A}", ["2:7: this `${...}` names no variable"]),
    ("x${Ä}", ["2:7: this `${...}` names no variable"]),
  ]

  @Test("what cannot be replaced is told at its own place", arguments: failures)
  func failure(_ text: String, _ expected: [String]) {
    #expect(
      headlines(problems("vendors:\n  a: \(text)\n", environment: Self.environment))
        == expected.map { "belay.yaml:\($0)" })
  }

  @Test("a variable cannot bring keys of its own, nor is it replaced in a key or a comment")
  func injection() {
    let yaml = "vendors:\n  a: https://a.example/v1 # ${NONE}\nreference: ${YAML}\n${NONE}: x\n"
    #expect(
      headlines(problems(yaml, environment: Self.environment)) == [
        "belay.yaml:3:12: `reference` is not a URL: it has no scheme",
        "belay.yaml:4:1: unknown key `${NONE}`",
      ])
  }

  @Test("a value that is nothing but an empty variable is not given")
  func empty() throws {
    let yaml = withVendor("listen: ${EMPTY}\nconsole: \"${NONE:-}\"\nlimits: {idle: \"${EMPTY}\"}\n")
    #expect(try BelayConfiguration.load(yaml, environment: Self.environment) == BelayConfiguration.load(withVendor("")))
  }
}
