// SPDX-License-Identifier: Apache-2.0
import Gateway
import Testing

/// Who has a place at the console, and for how long.
struct ConsolePlacesTests {
  /// The places, and a clock in seconds.
  private final class Door {
    private var places: ConsolePlaces
    private var time: UInt64 = 0

    init(_ count: Int) { places = ConsolePlaces(count) }

    func at(_ seconds: Double) -> Door {
      time = UInt64(seconds * 1e9)
      return self
    }

    /// The newcomer's number; nil where there was no place.
    func enter() -> Int? { places.enter(at: time)?.number }
    /// Whose place it was.
    func replace() -> Int? { places.enter(at: time)?.instead }
    func begin(_ number: Int) { places.begin(number, at: time) }
    func ask(_ number: Int) { places.ask(number) }
    func send(_ number: Int) { places.send(number, at: time) }
    func take(_ number: Int, isLast: Bool = false) { places.take(number, isLast: isLast, at: time) }
    func late() -> [Int] { places.takeLate(at: time) }
  }

  @Test("where all places are taken, who has waited longest for a request gives one")
  func longest() {
    let door = Door(2)
    #expect(door.at(1).enter() == 1)
    #expect(door.at(2).enter() == 2)
    #expect(door.at(3).replace() == 1)
    #expect(door.at(4).replace() == 2)
  }

  @Test("who is being answered keeps a place, unless it takes nothing for some seconds")
  func answered() {
    let door = Door(1)
    #expect(door.enter() == 1)
    door.ask(1)
    #expect(door.at(1).enter() == nil)
    door.send(1)
    #expect(door.at(2).enter() == nil)
    door.take(1)
    #expect(door.at(60).enter() == nil)
    door.send(1)
    #expect(door.at(65).replace() == 1)
  }

  @Test("a request may take five seconds to come, the first as the next, and between two there is time")
  func late() {
    let door = Door(8)
    #expect(door.enter() == 1)
    door.at(4).begin(1)
    #expect(door.at(4.9).late() == [])
    #expect(door.at(5).late() == [1])
    #expect(door.at(10).enter() == 2)
    door.ask(2)
    #expect(door.at(1000).late() == [])
    door.send(2)
    door.take(2, isLast: true)
    #expect(door.at(1100).late() == [])
    door.begin(2)
    door.at(1104).begin(2)
    #expect(door.at(1105).late() == [2])
  }

  @Test("an answer that is not taken ends after half a minute without progress")
  func stalled() {
    let door = Door(8)
    #expect(door.enter() == 1)
    door.ask(1)
    door.send(1)
    door.at(20).send(1)
    door.at(29).take(1)
    #expect(door.at(58).late() == [])
    #expect(door.at(59).late() == [1])
  }
}
