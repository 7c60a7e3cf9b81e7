// SPDX-License-Identifier: Apache-2.0
import Gateway
import Testing

/// Who gives a place to a newcomer, with the times given in.
struct WaitingConnectionsTests {
  private typealias Wait = WaitingConnections.Wait

  /// Connections, known by their names, and how long each has been waited for.
  private final class Door {
    private final class Connection {}

    private var queue = WaitingConnections()
    private var connections: [(name: String, connection: Connection)] = []
    private var waits: [ObjectIdentifier: Wait] = [:]
    private(set) var looks = 0

    var looksAgainAt: Double { Double(queue.looksAgainAt) / 1e9 }

    func wait(_ name: String, _ rank: WaitingConnections.Rank, since seconds: Double) {
      let connection = connections.first { $0.name == name }?.connection ?? Connection()
      if waits[ObjectIdentifier(connection)] == nil { connections.append((name, connection)) }
      waits[ObjectIdentifier(connection)] = Wait(rank: rank, since: UInt64(seconds * 1e9))
    }

    /// Who makes room for a newcomer, and goes.
    func newcomer(at seconds: Double) -> String? {
      let next = queue.next(of: waits.keys, at: UInt64(seconds * 1e9)) { connection in
        looks += 1
        return waits[connection]
      }
      guard let next else { return nil }
      waits[next] = nil
      return connections.first { ObjectIdentifier($0.connection) == next }?.name
    }
  }

  @Test("who has said too little goes first, then who was answered, then who is slow; of each the one that waits longest")
  func order() {
    let door = Door()
    door.wait("slow", .slow, since: 1)
    door.wait("answered", .answered, since: 2)
    door.wait("answered before", .answered, since: 1)
    door.wait("unheard", .unheard, since: 90)
    door.wait("unheard before", .unheard, since: 80)
    let gone = (0..<6).map { door.newcomer(at: 100 + Double($0) / 10) }
    #expect(gone == ["unheard before", "unheard", "answered before", "answered", "slow", nil])
  }

  @Test("a place is kept for a second, and for half a minute by who sends a body or does not read an answer")
  func patience() {
    let door = Door()
    door.wait("reader", .slow, since: 10)
    door.wait("rested", .answered, since: 39)
    #expect(door.newcomer(at: 39.9) == nil)
    #expect(door.newcomer(at: 41) == "rested")
    #expect(door.newcomer(at: 41.5) == "reader")
  }

  @Test("after half a minute, clients that never read an answer give their places to as many newcomers")
  func readers() {
    let door = Door()
    for number in 0..<100 { door.wait("\(number)", .slow, since: 1 + Double(number) / 1000) }
    #expect(door.newcomer(at: 30) == nil)
    let gone = (0..<100).map { door.newcomer(at: 31.1 + Double($0) / 1000) }
    #expect(gone == (0..<100).map(String.init))
  }

  @Test("a list of which all have gone on costs no newcomer a place that somebody waits in")
  func stale() {
    let door = Door()
    door.wait("first", .unheard, since: 1)
    door.wait("second", .unheard, since: 2)
    #expect(door.newcomer(at: 10) == "first")
    // Before the next newcomer comes, it has been heard, and another is silent.
    door.wait("second", .answered, since: 19.5)
    door.wait("third", .unheard, since: 15)
    #expect(door.newcomer(at: 20) == "third")
  }

  @Test("where nobody was found, it is known from when on somebody may be")
  func looksAgain() {
    let door = Door()
    #expect(door.looksAgainAt == 0)
    door.wait("rested", .answered, since: 39.5)
    #expect(door.newcomer(at: 40) == nil && door.looksAgainAt == 41)
    #expect(door.newcomer(at: 40.9) == nil && door.looksAgainAt == 41)
    #expect(door.newcomer(at: 41) == "rested")
  }

  @Test("newcomers without end have all connections looked at once a second")
  func cost() {
    let door = Door()
    for number in 0..<1000 { door.wait("\(number)", .slow, since: 99) }
    for number in 0..<1000 { #expect(door.newcomer(at: 100 + Double(number) / 1010) == nil) }
    #expect(door.looks == 1000)
  }
}
