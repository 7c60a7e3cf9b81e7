// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The policies of a configuration by vendor and model. Clients choose the names of models, so it holds a bounded number of
/// them and starts afresh when it is full; names that no vendor would use are worked out each time.
final class PolicyCache: Sendable {
  private static let capacity = 512
  private static let longestName = 200

  private let policies = Mutex<[Key: Policy]>([:])

  private struct Key: Hashable {
    let vendor: String
    let model: String
  }

  var count: Int { policies.withLock { $0.count } }

  func policy(vendor: String, model: String) -> Policy? {
    guard Self.isRemembered(model) else { return nil }
    return policies.withLock { $0[Key(vendor: vendor, model: model)] }
  }

  func remember(_ policy: Policy, vendor: String, model: String) {
    guard Self.isRemembered(model) else { return }
    policies.withLock { policies in
      if policies.count >= Self.capacity { policies.removeAll(keepingCapacity: true) }
      policies[Key(vendor: vendor, model: model)] = policy
    }
  }

  /// Swift takes some spellings of a letter beyond ASCII for equal, and a glob does not.
  private static func isRemembered(_ model: String) -> Bool {
    model.utf8.count <= longestName && model.utf8.allSatisfy { $0 < 0x80 }
  }
}

extension PolicyCache: Equatable {
  /// What is remembered is no part of a configuration.
  static func == (_: PolicyCache, _: PolicyCache) -> Bool { true }
}
