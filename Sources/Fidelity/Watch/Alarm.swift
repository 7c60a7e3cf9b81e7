// SPDX-License-Identifier: Apache-2.0

/// Something that people are told of once, and once more when it is over.
package struct Alarm: Equatable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// "F1 is at least the gate" is refuted (``GateTest``). Over when, counted from then on, "F1 is at most the gate" is.
    case belowGate = "below_gate"
    /// F1 fell from where it was (``DriftDetector``). Over when, counted from then on, it is refuted that it stays down.
    case drift
    /// The share of tool-calling answers whose calls are all valid is below the limit that was set.
    case schemaAccuracy = "schema_accuracy"
    /// The reference fails, so that nothing is compared.
    case referencePaused = "reference_paused"
  }

  /// What an alarm is about: there is at most one at a time.
  package struct Subject: Hashable, Sendable {
    package var kind: Kind
    /// For `referencePaused`, the reference.
    package var vendor: String
    /// Empty for `referencePaused`.
    package var model: String

    package init(_ kind: Kind, vendor: String, model: String = "") {
      (self.kind, self.vendor, self.model) = (kind, vendor, model)
    }
  }

  /// What was known when it was raised, or when it was resolved.
  package struct Figures: Equatable, Sendable {
    /// F1, or of `schemaAccuracy` that share.
    package var value: Double
    package var interval: Interval
    /// Comparisons that inform it.
    package var samples: Int
    /// The gate, the baseline, or the limit set.
    package var limit: Double

    package init(value: Double, interval: Interval, samples: Int, limit: Double) {
      (self.value, self.interval, self.samples, self.limit) = (value, interval, samples, limit)
    }
  }

  package var subject: Subject
  /// Milliseconds since the Unix epoch.
  package var raisedAt: Int64
  package var resolvedAt: Int64?
  package var figures: Figures?
  /// Of the time since it was raised.
  package var recovery: Figures?
  /// Of `referencePaused`: what it fails with.
  package var reason: String?

  package init(_ subject: Subject, raisedAt: Int64, figures: Figures? = nil, reason: String? = nil) {
    (self.subject, self.raisedAt, self.figures, self.reason) = (subject, raisedAt, figures, reason)
  }

  package var isActive: Bool { resolvedAt == nil }
}

extension Alarm: CustomStringConvertible {
  /// One sentence for people.
  package var description: String {
    let whose = subject.model.isEmpty ? subject.vendor.plain : "\(subject.vendor.plain), \(subject.model.plain)"
    switch subject.kind {
    case .belowGate:
      return isActive
        ? "\(whose): tool_call_f1 is below the gate of \(limit(figures))\(words(figures, "informative comparisons"))"
        : "\(whose): tool_call_f1 is above the gate of \(limit(recovery)) again\(words(recovery, "informative comparisons since"))"
    case .drift:
      return isActive
        ? "\(whose): tool_call_f1 has fallen from \(percent(figures?.limit, places: 1)) or more\(words(figures, "informative comparisons lately"))"
        : "\(whose): tool_call_f1 is back\(words(recovery, "informative comparisons since"))"
    case .schemaAccuracy:
      return isActive
        ? "\(whose): schema_accuracy is below \(limit(figures))\(words(figures, "answers with tool calls"))"
        : "\(whose): schema_accuracy is above \(limit(recovery)) again\(words(recovery, "answers with tool calls since"))"
    case .referencePaused:
      return isActive
        ? "\(whose): the reference fails and is left alone, so nothing is compared\(reason.map { ": \($0.plain)" } ?? "")"
        : "\(whose): the reference answers again"
    }
  }

  private func limit(_ figures: Figures?) -> String { figures.map { shortPercent($0.limit) } ?? "?" }

  private func words(_ figures: Figures?, _ samples: String) -> String {
    guard let figures else { return "" }
    return ": \(percent(figures.value, places: 1)) (\(percent(figures.interval))) of \(figures.samples) \(samples)"
  }
}
