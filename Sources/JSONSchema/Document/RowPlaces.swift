// SPDX-License-Identifier: Apache-2.0

/// Where each row of a document stands: the container around it, and which element of it. One pass over the rows, and then no
/// pointer to a row takes more than its depth.
struct RowPlaces {
  /// The row of the container, -1 at the top; of a member's value, that of the object.
  private var parents: [Int32]
  /// The index of an element; of a member's value -1, of its key -2.
  private var positions: [Int32]

  /// About how many bytes of memory it takes.
  static func bytes(for document: borrowing Document) -> Int { 2 * MemoryLayout<Int32>.stride * document.nodes.count }

  init(_ document: borrowing Document) {
    parents = Array(repeating: -1, count: document.nodes.count)
    positions = Array(repeating: -1, count: document.nodes.count)
    for row in document.nodes.indices {
      switch document.kind(row) {
      case .object:
        var key = row + 1
        while key < document.nodes[row].past {
          parents[key] = Int32(row)
          positions[key] = -2
          parents[key + 1] = Int32(row)
          key = document.past(key + 1)
        }
      case .array:
        document.forEachElement(of: row) { index, element in
          parents[element] = Int32(row)
          positions[element] = Int32(index)
        }
      default: break
      }
    }
  }

  /// The way from one row down to another, as `Document.steps` has it.
  func steps(to row: Int, from start: Int, in document: borrowing Document) -> [Document.Step] {
    var steps: [Document.Step] = []
    var current = row
    while current != start, parents[current] >= 0 {
      let parent = Int(parents[current])
      switch positions[current] {
      case -2: steps.append(.member(current))
      case -1: steps.append(.member(current - 1))
      default: steps.append(.element(Int(positions[current])))
      }
      current = parent
    }
    return steps.reversed()
  }
}
