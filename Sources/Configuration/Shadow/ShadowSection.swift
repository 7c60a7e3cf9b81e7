// SPDX-License-Identifier: Apache-2.0

/// What the section `shadow:` says; `shadow: off` keeps every exchange here.
struct ShadowSection {
  var isOff = false
  var settings = ShadowSettings()
  /// Where the section is, when it is there.
  var place: Place?
  /// The vendors of the rules, to complain at when there are none of that name.
  var vendors: [Located<String>] = []

  init() {}

  /// The defaults, with what the section says in their place. The bounds keep out what can only be a slip.
  init(reading value: YAMLValue) {
    place = value.place
    if value.rawText == "off" {
      isOff = true
      return
    }
    guard var section = value.map() else { return }
    let time = Duration.parser(within: .milliseconds(1)...(.seconds(24 * 3600)))
    func set<Value>(_ keep: WritableKeyPath<ShadowSettings, Value>, _ key: String, _ parse: (String) throws(Complaint) -> Value) {
      if let value = section.parsed(key, parse)?.value { settings[keyPath: keep] = value }
    }
    // What was meant for a limit sends nothing by default.
    let unsaid = Complaint("is empty", "write a share from 0 to 1, or remove the key")
    if let share = section.restriction("sample", ifEmpty: unsaid, Words.share)?.value { settings.sample = share }
    // Who says 0 means it, and knows of no second share.
    if settings.sample == 0 { settings.sampleOfFew = 0 }
    if let share = section.restriction("sample_of_few", ifEmpty: unsaid, Words.share)?.value { settings.sampleOfFew = share }
    set(\.few, "few", Words.integer(within: 0...1_000_000))
    set(\.onlyTools, "only_tools", Words.yesOrNo)
    set(\.repeats, "repeat", Words.share)
    set(\.perMinute, "per_minute", Words.integer(within: 1...1_000_000))
    set(\.perDay, "per_day", Words.integer(within: 1...100_000_000))
    set(\.tokensPerDay, "tokens_per_day", Words.integer(within: 1...1_000_000_000_000))
    set(\.concurrency, "concurrency", Words.integer(within: 1...1000))
    set(\.queue, "queue", Words.integer(within: 1...100_000))
    set(\.bodyBytes, "body_bytes", ByteSize.parser(within: 1 << 10...64 << 20))
    set(\.maxAge, "max_age", Duration.parser(within: .seconds(1)...(.seconds(30 * 24 * 3600))))
    set(\.timeout, "timeout", time)
    set(\.drain, "drain", Duration.parser(within: .zero...(.seconds(3600))))
    set(\.failures, "failures", Words.integer(within: 1...1000))
    set(\.pause, "pause", time)
    set(\.longestPause, "longest_pause", time)
    set(\.baseline, "baseline", { text throws(Complaint) in try Words.text(text) })
    for item in section.list("rules") { readRule(item) }
    section.finish()
  }

  /// ```yaml
  /// rules:
  ///   - match: { model: "*-internal", path: "/secret/*" }
  ///     sample: off
  /// ```
  private mutating func readRule(_ value: YAMLValue) {
    guard var map = value.map() else { return }
    var rule = ShadowRule()
    if var match = map.map("match") {
      let named = match.list("vendor").compactMap { $0.parsed(Words.text) }
      vendors += named
      rule.vendors = named.map(\.value)
      rule.models = match.list("model").compactMap { $0.parsed(Words.text)?.value }
      rule.paths = match.list("path").compactMap { $0.parsed(Words.text)?.value }
      if match.present.isEmpty { value.report(Complaint("matches nothing", "name a vendor, model or path; \"*\" is any")) }
      match.finish()
    } else if map.isMissing("match") {
      value.report(Complaint("has no `match`", "write what it is for, such as match: { model: \"*-internal\" }"))
    }
    if map.isMissing("sample") { value.report(Complaint("has no `sample`", "write `sample: off`, or a share such as 0.2")) }
    let share = map.parsed("sample") { text throws(Complaint) in text == "off" ? 0 : try Words.share(text) }
    rule.sample = share?.value ?? 0
    map.finish()
    settings.rules.append(rule)
  }
}
