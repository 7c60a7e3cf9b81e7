// SPDX-License-Identifier: Apache-2.0
package import Configuration
import JSON

/// How the shadow is doing, for the console and for Prometheus.
package struct ShadowStatus: Sendable, Equatable {
  package var reference: BelayConfiguration.ShadowReference
  package var counts: ShadowCounts
  package var pause: ReferencePause.Pause?
  package var waiting: Int
  package var underway: Int
  /// Of the day.
  package var requestsToday: Int
  package var tokensToday: Int
  package var isPersistent: Bool
  package var settings: ShadowSettings

  init(_ core: ShadowCore, _ reference: BelayConfiguration.ShadowReference) {
    (self.reference, counts, pause) = (reference, core.counts, core.queue.pause.pause)
    (waiting, underway) = (core.queue.waitingCount, core.queue.underwayCount)
    (requestsToday, tokensToday) = (core.queue.budget.requests, core.queue.budget.tokens)
    (isPersistent, settings) = (core.isPersistent, core.queue.settings)
  }

  /// `off`, `no_key`, `baseline`, `paused` or `active`.
  package var state: String {
    switch reference {
    case .none: "off"
    case .keyless: "no_key"
    case .baseline: "baseline"
    case .live: pause == nil ? "active" : "paused"
    }
  }

  /// Why the reference is left alone, by its name; empty while it is not.
  var failingReferences: [String: String] {
    guard let pause, let name = reference.name else { return [:] }
    return [name: pause.reason]
  }

  var json: JSONValue {
    [
      "state": JSONValue(state), "reference": reference.name.map { JSONValue($0) } ?? nil,
      "paused_until": pause.map { JSONValue(Int($0.until)) } ?? nil, "reason": pause.map { JSONValue($0.reason) } ?? nil,
      "waiting": JSONValue(waiting), "underway": JSONValue(underway), "persistent": JSONValue(isPersistent),
      "requests_today": JSONValue(requestsToday), "tokens_today": JSONValue(tokensToday),
      "requests_per_day": JSONValue(settings.perDay), "tokens_per_day": JSONValue(settings.tokensPerDay),
      "requests": .counts(counts.requests), "compared": JSONValue(counts.comparisons.values.reduce(0, +)),
      "compared_with_itself": JSONValue(counts.floor.values.reduce(0, +)),
      "dropped": .counts(Dictionary(uniqueKeysWithValues: counts.drops.map { ($0.key.rawValue, $0.value) })),
      "skipped": .counts(Dictionary(uniqueKeysWithValues: counts.skips.map { ($0.key.rawValue, $0.value) })),
    ]
  }

  /// Every label value comes from a closed set but for models, whose number is bounded.
  func write(to text: inout MetricsText) {
    let scope = ["gen_ai_provider_name", "gen_ai_request_model", "cell"]
    text.append(
      counter: "belay_shadow_comparisons_total",
      "Answers of vendors held against the reference's, by cell (tp, fp, fn, tn; none: a side did not say).", labels: scope, counts.comparisons)
    text.append(
      counter: "belay_shadow_noise_total", "Second answers of the reference held against its first, by cell.", labels: scope, counts.floor)
    text.append(
      counter: "belay_shadow_requests_total", "Requests to the reference, by how they ended.", labels: ["outcome"],
      Dictionary(uniqueKeysWithValues: counts.requests.map { ([$0.key], $0.value) }))
    text.append(
      counter: "belay_shadow_dropped_total", "Exchanges that were chosen and not compared, by why.", labels: ["reason"],
      Dictionary(uniqueKeysWithValues: counts.drops.map { ([$0.key.rawValue], $0.value) }))
    text.append(
      counter: "belay_shadow_skipped_total", "Exchanges that were not chosen, by why.", labels: ["reason"],
      Dictionary(uniqueKeysWithValues: counts.skips.map { ([$0.key.rawValue], $0.value) }))
    text.append(counter: "belay_shadow_tokens_total", "Tokens as the reference counted them.", [[]: counts.tokens])
    text.append(gauge: "belay_shadow_queue", "Exchanges that wait for the reference.", Double(waiting))
    text.append(gauge: "belay_shadow_underway", "Requests to the reference that are under way.", Double(underway))
    text.append(gauge: "belay_shadow_paused", "1 while the reference is left alone.", pause == nil ? 0 : 1)
  }
}
