// SPDX-License-Identifier: Apache-2.0
import Inspection

/// What the section `enforce:` says, with the places that cross-checks complain at.
struct EnforceSection {
  var settings = EnforceSettings()
  /// One for each name of `settings.failover`.
  var failover: [Located<String>] = []
  var attempts: Located<Int>?
  /// The ladder, where it is written out.
  var ladder: YAMLValue?

  init() {}

  /// The defaults, with what the section says in their place. The bounds keep out what can only be a slip.
  init(reading section: YAMLMap) {
    var section = section
    let time = Duration.parser(within: .milliseconds(1)...(.seconds(24 * 3600)))
    attempts = section.parsed("attempts", Words.integer(within: 1...20))
    if let attempts { settings.attempts = attempts.value }
    settings.tokens = section.parsed("tokens", Words.integer(within: 1...1_000_000_000))?.value
    if let value = section.parsed("time", time) { settings.time = value.value }
    if let value = section.parsed("on_exhausted", Words.parser(of: EnforceSettings.OnExhausted.self)) {
      settings.onExhausted = value.value
    }
    if let value = section.entry("ladder"), !value.isNull {
      ladder = value
      settings.ladder = Rung.ladder(value)
    }
    let repairs = section.entry("repairs")?.names(of: RepairRule.self, default: settings.repairs)
    if let repairs { settings.repairs = repairs }
    if let value = section.parsed("keep_alive", time) { settings.keepAlive = value.value }
    failover = section.list("failover").compactMap { $0.parsed(VendorName.parse) }
    settings.failover = failover.map(\.value)
    if var breaker = section.map("breaker") {
      if let value = breaker.parsed("failures", Words.integer(within: 1...1000)) { settings.breaker.failures = value.value }
      if let value = breaker.parsed("window", time) { settings.breaker.window = value.value }
      if let value = breaker.parsed("open", time) { settings.breaker.open = value.value }
      breaker.finish()
    }
    section.finish()
  }
}

extension Rung {
  /// `none`, or the rungs in their order, each once.
  fileprivate static func ladder(_ value: YAMLValue) -> [Rung] {
    if value.rawText == "none" { return [] }
    var ladder: [Rung] = []
    for item in value.list() {
      guard let rung = item.parsed(Words.parser(of: Rung.self)) else { continue }
      if ladder.contains(rung.value) {
        item.report(Complaint("is `\(rung.value.rawValue)` once more", "each rung is tried once: remove it"))
      } else {
        ladder.append(rung.value)
      }
    }
    return ladder
  }
}
