// SPDX-License-Identifier: Apache-2.0
import Configuration
import Logging
import Store
import Synchronization

extension Shadow {
  /// Returns when there is somebody to ask, or false when the gateway stops without.
  func isWanted() async -> Bool {
    if with({ $0.configuration.isShadowed }) { return true }
    for await event in events {
      if case .stop = event { return false }
      guard with({ $0.configuration.isShadowed }) else { continue }
      // Nothing waits yet, so that nothing is to be sent.
      _ = reloaded()
      announce()
      return true
    }
    return false
  }

  /// Takes up what an earlier process left, and reads the baseline.
  func prepare() async -> [StoredShadowJob] {
    await takeBaseline()
    let (configuration, vendor) = with { ($0.configuration, $0.vendor) }
    guard let writer, let path = configuration.recording?.path, configuration.isShadowed else { return [] }
    // The writer makes the file, or brings it up to date. Nothing waits for words that an earlier process did not index: it may be hours'.
    await writer.opened()
    guard let reader = try? StoreReader(path: path) else { return [] }
    defer { reader.close() }
    let counts = (try? await reader.comparisonCounts(since: now() - Self.memory)) ?? [:]
    let sampler = ShadowSampler(
      comparisons: Dictionary(
        counts.map { (ShadowSampler.key(vendor: $0.key.vendor, model: $0.key.model), $0.value) }, uniquingKeysWith: +))
    let day = now() / ShadowBudget.dayLength
    let left = vendor == nil ? nil : try? await reader.shadow(reference: vendor?.name ?? "", day: day)
    let budget = ShadowBudget(day: day, requests: left?.requests ?? 0, tokens: left?.tokens ?? 0)
    with { $0.core.take(sampler, budget) }
    return left?.jobs ?? []
  }

  /// Reads the baseline that the configuration names, unless that is the one at hand.
  func takeBaseline() async {
    let (reference, known) = with { ($0.configuration.shadowReference, $0.core.baseline == nil ? nil : $0.baselinePath) }
    guard case .baseline(let path) = reference else { return with { $0.core.take(nil) } }
    guard path != known else { return }
    do {
      let baseline = try await Baseline(path: path)
      if baseline.answers.isEmpty { logger.warning("the baseline holds no answer", metadata: ["path": "\(path)"]) }
      with { state in
        state.core.take(baseline)
        state.baselinePath = path
      }
    } catch {
      with { $0.core.take(nil) }
      logger.error("the baseline cannot be read, so nothing is compared", metadata: ["path": "\(path)", "problem": "\(error)"])
    }
  }

  /// What was compared longer ago does not make a sample large: vendors change. Milliseconds.
  private static let memory: Int64 = 30 * 24 * 3_600_000

  /// Says once where requests go, or why none does.
  func announce() {
    let status = status
    switch status.reference {
    case .none: break
    case .keyless(let name):
      logger.warning("nothing is shadowed: the reference has no key of its own", metadata: ["reference": "\(name)"])
    case .baseline(let path): logger.info("answers are compared with a baseline", metadata: ["path": "\(path)"])
    case .live(let vendor):
      logger.info(
        "requests are shadowed",
        metadata: ["reference": "\(vendor.name)", "url": "\(vendor.baseURL)", "waiting": "\(status.waiting)"])
      if !status.isPersistent { logger.info("what waits for the reference is kept in memory only") }
    }
  }
}
