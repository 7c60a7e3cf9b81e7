// SPDX-License-Identifier: Apache-2.0
import Inspection

extension Vendor {
  /// A vendor's entry: its URL alone, or a mapping. Nil, with a problem in the log, when it has no usable `base_url`.
  /// `place` is that of its name. What it says of its dialect goes to `dialect`.
  init?(
    reading value: YAMLValue, name: String, at place: Place, dialect: inout VendorDialect?,
    literalKeys: inout [ConfigurationProblem]
  ) {
    if value.rawText != nil, !value.isNull {
      guard let url = value.parsed(BaseURL.parse) else { return nil }
      self.init(name: name, baseURL: url.value.text)
      return
    }
    guard var map = value.map() else { return nil }
    let url = map.parsed("base_url", BaseURL.parse)
    let key = map.entry("api_key").flatMap { Secret(reading: $0, literalKeys: &literalKeys) }
    let generation = map.parsed("generation", Words.parser(of: Generation.self))
    var headers: [Header] = []
    if let section = map.map("headers") {
      for entry in section.named {
        let name = Located(value: entry.key, name: entry.value.name, place: entry.place)
          .parsed(value.context.log, HeaderName.parse)
        let secret = Secret(reading: entry.value, literalKeys: &literalKeys)
        if let name, let secret { headers.append(Header(name: name.value, value: secret)) }
      }
    }
    let mode = map.parsed("mode", Words.parser(of: Mode.self))
    var models: [String: String] = [:]
    for entry in map.map("models")?.named ?? [] { models[entry.key] = entry.value.parsed(Words.text)?.value }
    let profile = map.parsed("profile", Words.text)
    let changes = ProfileChanges(reading: &map)
    map.finish()
    if map.isMissing("base_url") {
      value.context.log.report(
        "`\(value.name)` has no `base_url`", "write its URL, such as base_url: https://api.moonshot.ai/v1", at: place)
    }
    guard let url else { return nil }
    dialect = VendorDialect(baseURL: url.value.text, profile: profile, changes: changes)
    self.init(
      name: name, baseURL: url.value.text, apiKey: key, generation: generation?.value, headers: headers, models: models,
      mode: mode?.value)
  }
}

extension Secret {
  /// A key that is written out, instead of `${NAME}`, goes to `literalKeys` as a warning. No problem shows its line.
  init?(
    reading value: YAMLValue, by parse: (String) throws(Complaint) -> Secret? = Secret.parse,
    literalKeys: inout [ConfigurationProblem]
  ) {
    guard let text = value.text(), let secret = text.parsed(value.context.log, parse)?.value else { return nil }
    if value.rawText == text.value {
      literalKeys.append(
        value.context.log.problem(
          .warning, "`\(value.name)` is written out in a file that others can read",
          "write ${NAME} and set the variable, or take the file from others: chmod 600", at: text.place))
    }
    self = secret
  }
}
