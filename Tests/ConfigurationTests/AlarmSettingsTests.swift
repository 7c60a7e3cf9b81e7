// SPDX-License-Identifier: Apache-2.0
import Configuration
import Testing

@Suite("Alarms and quality routing")
struct AlarmSettingsTests {
  @Test("the defaults")
  func defaults() throws {
    let configuration = try BelayConfiguration.load(withVendor(""))
    #expect(configuration.alarms == AlarmSettings() && configuration.qualityRouting == nil)
    #expect(AlarmSettings().averageRunLength == 10_000 && AlarmSettings().learning == 200 && AlarmSettings().schemaAccuracy == nil)
  }

  @Test("every key arrives where it belongs, and no secret is printed")
  func everything() throws {
    let yaml = """
      vendors:
        a: http://127.0.0.1:1/v1
        b: {base_url: "http://127.0.0.1:2/v1", mode: enforce}
      reference: a
      enforce: {failover: [a]}
      alarms:
        average_run_length: 5000
        learning: 300
        schema_accuracy: 0.95
        webhooks:
          - url: https://hooks.slack.com/services/${PLACE}?x=1
            format: slack
          - url: HTTPS://Ops.Example:8443/belay
            secret: ${SECRET}
      quality_routing: {share: 0.1, vendors: [b]}
      """
    let configuration = try BelayConfiguration.load(yaml, environment: ["PLACE": "T0/B0/XYZ", "SECRET": "0123456789abcdef"])
    let alarms = configuration.alarms
    #expect(alarms.averageRunLength == 5000 && alarms.learning == 300 && alarms.schemaAccuracy == 0.95)
    #expect(alarms.webhooks.map(\.url.revealed) == ["https://hooks.slack.com/services/T0/B0/XYZ?x=1", "HTTPS://Ops.Example:8443/belay"])
    #expect(alarms.webhooks.map(\.host) == ["https://hooks.slack.com", "https://ops.example:8443"])
    #expect(alarms.webhooks.map(\.format) == [.slack, .json] && alarms.webhooks.map(\.secret?.revealed) == [nil, "0123456789abcdef"])
    #expect(!"\(alarms)".contains("XYZ") && !"\(alarms)".contains("0123456789abcdef"))
    let routing = try #require(configuration.qualityRouting)
    #expect(routing.share == 0.1 && routing.concerns("b") && !routing.concerns("a"))
    #expect(configuration.warnings.isEmpty && configuration.literalKeys.isEmpty)
    #expect(try BelayConfiguration.load(withVendor("quality_routing: no")).qualityRouting == nil)
    let literal = withVendor("alarms: {webhooks: [{url: https://a.example, secret: 0123456789abcdef}]}")
    #expect(try BelayConfiguration.load(literal).literalKeys.count == 1)
  }

  static let mistakes: [(line: String, problem: String)] = [
    ("alarms: {schema_accuracy: 1}", "3:27: `alarms.schema_accuracy` must lie between 0 and 1: \"1\""),
    ("alarms: {schema_accuracy: high}", "3:27: `alarms.schema_accuracy` is not a number from 0 to 1: \"high\""),
    ("alarms: {learning: 10}", "3:20: `alarms.learning` is not a whole number from 50 to 100000: \"10\""),
    ("alarms: {average_run_length: 1}", "3:30: `alarms.average_run_length` is not a whole number from 100 to 10000000: \"1\""),
    ("alarms: {webhook: x}", "3:10: unknown key `webhook` in `alarms`: did you mean `webhooks`?"),
    ("alarms: {webhooks: [{format: json}]}", "3:21: `alarms.webhooks[0]` has no `url`"),
    ("alarms: {webhooks: [{url: ops.example/x}]}", "3:27: `alarms.webhooks[0].url` is not an http or https URL"),
    ("alarms: {webhooks: [{url: 'https://u:p@ops.example'}]}", "3:27: `alarms.webhooks[0].url` has credentials in its URL"),
    ("alarms: {webhooks: [{url: 'https:///x'}]}", "3:27: `alarms.webhooks[0].url` has no valid host"),
    ("alarms: {webhooks: [{url: 'https://a.example:99999'}]}", "3:27: `alarms.webhooks[0].url` has no valid host"),
    ("alarms: {webhooks: [{url: 'https://a.example/a b'}]}", "3:27: `alarms.webhooks[0].url` has a character that must be escaped"),
    ("alarms: {webhooks: [{url: 'https://a.example', format: discord}]}", "3:56: `alarms.webhooks[0].format` cannot be \"discord\""),
    ("quality_routing: maybe", "3:18: `quality_routing` is neither yes nor no: \"maybe\""),
    ("quality_routing: {share: 2}", "3:26: `quality_routing.share` is not a number from 0 to 1: \"2\""),
    ("quality_routing: {sahre: 0.1}", "3:19: unknown key `sahre` in `quality_routing`: did you mean `share`?"),
  ]

  @Test("a mistake is told with its line", arguments: mistakes)
  func mistake(_ line: String, _ problem: String) {
    let found = headlines(problems(withVendor(line))).filter { $0.contains("belay.yaml:3") }
    #expect(found.contains { $0.hasPrefix("belay.yaml:\(problem)") }, "\(found)")
  }

  @Test("a short secret is told without being shown")
  func shortSecret() {
    let found = problems(withVendor("alarms: {webhooks: [{url: 'https://a.example', secret: '${S}'}]}"), environment: ["S": "tooshort"])
    let unset = headlines(problems(withVendor("alarms: {webhooks: [{url: 'https://a.example', secret: '${S}'}]}")))
    #expect(unset.contains { $0.hasPrefix("belay.yaml:3:") && $0.contains("the environment variable `S` is not set") })
    #expect(found.contains { "\($0)".contains("is shorter than 16 characters") } && !found.contains { "\($0)".contains("tooshort") })
  }

  @Test("quality routing that cannot do anything is warned of")
  func warnings() {
    let found = headlines(problems(withVendor("quality_routing: {share: 0, vendors: [nobody]}")))
    for text in ["needs a reference", "has no other vendor", "works in `mode: enforce` only", "no traffic left", "is no vendor: \"nobody\""] {
      #expect(found.contains { $0.contains(text) }, "\(text)")
    }
  }
}
