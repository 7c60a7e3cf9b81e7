// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing
import Upstream

/// Until when all that came is told, with the looks given in.
struct LooksTests {
  /// Looks, by when each began, how many sockets it told of, and how many there were; and what is known after each. 4 are told of at most.
  private static let cases: [(name: String, looks: [(begin: UInt64, told: Int, watched: Int)], known: [UInt64?])] = [
    ("each that told of fewer than it could", [(1, 0, 9), (2, 3, 9), (5, 3, 2)], [1, 2, 5]),
    ("not where a signal ended it", [(1, 1, 9), (2, -1, 9), (7, 0, 9)], [1, nil, 7]),
    ("a row of full ones tells all once it could have told of each", [(1, 4, 9), (2, 4, 9), (3, 4, 9)], [nil, nil, 1]),
    ("and so again, under constant load", [(1, 4, 8), (2, 4, 8), (3, 4, 8), (4, 4, 8)], [nil, 1, nil, 3]),
    ("a row that ends early tells all", [(1, 4, 100), (2, 4, 100), (3, 1, 100), (4, 4, 100)], [nil, nil, 3, nil]),
    ("a signal does not end a row", [(1, 4, 8), (2, -1, 8), (3, 4, 8)], [nil, nil, 1]),
    ("more sockets make a row longer", [(1, 4, 8), (2, 4, 12), (3, 4, 12)], [nil, nil, 1]),
    ("as many as there are, all at once", [(1, 4, 4), (2, 4, 4)], [1, 2]),
  ]

  @Test("all that came is told", arguments: cases.indices)
  func looks(index: Int) {
    let (name, given, known) = Self.cases[index]
    var looks = Looks()
    let found = given.map { looks.add(.uptimeNanoseconds($0.begin), told: $0.told, of: $0.watched, atMost: 4)?.uptimeNanoseconds }
    #expect(found == known, "\(name)")
  }
}
