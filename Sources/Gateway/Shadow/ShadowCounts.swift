// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Store

/// What the shadow did since the process began.
package struct ShadowCounts: Sendable, Equatable {
  /// Requests to the reference by how they ended: `answered`, or the kind of ``ReferenceFailure``.
  package private(set) var requests: [String: Int] = [:]
  /// By vendor, model and cell.
  package private(set) var comparisons: [[String]: Int] = [:]
  /// The reference's second answers against its first, by reference, model and cell.
  package private(set) var floor: [[String]: Int] = [:]
  package private(set) var drops: [ShadowDrop: Int] = [:]
  package private(set) var skips: [ShadowSkip: Int] = [:]
  /// As the reference counted them.
  package private(set) var tokens = 0
  /// Clients name models: only so many get a series of their own.
  private var models: Set<String> = []

  package init() {}

  mutating func answered(cost: Int?) {
    requests["answered", default: 0] += 1
    tokens += cost ?? 0
  }

  mutating func failed(_ failure: ReferenceFailure) { requests[failure.kind.rawValue, default: 0] += 1 }
  mutating func drop(_ reason: ShadowDrop, _ count: Int = 1) { if count > 0 { drops[reason, default: 0] += count } }
  mutating func skip(_ reason: ShadowSkip, _ count: Int = 1) { if count > 0 { skips[reason, default: 0] += count } }

  mutating func compared(_ record: StoredComparison) {
    let labels = [record.vendor, model(record.model), record.cellName]
    switch record.kind {
    case .vendor: comparisons[labels, default: 0] += 1
    case .reference: floor[labels, default: 0] += 1
    }
  }

  private mutating func model(_ name: String) -> String {
    if models.contains(name) { return name }
    guard models.count < Metrics.modelLimit, name.utf8.count <= 128 else { return Metrics.otherModel }
    models.insert(name)
    return name
  }
}
