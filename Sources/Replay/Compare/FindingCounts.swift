// SPDX-License-Identifier: Apache-2.0

/// How many answers of a vendor have each finding: `belay.findings` of its rows. Rows of K2VV's script have none, and do not count
/// as answers without fault.
package struct FindingCounts: Equatable, Sendable {
  /// Rows that were inspected.
  package private(set) var inspected = 0
  private var counts: [String: Int] = [:]

  package init() {}

  /// - Parameter codes: each once; nil for a row that was not inspected.
  package mutating func add(_ codes: [String]?) {
    guard let codes else { return }
    inspected += 1
    for code in codes { counts[code, default: 0] += 1 }
  }

  /// Most frequent first.
  package var byCode: [(code: String, answers: Int)] {
    counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.map { ($0.key, $0.value) }
  }

  package func answers(with code: String) -> Int { counts[code] ?? 0 }

  /// Of the inspected rows; nil of none.
  package func share(of code: String) -> Double? { inspected == 0 ? nil : Double(answers(with: code)) / Double(inspected) }
}

/// What is known of a finding's code, for people.
package struct FindingWords: Equatable, Sendable {
  /// How bad it is for an agent.
  package enum Severity: Int, Comparable, Sendable, CaseIterable {
    /// Its loop breaks.
    case fatal
    /// It goes on, and does worse.
    case degrade
    /// Only naive clients stumble.
    case info

    package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
  }

  package let severity: Severity
  package let summary: String

  package init(_ severity: Severity, _ summary: String) { (self.severity, self.summary) = (severity, summary) }
}
