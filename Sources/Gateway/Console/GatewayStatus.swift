// SPDX-License-Identifier: Apache-2.0
import Configuration
import Store
import Synchronization

/// What the console may ask of the running gateway.
package final class GatewayStatus: Sendable {
  private let ready = Atomic(false)
  private let recorder: Recorder
  /// Nil where exchanges are not kept.
  let store: ConsoleStore?
  /// Nil where there is none.
  private let shadow: Shadow?
  /// Nil in tests of other things.
  let fidelity: FidelityService?
  /// Nil where both listeners speak HTTP.
  private let tls: TLSAcceptor?
  /// In the order of the configuration.
  let vendors: [String]

  package init(
    recorder: Recorder, store: ConsoleStore? = nil, shadow: Shadow? = nil, fidelity: FidelityService? = nil, tls: TLSAcceptor? = nil,
    vendors: [String] = []
  ) {
    self.recorder = recorder
    self.store = store
    self.shadow = shadow
    self.fidelity = fidelity
    self.tls = tls
    self.vendors = vendors
  }

  /// True from the moment that the listener is bound until the stop begins.
  package var isReady: Bool {
    get { ready.load(ordering: .relaxed) }
    set { ready.store(newValue, ordering: .relaxed) }
  }

  var tally: Tally { recorder.tally }
  var shadowStatus: ShadowStatus? { shadow?.status }

  /// Everything for Prometheus.
  package func metricsText() -> String {
    var text = MetricsText()
    recorder.metrics.write(to: &text)
    var drops = [["recorder", "queue_full"]: recorder.dropped]
    let store = self.store?.status()
    for (reason, count) in store?.dropped ?? [:] { drops[["store", reason.name]] = count }
    text.append(
      counter: "belay_records_dropped_total", "Exchanges that were served and not recorded, by where and why.", labels: ["stage", "reason"], drops)
    text.append(
      counter: "belay_record_bodies_dropped_total", "Exchanges that were recorded without their bodies, as too much was waiting.",
      [[]: recorder.droppedBodies + (store?.droppedBodies ?? 0)])
    text.append(gauge: "belay_ready", "1 while the gateway takes requests, 0 while it drains.", isReady ? 1 : 0)
    TLSAcceptor.write(tls, to: &text)
    if let shadow = shadowStatus, shadow.reference != .none { shadow.write(to: &text) }
    fidelity?.write(to: &text)
    guard let store else { return text.text }
    text.append(counter: "belay_store_written_total", "Exchanges that the store holds or held.", [[]: store.written])
    text.append(
      counter: "belay_store_shadow_dropped_total", "Comparisons, and notes of what waits for the reference, that the store did not keep.",
      [[]: store.droppedOthers])
    text.append(counter: "belay_store_expired_total", "Exchanges that retention deleted.", [[]: store.expired])
    text.append(gauge: "belay_store_up", "1 while the store can be written.", store.failure == nil ? 1 : 0)
    let reasons = StoreFailure.Reason.allCases.map { ([$0.rawValue], store.failure?.reason == $0 ? 1.0 : 0) }
    text.append(
      gauges: "belay_store_failing", "1 for the reason why the store cannot be written now, 0 for the others.", labels: ["reason"],
      Dictionary(uniqueKeysWithValues: reasons))
    text.append(gauge: "belay_store_queue_records", "Exchanges that wait to be written.", Double(store.queuedRecords))
    text.append(gauge: "belay_store_queue_bytes", "Their size.", Double(store.queuedBytes))
    text.append(
      gauge: "belay_store_lag_seconds", "How long the exchange that has waited longest has been waiting.",
      Double(store.lagMilliseconds) / 1000)
    return text.text
  }
}
