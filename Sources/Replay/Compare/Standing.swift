// SPDX-License-Identifier: Apache-2.0
package import Fidelity

/// One file of results, held against the reference.
package struct Standing: Sendable {
  package let name: String
  package let path: String
  package let model: String
  /// `last_run_at` of its latest row.
  package let date: String
  package let tally: Tally
  /// What `f1_score.py` counts: a request without an answer did not call.
  package let asScript: Confusion
  /// Rows that only one of the two files has.
  package let onlyReference: Int
  package let onlyHere: Int
  package let latency: Latency?
  /// Of failed requests, most frequent first.
  package let errors: [(type: String, count: Int)]
  package let differences: [DifferingRequest]
  package let findings: FindingCounts
  /// The cell of each request that was compared.
  package let cells: [RowKey: Cell]

  /// F1 of the requests that both have answered; nil when nothing informative was compared.
  package var f1: Double? { tally.confusion.f1 }
  /// For one look at the end; 95 %.
  package var f1Interval: Interval { WilsonInterval().interval(tally.confusion.agreement).f1 }
  /// For any number of looks; 95 %.
  package var f1Sequence: Interval { ConfidenceSequence().interval(tally.confusion.agreement).f1 }
  package var schemaAccuracy: Double? { tally.vendor.schemaAccuracy }
  package var schemaInterval: Interval {
    WilsonInterval().interval(Agreement(successes: tally.vendor.valid, failures: tally.vendor.schemaErrors))
  }

  init(_ results: ResultSet, reference: ResultSet) {
    (name, path, model, date) = (results.name, results.path, results.model, results.date)
    var tally = Tally()
    var asScript = Confusion()
    var cells: [RowKey: Cell] = [:]
    var differences: [DifferingRequest] = []
    var errors: [String: Int] = [:]
    var findings = FindingCounts()
    var matched = 0
    let entries = results.entries.values.sorted { $0.dataIndex < $1.dataIndex }
    for entry in entries {
      tally.observe(entry.side)
      findings.add(entry.findings)
      if let type = entry.errorType { errors[type, default: 0] += 1 }
      guard let other = reference.entries[entry.key] else { continue }
      matched += 1
      if let cell = Cell(vendor: entry.side.finish, reference: other.side.finish, missing: .negative) { asScript.add(cell) }
      let cell = tally.compare(entry.side, with: other.side)
      cells[entry.key] = cell
      if let difference = DifferingRequest(entry, other, cell) { differences.append(difference) }
    }
    self.tally = tally
    self.asScript = asScript
    self.cells = cells
    self.differences = differences
    self.findings = findings
    onlyHere = entries.count - matched
    onlyReference = reference.entries.count - matched
    latency = Latency(entries.filter(\.isSuccess).compactMap(\.milliseconds))
    self.errors = errors.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }.map { ($0.key, $0.value) }
  }
}

/// A request that the two sides answered differently.
package struct DifferingRequest: Sendable {
  package enum Kind: String, Sendable {
    /// Only the vendor called tools.
    case falsePositive = "FP"
    /// Only the reference did.
    case falseNegative = "FN"
    /// One of the two has no answer.
    case unanswered
    /// Both called, but other tools, or one more often.
    case tools
    /// Both called the same tools with other arguments.
    case arguments
  }

  package let dataIndex: Int
  package let kind: Kind
  package let vendor: Side
  package let reference: Side

  init?(_ entry: ResultEntry, _ other: ResultEntry, _ cell: Cell?) {
    switch cell {
    case .falsePositive: kind = .falsePositive
    case .falseNegative: kind = .falseNegative
    case nil: kind = .unanswered
    case .trueNegative: return nil
    case .truePositive:
      let payload = PayloadComparison(vendor: entry.side.calls, reference: other.side.calls, limit: 1)
      if payload.isSameArguments { return nil }
      kind = payload.isSameTools && payload.isSameNumber ? .arguments : .tools
    }
    (dataIndex, vendor, reference) = (entry.dataIndex, entry.side, other.side)
  }
}

/// Milliseconds from sending a request to the end of its answer, retries included.
package struct Latency: Sendable, Equatable {
  package let p50: Int
  package let p90: Int
  package let p99: Int

  /// Nil of nothing. The nearest rank counts: a value that was measured.
  init?(_ milliseconds: [Int]) {
    guard !milliseconds.isEmpty else { return nil }
    let sorted = milliseconds.sorted()
    func rank(_ percent: Int) -> Int { sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
    (p50, p90, p99) = (rank(50), rank(90), rank(99))
  }
}
