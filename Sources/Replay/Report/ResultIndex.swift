// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON

/// What a file of results already holds, when a run is continued: where the row of each request stands, and which requests
/// have their answer. It is read once, line by line; a request costs some 150 bytes.
package struct ResultIndex: Sendable {
  struct Place: Sendable {
    let dataIndex: Int
    let offset: Int
    let length: Int
  }

  /// In the order of the file. Of several rows of one request the last counts.
  private(set) var places: [Place] = []
  /// How much of the file counts: a row that a kill cut off does not.
  private(set) var end = 0
  /// Whether the last row lacks its line end.
  private(set) var lacksLineEnd = false
  /// Lines that are no rows.
  private(set) var badLines: [BadLine] = []
  private var answered: [Int: String] = [:]

  init() {}

  init(path: String) throws(ReplayProblem) {
    var reader = try DatasetReader(path: path, inflates: false)
    while let line = try reader.next() {
      guard let bytes = line.bytes, let row = try? JSONValue(parsing: bytes, dialect: .python), let facts = RowFacts(row: row) else {
        badLines.append(BadLine(number: line.number, reason: "not a row of results"))
        continue
      }
      places.append(Place(dataIndex: facts.dataIndex, offset: line.offset, length: bytes.count))
      answered[facts.dataIndex] = facts.isSuccess ? row["hash"]?.string : nil
    }
    end = reader.size
    guard let last = reader.unendedLine else { return }
    if badLines.last?.number == last.number {
      badLines.removeLast()
      end = last.offset
    } else {
      lacksLineEnd = true
    }
  }

  /// Requests that have an answer.
  package var answeredCount: Int { answered.count }

  /// Whether the file has this request's answer. K2VV asks for the hash alone, and so leaves out a line whose twin elsewhere in
  /// the set was answered; here each line of the set gets its row.
  package func hasAnswer(to request: PreparedRequest) -> Bool { answered[request.dataIndex] == request.hash }
}
