// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
import JSONSchema
import Logbook
import Testing

@Suite("Where things are, and what they are called") struct PlaceTests {
  @Test(
    "The store's place follows flag, variable, configuration, XDG and home, in that order",
    arguments: [
      ("a", "b", ["BELAY_STORE": "c", "HOME": "/h"], "a"),
      (nil, "b", ["BELAY_STORE": "c", "HOME": "/h"], "c"),
      (nil, "b", ["BELAY_STORE": "", "HOME": "/h"], "b"),
      (nil, nil, ["XDG_STATE_HOME": "/x", "HOME": "/h"], "/x/belay/belay.sqlite"),
      (nil, nil, ["XDG_STATE_HOME": "relative", "HOME": "/h/"], "/h/.local/state/belay/belay.sqlite"),
      (nil, nil, [:], "belay.sqlite"),
    ] as [(String?, String?, [String: String], String)])
  func place(option: String?, configured: String?, environment: [String: String], path: String) {
    #expect(StorePlace.path(option: option, configured: configured, environment: environment) == path)
  }

  @Test("Violations are stored with the bytes they are about") func violations() throws {
    let schema = try Schema(Array(#"{"properties":{"limit":{"type":"integer"}}}"#.utf8))
    var validator = Validator(root: "arguments")
    let arguments = Array(Sample.arguments.utf8)
    let text = ViolationList.json(validator.violations(in: arguments.span, with: schema).violations)
    let value = try JSONValue(parsing: text)
    #expect(value.array?.count == 1)
    #expect(value[0]?["instance_path"] == "/limit")
    #expect(value[0]?["start"]?.int == 24)
    #expect(value[0]?["end"]?.int == 29)
    #expect(ViolationList.json([]).isEmpty)
  }
}
