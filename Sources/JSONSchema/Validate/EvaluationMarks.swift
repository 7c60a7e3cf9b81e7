// SPDX-License-Identifier: Apache-2.0

/// Which values have been evaluated, for `unevaluatedItems` and `unevaluatedProperties` (2020-12 core, section 11).
///
/// A log of marks in the order they were made. A schema sees the marks made since it was entered, so it sees those of its own
/// keywords and not those of its cousins; what fails takes its marks back.
package struct EvaluationMarks {
  /// Marks that are made for any document, and that are kept room for when it is done; more for each row, as many keywords may
  /// evaluate the same value.
  package static let free = 1 << 16
  private static let forRow = 8

  /// For each row of the document, one more than the log position of its last mark; 0 for none.
  private var last: [Int32] = []
  private var log: [(node: Int32, previous: Int32)] = []
  private var limit = 0
  private(set) var isActive = false
  /// Whether marks were left out, so that what was asked of them is worth nothing.
  package private(set) var isFull = false

  package init() {}

  /// Where the log stands.
  var position: Int { log.count }

  /// For how many marks there is room.
  package var capacity: Int { log.capacity }

  /// For a document of so many rows.
  package mutating func reset(count: Int) {
    isActive = true
    isFull = false
    limit = EvaluationMarks.free + EvaluationMarks.forRow * count
    log.removeAll(keepingCapacity: true)
    last.removeAll(keepingCapacity: true)
    for _ in 0..<count { last.append(0) }
  }

  mutating func deactivate() {
    isActive = false
    isFull = false
    log.removeAll(keepingCapacity: true)
  }

  /// Lets go of what few documents need.
  package mutating func shrink() {
    if log.capacity > EvaluationMarks.free { log = [] }
  }

  @inline(__always)
  package mutating func mark(_ node: Int) {
    guard isActive else { return }
    guard log.count < limit else {
      isFull = true
      return
    }
    log.append((Int32(node), last[node]))
    last[node] = Int32(log.count)
  }

  /// Whether a row was marked since the log stood at `position`.
  func isMarked(_ node: Int, since position: Int) -> Bool { Int(last[node]) > position }

  mutating func rollBack(to position: Int) {
    while log.count > position {
      let entry = log.removeLast()
      last[Int(entry.node)] = entry.previous
    }
  }
}
