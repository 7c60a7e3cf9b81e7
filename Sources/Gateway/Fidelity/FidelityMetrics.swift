// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON

/// Fidelity for Prometheus and for `/api/status`. Label values are vendors of the configuration, and models as clients name them,
/// of which ``Watch`` tells only so many apart.
extension FidelityService {
  func write(to text: inout MetricsText) {
    let watch = watcher.watch
    let scope = ["gen_ai_provider_name", "gen_ai_request_model"]
    let vigils = watch.vigils.filter { $0.value.counted.count > 0 }
    func gauges(_ name: String, _ help: String, _ value: (Vigil) -> Double?) {
      var values: [[String]: Double] = [:]
      for (key, vigil) in vigils { values[[key.vendor, key.model]] = value(vigil) }
      text.append(gauges: name, help, labels: scope, values)
    }
    gauges("belay_fidelity_f1", "K2VV's tool_call_f1 against the reference, of the comparisons that the present verdict rests on.") {
      $0.counted.proportion.map(Agreement.f1(proportion:))
    }
    gauges("belay_fidelity_f1_lower", "Lower end of its 95 % confidence sequence, which holds however often one looks.") { $0.interval.lower }
    gauges("belay_fidelity_f1_upper", "Upper end of it.") { $0.interval.upper }
    gauges("belay_fidelity_informative_comparisons", "Comparisons that these rest on: those in which a side called a tool.") {
      Double($0.counted.count)
    }
    gauges("belay_fidelity_gate", "The F1 from which a vendor passes.") { $0.gate }
    let groups = watch.ledger.groups()
    text.append(
      gauges: "belay_fidelity_schema_accuracy", "K2VV's schema_accuracy of the answers that were compared.", labels: scope,
      Dictionary(
        groups.compactMap { group in group.tally.vendor.schemaAccuracy.map { ([group.vendor, group.model], $0) } }, uniquingKeysWith: { $1 }))
    let floors = Dictionary(
      groups.compactMap { group in group.floor.confusion.f1.map { ([group.model], ($0, group.floor.confusion.agreement.count)) } },
      uniquingKeysWith: { $1 })
    text.append(
      gauges: "belay_fidelity_noise_floor_f1", "F1 of the reference against itself.", labels: ["gen_ai_request_model"], floors.mapValues(\.0))
    text.append(
      gauges: "belay_fidelity_noise_floor_informative_comparisons", "Comparisons that it rests on.", labels: ["gen_ai_request_model"],
      floors.mapValues { Double($0.1) })
    text.append(
      gauges: "belay_fidelity_out_of_rotation", "1 while quality routing keeps requests from the vendor.", labels: scope,
      Dictionary(uniqueKeysWithValues: rotation.out.map { ([$0.vendor, $0.model], 1) }))
    text.append(
      gauges: "belay_alarm", "1 while the alarm is on: below_gate, drift, schema_accuracy or reference_paused.", labels: ["kind"] + scope,
      Dictionary(
        watch.activeAlarms.map { ([$0.subject.kind.rawValue, $0.subject.vendor, $0.subject.model], 1) }, uniquingKeysWith: { $1 }))
    text.append(
      counter: "belay_fidelity_overlooked_total", "Comparisons that are in no figure, as clients named too many models.",
      [[]: watch.overlooked])
    writeWebhooks(to: &text)
  }

  private func writeWebhooks(to text: inout MetricsText) {
    let figures = desk.figures
    guard !figures.isEmpty else { return }
    func sums(_ value: (AlarmDesk.Figures) -> Int) -> [[String]: Int] {
      Dictionary(figures.map { ([$0.host], value($0)) }, uniquingKeysWith: +)
    }
    text.append(
      gauges: "belay_webhook_queue", "Alarms that wait to be delivered.", labels: ["receiver"], sums(\.waiting).mapValues { Double($0) })
    text.append(counter: "belay_webhook_delivered_total", "Alarms that a receiver took.", labels: ["receiver"], sums(\.delivered))
    text.append(counter: "belay_webhook_lost_total", "Alarms that a receiver refused, or never took.", labels: ["receiver"], sums(\.lost))
  }

  var json: JSONValue {
    [
      "caught_up": JSONValue(watcher.isCaughtUp), "alarms": .array(watcher.watch.activeAlarms.map(\.json)),
      "out_of_rotation": .array(rotation.out.map { ["vendor": JSONValue($0.vendor), "model": JSONValue($0.model)] }),
    ]
  }
}
