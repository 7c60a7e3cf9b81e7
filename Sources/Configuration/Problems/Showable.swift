// SPDX-License-Identifier: Apache-2.0

/// Which values of belay.yaml and of rule files a problem may show: those of settings that hold a number, a word of a few, a
/// pattern or an address. What is not named here is not shown, be it a key or a misspelt name of one.
struct Showable: Sendable {
  enum Value: Sendable {
    case hidden, shown
    /// Unless it has a place for a key: see ``BaseURL/isShowable(_:)``.
    case address
  }

  /// Of the setting itself; of a list, each item's.
  let value: Value
  /// What may stand below. `*` is any name. Where there is none, not even the names there are shown.
  let keys: [String: Showable]

  init(_ value: Value = .hidden, keys: [String: Showable] = [:]) {
    (self.value, self.keys) = (value, keys)
  }

  /// A section with settings that may be shown, and with others.
  private init(_ names: String, _ others: [String: Showable] = [:], value: Value = .hidden) {
    let shown = names.split(separator: " ").map { (String($0), Showable(.shown)) }
    self.init(value, keys: Dictionary(shown) { first, _ in first }.merging(others) { _, other in other })
  }

  func child(_ key: String) -> Showable? { keys[key] ?? keys["*"] }

  func shows(_ text: String) -> Bool {
    switch value {
    case .hidden: false
    // Two settings on one line, of which the second may be a key.
    case .shown: !text.contains(": ")
    case .address: BaseURL.isShowable(text)
    }
  }
}

extension Showable {
  /// A whole file. Rule files have some of the sections of belay.yaml, and `models` and `traits` at their top.
  static let file = Showable(
    "listen reuse_port console default_vendor mode response_ids http2 loops",
    [
      "vendors": Showable(keys: ["*": vendor]), "reference": Showable(.address), "allowed_origins": Showable(.address),
      "tls": names, "clients": Showable(keys: ["*": names]),
      "enforce": Showable(
        "attempts tokens time on_exhausted ladder keep_alive failover",
        ["repairs": Showable("*", value: .shown), "breaker": Showable("failures window open")]),
      "findings": Showable("*"), "policies": policy, "store": Showable("path bodies max_age max_size redact_headers redact_paths", value: .shown),
      "shadow": shadow, "alarms": Showable("average_run_length learning schema_accuracy", ["webhooks": names]),
      "quality_routing": Showable("share vendors", value: .shown), "limits": limits, "log": Showable("level format"),
      "rules": Showable("files", ["models": models, "traits": traits, "vendors": Showable(keys: ["*": vendor])]),
      "models": models, "traits": traits,
    ])

  /// What is below may be a key; what it is called is told.
  private static let names = Showable(keys: ["*": Showable()])

  /// An entry of belay.yaml, or one of the catalogue.
  private static let vendor = Showable(
    dialect + " generation mode profile title hosts unverified",
    [
      "base_url": Showable(.address), "base_urls": Showable(.address), "headers": names, "models": Showable("*", value: .shown),
      "tool_choice": toolChoice, "normalize": Showable("*", value: .shown),
      "variants": Showable(dialect + " models", ["tool_choice": toolChoice, "normalize": Showable("*", value: .shown)]),
    ], value: .address)
  private static let dialect = "thinking reasoning_key strict builtin_tools partial blank_content usage errors"
  private static let toolChoice = Showable("none required named")

  private static let policy = Showable(
    "mode action response_ids",
    [
      "match": Showable("vendor model tool finding"), "repairs": Showable("*", value: .shown), "normalize": Showable("*", value: .shown),
    ])
  private static let shadow = Showable(
    "sample sample_of_few few only_tools repeat per_minute per_day tokens_per_day concurrency queue body_bytes max_age timeout drain "
      + "failures pause longest_pause baseline", ["rules": Showable("sample", ["match": Showable("vendor model path")])], value: .shown)
  private static let limits = Showable(
    "request_bytes buffered_bytes header_bytes header_timeout connections keep_alive connect first_byte idle drain drain_delay")
  private static let models = Showable("generation patterns")
  private static let traits = Showable("patterns immutable_sampling thinks needs_reasoning gate")
}
