// SPDX-License-Identifier: Apache-2.0

extension AlarmSettings {
  /// The defaults, with what the section says in their place:
  /// ```yaml
  /// alarms:
  ///   schema_accuracy: 0.95
  ///   webhooks:
  ///     - url: https://ops.example/belay
  ///       secret: ${WEBHOOK_SECRET}
  /// ```
  init(reading section: YAMLMap, literalKeys: inout [ConfigurationProblem]) {
    self.init()
    var section = section
    if let value = section.parsed("average_run_length", Words.integer(within: 100...10_000_000)) { averageRunLength = value.value }
    if let value = section.parsed("learning", Words.integer(within: 50...100_000)) { learning = value.value }
    schemaAccuracy = section.parsed("schema_accuracy", Self.parseLimit)?.value
    webhooks = section.list("webhooks").compactMap { Webhook(reading: $0, literalKeys: &literalKeys) }
    section.finish()
  }

  private static func parseLimit(_ text: String) throws(Complaint) -> Double {
    let limit = try Words.share(text)
    guard limit > 0, limit < 1 else { throw Complaint("must lie between 0 and 1: \(quoted(text))", "write such a number, as in 0.95") }
    return limit
  }
}

extension Webhook {
  fileprivate init?(reading value: YAMLValue, literalKeys: inout [ConfigurationProblem]) {
    guard var map = value.map() else { return nil }
    let place = map.entry("url")
    let url = place?.parsed(Self.parseURL)
    let secret = map.entry("secret").flatMap { Secret(reading: $0, by: Self.parseSecret, literalKeys: &literalKeys) }
    let format = map.parsed("format", Words.parser(of: Format.self))
    map.finish()
    if map.isMissing("url") { value.report(Complaint("has no `url`", "write where alarms are sent, such as url: https://ops.example/belay")) }
    guard let url else { return nil }
    self.init(url: Secret(url.value.text), host: url.value.host, secret: secret, format: format?.value ?? .json)
  }

  /// An http or https URL, with a query or not. No complaint quotes it: whoever has it can write there.
  private static func parseURL(_ text: String) throws(Complaint) -> (text: String, host: String) {
    let advice = "write it out, such as https://ops.example/belay"
    let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
    guard let scheme else { throw Complaint("is not an http or https URL", advice) }
    let authority = text.dropFirst(scheme.utf8.count).prefix { !"/?#".contains($0) }
    guard !authority.contains("@") else {
      throw Complaint("has credentials in its URL", "remove what stands before the `@`: messages are signed with `secret`")
    }
    guard let parts = HostPort(String(authority)), !parts.host.isEmpty, parts.port.map({ UInt16($0) ?? 0 > 0 }) ?? true else {
      throw Complaint("has no valid host", advice)
    }
    guard !text.contains("#"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }) else {
      throw Complaint("has a character that must be escaped", "write it as %XX")
    }
    return (text, "\(scheme)\(authority.lowercased())")
  }

  /// `whsec_` and base64, as standardwebhooks.com has it, or any text, whose bytes are the key.
  private static func parseSecret(_ text: String) throws(Complaint) -> Secret? {
    guard let secret = try Secret.parse(text) else { return nil }
    guard secret.revealed.utf8.count >= 16 else {
      throw Complaint("is shorter than 16 characters", "make one with: openssl rand -hex 32")
    }
    return secret
  }
}

extension QualityRouting {
  /// `yes`, `no`, or a mapping with `share` and `vendors`. Nil: switched off.
  init?(reading value: YAMLValue, vendorPlaces: inout [Located<String>]) {
    self.init()
    if value.rawText != nil {
      guard value.parsed(Words.yesOrNo)?.value == true else { return nil }
      return
    }
    guard var map = value.map() else { return nil }
    if let share = map.parsed("share", Words.share) { self.share = share.value }
    vendorPlaces = map.list("vendors").compactMap { $0.parsed(VendorName.parse) }
    if !map.isMissing("vendors") { vendors = vendorPlaces.map(\.value) }
    map.finish()
  }
}
