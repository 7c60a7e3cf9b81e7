// SPDX-License-Identifier: Apache-2.0
package import Fidelity

extension StoredComparison {
  /// As the statistics take it in.
  package var observation: Observation {
    Observation(
      time: time, kind: kind == .vendor ? .vendor : .reference, vendor: vendor, model: model, answer: answer, other: other)
  }
}

extension StoreReader {
  /// The counts of all comparisons that pass a filter, for whoever looks once. A gateway carries a ``Watch`` along.
  package func ledger(_ filter: ComparisonFilter = ComparisonFilter()) async throws -> Ledger {
    var ledger = Ledger()
    var place: Int64 = 0
    while true {
      let rows = try await comparisons(writtenAfter: place, filter, limit: 10_000)
      guard let last = rows.last else { return ledger }
      place = last.id
      for row in rows { ledger.add(row.observation) }
    }
  }
}
