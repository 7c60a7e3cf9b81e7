// SPDX-License-Identifier: Apache-2.0

extension Document {
  /// The JSON pointer (RFC 6901) from the row where a document begins to a row in it. A key's row counts as its member. From
  /// `Violation.pathLimit` bytes on it is cut, with an ellipsis.
  func pointer(to row: Int, from start: Int = 0, _ places: RowPlaces? = nil) -> String {
    joined(steps(to: row, from: start, places), to: "") { step, pointer in
      switch step {
      case .member(let key):
        pointer += "/"
        let name = shortString(key, limit: Violation.pathLimit)
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
          pointer += name
          return
        }
        for character in name.unicodeScalars {
          switch character {
          case "~": pointer += "~0"
          case "/": pointer += "~1"
          default: pointer.unicodeScalars.append(character)
          }
        }
      case .element(let index): pointer += "/\(index)"
      }
    }
  }

  enum Step {
    /// The row of a key.
    case member(Int)
    /// The index of an element.
    case element(Int)
  }

  /// The way from one row down to another. Without `places` it takes the time of walking all that stands before it.
  func steps(to row: Int, from start: Int = 0, _ places: RowPlaces? = nil) -> [Step] {
    if let places { return places.steps(to: row, from: start, in: self) }
    var steps: [Step] = []
    var current = start
    while current != row, nodes[current].kind.rawValue <= Kind.array.rawValue {
      let end = nodes[current].past
      var next = current + 1
      var index = 0
      let isObject = nodes[current].kind == .object
      var isFound = false
      while next < end {
        let value = isObject ? next + 1 : next
        let past = past(value)
        if row < past {
          steps.append(isObject ? .member(next) : .element(index))
          if row == next, isObject { return steps }
          current = value
          isFound = true
          break
        }
        next = past
        index += 1
      }
      if !isFound { break }
    }
    return steps
  }
}
