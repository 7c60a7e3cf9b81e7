// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON

/// A file of results, read for comparison: one entry a request.
package struct ResultSet: Sendable {
  package let name: String
  package let path: String
  package private(set) var model = ""
  package private(set) var entries: [RowKey: ResultEntry] = [:]
  /// Rows of a request that had one already: of the same index the last counts, of the same conversation the first, as in the
  /// scripts.
  package private(set) var duplicates = 0
  package private(set) var badLines: [BadLine] = []

  /// - Parameter argument: `PATH`, or `NAME=PATH`.
  package init(argument: String, matching: Matching) throws(ReplayProblem) {
    (name, path) = Self.split(argument)
    var reader = try DatasetReader(path: path)
    while let line = try reader.next() {
      guard let bytes = line.bytes, let row = try? JSONValue(parsing: bytes, dialect: .python),
        let entry = ResultEntry(row: row, matching: matching)
      else {
        badLines.append(BadLine(number: line.number, reason: "not a row of results"))
        continue
      }
      if model.isEmpty { model = row["request"]?["model"]?.string ?? "" }
      let isNew = entries[entry.key] == nil
      if !isNew { duplicates += 1 }
      if isNew || matching == .index { entries[entry.key] = entry }
    }
    if entries.isEmpty { throw ReplayProblem("\(path) holds no results: expected K2VV's rows with a data_index") }
  }

  /// The day and time of the latest row, in the local time of who ran it.
  package var date: String { entries.values.lazy.map(\.runAt).max() ?? "" }

  /// A path before whose first `=` stands no folder has a name. Otherwise `results.groq.jsonl` and `groq.jsonl` are groq's, and
  /// `groq/results.jsonl` too.
  private static func split(_ argument: String) -> (name: String, path: String) {
    if let equals = argument.firstIndex(of: "="), !argument[..<equals].contains("/"), !FileManager.default.fileExists(atPath: argument) {
      return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
    }
    let url = URL(fileURLWithPath: argument)
    let words = url.lastPathComponent.split(separator: ".").filter { !["results", "jsonl", "json", "gz"].contains($0) }
    return (words.isEmpty ? url.deletingLastPathComponent().lastPathComponent : words.joined(separator: "."), argument)
  }
}
