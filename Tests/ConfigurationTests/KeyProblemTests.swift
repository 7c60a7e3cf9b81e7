// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Keys that are unknown, missing or there twice")
struct KeyProblemTests {
  static let cases: [(yaml: String, problems: [String])] = [
    (withVendor("lisen: :1\n"), ["3:1: unknown key `lisen`: did you mean `listen`?"]),
    (withVendor("Listen: :1\n"), ["3:1: unknown key `Listen`: did you mean `listen`?"]),
    (withVendor("lsiten: :1\n"), ["3:1: unknown key `lsiten`: did you mean `listen`?"]),
    (withVendor("default: a\n"), ["3:1: unknown key `default`: did you mean `default_vendor`?"]),
    (withVendor("default-vendor: a\n"), ["3:1: unknown key `default-vendor`: did you mean `default_vendor`?"]),
    (withVendor("ref: a\n"), ["3:1: unknown key `ref`: did you mean `reference`?"]),
    (withVendor("timeout: 1s\n"), ["3:1: unknown key `timeout`"]),
    (
      withVendor("limits: {first-byte: 1s}\n"),
      ["3:10: unknown key `first-byte` in `limits`: did you mean `first_byte`?"]
    ),
    (
      "vendors:\n  a:\n    baseURL: https://a.example/v1\n    key: x\n",
      [
        "2:3: `vendors.a` has no `base_url`",
        "3:5: unknown key `baseURL` in `vendors.a`: did you mean `base_url`?",
        "4:5: unknown key `key` in `vendors.a`: did you mean `api_key`?",
      ]
    ),
    ("vendors:\n  a:\n", ["2:3: `vendors.a` has no `base_url`"]),
    ("vendors:\n  a: [x]\n", ["2:6: `vendors.a` must be a mapping, and this is a list"]),
    ("vendors: [a, b]\n", ["1:10: `vendors` must be a mapping, and this is a list"]),
    (withVendor("log: loud\n"), ["3:6: `log` must be a mapping, and this is a single value"]),
    (withVendor("listen: {port: 1}\n"), ["3:9: `listen` must be a single value, and this is a mapping"]),
    (
      "listen: :1\nlisten: :2\n\"listen\": :3\nvendors:\n  a: https://a.example/v1\n  a: https://b.example/v1\n",
      [
        "2:1: `listen` stands twice in this mapping, first in line 1",
        "3:1: `listen` stands twice in this mapping, first in line 1",
        "6:3: `a` stands twice in this mapping, first in line 5",
      ]
    ),
    (
      withVendor("log: {level: info, level: debug}\nlo: x\n"),
      [
        "3:20: `level` stands twice in this mapping, first in line 3",
        "4:1: unknown key `lo`: did you mean `log`?",
      ]
    ),
    (
      withVendor(
        "rules:\n  models:\n    - patterns: [\"a*\", '']\n    - generation: k4\n      patterns: b\n"
          + "    - k2\n    - generation: k3\n"
      ),
      [
        "5:7: `rules.models[0]` has no `generation`",
        "5:24: `rules.models[0].patterns[1]` is empty",
        "6:19: `rules.models[1].generation` cannot be \"k4\": did you mean `k2`?",
        "8:7: `rules.models[2]` must be a mapping, and this is a single value",
        "9:7: `rules.models[3]` has no `patterns`",
      ]
    ),
  ]

  @Test("every one is told, with its place", arguments: cases)
  func told(_ yaml: String, _ expected: [String]) {
    #expect(headlines(problems(yaml)) == expected.map { "belay.yaml:\($0)" })
  }

  @Test("the first of two equal keys counts, wherever the other stands, and thirty are told as thirty")
  func manyDuplicates() {
    let yaml = String(repeating: "listen: x\n", count: 31)
    #expect(problems(yaml).count == 31)
  }

  @Test("two empty keys, which cannot be renamed, are told without more")
  func emptyKeys() {
    #expect(headlines(problems("'': x\n'': y\n")) == ["belay.yaml:1:1: a key stands twice in this mapping: ``"])
  }

  @Test("a key without a value is as if it were not there", arguments: ["", "~", "null", " # to come"])
  func nulls(_ nothing: String) throws {
    let keys = ["listen", "console", "console_token", "default_vendor", "reference", "mode", "enforce", "findings", "policies", "response_ids", "limits", "http2", "loops", "log", "rules"]
    let yaml = withVendor(keys.map { "\($0): \(nothing)\n" }.joined())
    #expect(try BelayConfiguration.load(yaml) == BelayConfiguration.load(withVendor("")))
  }
}
