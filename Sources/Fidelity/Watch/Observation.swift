// SPDX-License-Identifier: Apache-2.0

/// One comparison as everything in this target takes it in: the row of the store, without what only the store needs.
package struct Observation: Equatable, Sendable {
  package enum Kind: String, Sendable {
    /// A vendor's answer against the reference's.
    case vendor
    /// The reference's second answer (`answer`) against its first (`other`).
    case reference
  }

  /// Milliseconds since the Unix epoch.
  package var time: Int64
  package var kind: Kind
  /// Of kind `reference`: the reference's name.
  package var vendor: String
  /// As the client named it.
  package var model: String
  package var answer: Side
  package var other: Side

  package init(time: Int64, kind: Kind = .vendor, vendor: String, model: String, answer: Side, other: Side) {
    (self.time, self.kind, self.vendor, self.model) = (time, kind, vendor, model)
    (self.answer, self.other) = (answer, other)
  }

  package var day: Int { Self.whole(time, by: 86_400_000) }
  /// Since the epoch.
  package var hour: Int { Self.whole(time, by: 3_600_000) }

  private static func whole(_ time: Int64, by length: Int64) -> Int {
    Int(time >= 0 ? time / length : (time - length + 1) / length)
  }
}

extension Ledger {
  /// Counts an observation. The only way from stored comparisons to figures: the report, the console, the alarms and
  /// `/metrics` all come through here, so that they cannot disagree.
  ///
  /// - Parameter byTool: whether tools are told apart that were not before.
  package mutating func add(_ observation: Observation, byTool: Bool = true) {
    let slice = Slice(vendor: observation.vendor, model: observation.model, day: observation.day)
    switch observation.kind {
    case .vendor:
      observe(observation.answer, slice, byTool: byTool)
      compare(observation.answer, with: observation.other, slice, byTool: byTool)
    case .reference:
      compareReference(first: observation.other, second: observation.answer, slice, byTool: byTool)
    }
  }
}
