// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// Chooses conversations. By their hash alone, so that all replicas and all turns of a conversation choose alike, and so that
/// whatever is chosen at a low share is chosen at a higher one too.
package struct ShadowSampler: Sendable {
  /// How often a vendor's model was compared: where that is seldom, more is chosen.
  package private(set) var comparisons: [String: Int]

  /// - Parameter comparisons: what the store knows already, by ``key(vendor:model:)``.
  package init(comparisons: [String: Int] = [:]) { self.comparisons = comparisons }

  package static func key(vendor: String, model: String) -> String { vendor + "\u{0}" + model }

  package mutating func compared(vendor: String, model: String) {
    // Clients name models: what they make up must not fill the memory.
    let key = Self.key(vendor: vendor, model: model)
    if comparisons[key] != nil || comparisons.count < 10_000 { comparisons[key, default: 0] += 1 }
  }

  /// Nil: a rule keeps it out.
  package func takes(_ conversation: UInt64, vendor: String, model: String, path: String, _ settings: ShadowSettings) -> Bool? {
    guard let shares = settings.shares(vendor: vendor, model: model, path: path) else { return nil }
    let isFew = comparisons[Self.key(vendor: vendor, model: model), default: 0] < settings.few
    return Self.place(conversation, salt: 1) < (isFew ? shares.few : shares.usual)
  }

  /// Whether the reference is to be asked twice.
  package static func repeats(_ conversation: UInt64, _ settings: ShadowSettings) -> Bool {
    place(conversation, salt: 2) < settings.repeats
  }

  /// Where a conversation lies between 0 and 1, evenly: the finalizer of SplitMix64 over the hash. Each salt is another draw.
  static func place(_ conversation: UInt64, salt: UInt64) -> Double {
    var value = conversation &+ salt &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value &>> 27)) &* 0x94D0_49BB_1331_11EB
    value ^= value &>> 31
    return Double(value >> 11) * 0x1p-53
  }
}
