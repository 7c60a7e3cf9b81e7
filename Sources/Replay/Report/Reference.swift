// SPDX-License-Identifier: Apache-2.0
package import Fidelity
package import JSON

/// How the official API, or whoever is compared with, ended each request of a set: the finish reasons of its `results.jsonl`.
package struct Reference: Sendable {
  private var finishes: [Int: Finish] = [:]

  package init() {}

  /// Reads a file of results, gzip too. Throws when it has none.
  package init(path: String) throws(ReplayProblem) {
    var reader = try DatasetReader(path: path)
    while let line = try reader.next() {
      guard let bytes = line.bytes, let row = try? JSONValue(parsing: bytes, dialect: .python), let facts = RowFacts(row: row)
      else { continue }
      finishes[facts.dataIndex] = Finish(reason: facts.finishReason?.string)
    }
    if finishes.isEmpty { throw ReplayProblem("\(path) holds no results to compare with: expected rows with a data_index") }
  }

  /// Where a row falls against the reference; nil when one of the two has no answer.
  /// - Parameter official: the set's own word, where it has one.
  package func cell(_ row: RowFacts, official: JSONString? = nil) -> Cell? {
    guard let reference = finishes[row.dataIndex] ?? official.map({ Finish(reason: $0.string) }) else { return nil }
    return Cell(vendor: Finish(reason: row.finishReason?.string), reference: reference)
  }
}
