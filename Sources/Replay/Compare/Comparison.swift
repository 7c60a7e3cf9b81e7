// SPDX-License-Identifier: Apache-2.0
package import Fidelity

/// Files of results against a reference: what `belay compare` prints in one form or another.
package struct Comparison: Sendable {
  package let reference: ResultSet
  /// Best F1 first.
  package let standings: [Standing]
  /// How far the reference agrees with itself, when it was run twice.
  package let floor: NoiseFloor?
  /// The least F1 that K2VV asks for.
  package let gate: Double
  package let warnings: [String]
  /// The files that were read.
  let inputs: [String]

  /// - Parameters:
  ///   - floor: a second run of the reference.
  ///   - gate: nil for K2VV's: 0.73 for Thinking, else 0.80.
  package init(
    reference: String, results: [String], floor: String? = nil, gate: Double? = nil, matching: Matching = .index
  ) throws(ReplayProblem) {
    let reference = try ResultSet(argument: reference, matching: matching)
    var sets: [ResultSet] = []
    for argument in results { sets.append(try ResultSet(argument: argument, matching: matching)) }
    let second = try floor.map { argument throws(ReplayProblem) in try ResultSet(argument: argument, matching: matching) }
    self.reference = reference
    standings = sets.map { Standing($0, reference: reference) }
      .sorted { ($0.f1 ?? -1, $1.name, $0.date) > ($1.f1 ?? -1, $0.name, $1.date) }
    self.floor = second.map { NoiseFloor(Standing($0, reference: reference).tally.confusion) }
    self.gate = gate ?? (reference.model.lowercased().contains("thinking") ? 0.73 : 0.80)
    let all = [reference] + sets + [second].compactMap { $0 }
    warnings = all.flatMap(Self.warnings)
    inputs = all.map(\.path)
    if let gate, !(gate > 0 && gate < 1) { throw ReplayProblem("--gate is an F1 between 0 and 1, such as 0.80") }
    for set in sets where set.entries.keys.allSatisfy({ reference.entries[$0] == nil }) {
      throw ReplayProblem(
        "\(set.path) and \(reference.path) have no \(matching == .index ? "data_index" : "conversation") in common"
          + (matching == .index ? ": try --match conversation" : ""))
    }
  }

  private static func warnings(_ set: ResultSet) -> [String] {
    var warnings = set.badLines.map { "\(set.path): line \($0.number) is \($0.reason) and is left out" }
    if set.duplicates > 0 { warnings.append("\(set.path): \(set.duplicates) rows have another row's place and are left out") }
    return warnings
  }

  /// Whether two runs agree with the reference equally often, on the requests that all three have answered.
  package struct Pair: Sendable {
    package let first: Standing
    package let second: Standing
    package let test: McNemar
  }

  /// The latest run of each vendor, best first.
  package var latest: [Standing] {
    var newest: [String: Standing] = [:]
    for standing in standings where standing.date >= newest[standing.name]?.date ?? "" { newest[standing.name] = standing }
    return standings.filter { newest[$0.name]?.path == $0.path && newest[$0.name]?.date == $0.date }
  }

  /// The latest runs: every two of a few; of many each against the best.
  package var pairs: [Pair] {
    let latest = latest
    return latest.indices.prefix(latest.count <= 5 ? latest.count : 1).flatMap { first in
      latest[(first + 1)...].map { pair(latest[first], $0) }
    }
  }

  private func pair(_ first: Standing, _ second: Standing) -> Pair {
    var test = McNemar()
    for (key, cell) in first.cells {
      if let other = second.cells[key] { test.add(first: cell, second: other) }
    }
    return Pair(first: first, second: second, test: test)
  }

  /// What the gate says of a standing, also when looked at again as it grows.
  package func decision(_ standing: Standing) -> GateTest.Decision {
    GateTest(gate: gate)?.decision(standing.tally.confusion.agreement) ?? .undecided
  }
}
