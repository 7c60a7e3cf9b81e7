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

  func policy(vendor: String, model: String, make: () -> Policy) -> Policy {
    // Swift takes some spellings of a letter beyond ASCII for equal, and a glob does not.
    guard model.utf8.count <= Self.longestName, model.utf8.allSatisfy({ $0 < 0x80 }) else { return make() }
    let key = Key(vendor: vendor, model: model)
    if let known = policies.withLock({ $0[key] }) { return known }
    let policy = make()
    policies.withLock { policies in
      if policies.count >= Self.capacity { policies.removeAll(keepingCapacity: true) }
      policies[key] = policy
    }
    return policy
  }
}

extension PolicyCache: Equatable {
  /// What is remembered is no part of a configuration.
  static func == (_: PolicyCache, _: PolicyCache) -> Bool { true }
}
