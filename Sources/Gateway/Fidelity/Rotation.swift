// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import Synchronization

/// Which vendors are out of the rotation, for which models as clients name them: known to be below the gate. Shared by all event
/// loops; while none is out, asking costs one atomic load.
///
/// In `enforce`, a request that names no vendor then goes to the first vendor of `failover` that is not out, with that vendor's
/// own key; without one it stays. How a vendor comes back: it keeps a share of conversations, and those that name it. The share
/// is chosen by the draw by which shadows are, so that what stays is what is sampled, and as soon as that shows the vendor above
/// the gate (``ThresholdWatch``) it is in again.
package final class Rotation: Sendable {
  private let isWhole = Atomic(true)
  private let removed = Mutex<[Watch.Key: Double]>([:])

  package init() {}

  /// - Parameter shares: by vendor and model, the share of conversations that stay.
  package func set(_ shares: [Watch.Key: Double]) {
    removed.withLock { $0 = shares }
    isWhole.store(shares.isEmpty, ordering: .releasing)
  }

  /// Whether a conversation is to be served by another vendor, if there is one.
  ///
  /// - Parameter hash: of the conversation; asked for only where the vendor is out.
  package func isOut(_ vendor: String, _ model: String, hash: () -> UInt64) -> Bool {
    guard let share = share(vendor, model) else { return false }
    return ShadowSampler.place(hash(), salt: 1) >= share
  }

  package func contains(_ vendor: String, _ model: String) -> Bool { share(vendor, model) != nil }

  /// The same vendors, those that are out behind the others.
  package func ordered(_ vendors: [String], _ model: String) -> [String] {
    if isWhole.load(ordering: .acquiring) { return vendors }
    return vendors.filter { !contains($0, model) } + vendors.filter { contains($0, model) }
  }

  package var out: [Watch.Key] { removed.withLock { $0.keys.sorted() } }

  private func share(_ vendor: String, _ model: String) -> Double? {
    if isWhole.load(ordering: .acquiring) { return nil }
    return removed.withLock { $0[Watch.Key(vendor: vendor, model: model)] }
  }
}
