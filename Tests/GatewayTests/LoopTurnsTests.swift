// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import NIOCore
import NIOEmbedded
import Testing

@Suite struct LoopTurnsTests {
  /// A loop, and a clock that only work moves.
  private final class Scene {
    let loop = EmbeddedEventLoop()
    private(set) lazy var turns = LoopTurns(loop) { [unowned self] in .uptimeNanoseconds(UInt64(time)) }
    private var time: Int64 = 1
    private(set) var done: [String] = []

    func take(_ name: String, milliseconds: Int64, for holder: UInt64 = 1) {
      let work = { [self] in
        time += milliseconds * 1_000_000
        done.append(name)
      }
      if turns.isFree { turns.run(work) } else { turns.wait(for: holder, work) }
    }

    /// Long enough for any pause; the work's own clock has its first microseconds only.
    func pass(_ time: TimeAmount = .milliseconds(60)) {
      self.time += 100_000
      loop.advanceTime(by: time)
    }

    func idle(milliseconds: Int64) { time += milliseconds * 1_000_000 }

    func look(_ name: String) { done.append(name) }

    /// As a request does of which it is known that it takes long.
    func takeLong(_ name: String, for holder: UInt64 = 1) {
      let work = { [self] in
        time += 400_000_000
        done.append(name)
      }
      if turns.isFreeForLong { turns.run(work) } else { turns.wait(for: holder, work) }
    }
  }

  @Test("what is short is done at once, in order")
  func short() {
    let scene = Scene()
    for number in 1...9 { scene.take("\(number)", milliseconds: 1) }
    #expect(scene.done == (1...9).map { "\($0)" })
  }

  @Test("what waits when the loop is about to end is done then")
  func ends() {
    let scene = Scene()
    for name in ["a", "b", "c"] { scene.take(name, milliseconds: 12, for: 1) }
    for name in ["d", "e"] { scene.take(name, milliseconds: 12, for: 2) }
    #expect(scene.done == ["a"])
    scene.turns.finish()
    #expect(scene.done == ["a", "b", "c", "d", "e"])
    scene.pass()
    #expect(scene.done.count == 5)
  }

  @Test("behind 10 ms of work the loop looks at its sockets before it does more")
  func long() {
    let scene = Scene()
    for name in ["a", "b", "c", "d", "e"] { scene.take(name, milliseconds: name == "c" ? 4 : 6) }
    #expect(scene.done == ["a", "b"])
    scene.look("1")
    scene.take("f", milliseconds: 1)
    scene.pass(.milliseconds(4))
    scene.look("2")
    scene.pass(.milliseconds(4))
    scene.look("3")
    scene.pass(.milliseconds(4))
    #expect(scene.done == ["a", "b", "1", "c", "d", "2", "e", "f", "3"])
  }

  @Test("time alone is no look, a timer behind it is")
  func anew() {
    let scene = Scene()
    scene.take("a", milliseconds: 20)
    scene.idle(milliseconds: 100)
    scene.take("b", milliseconds: 20)
    #expect(scene.done == ["a"])
    scene.pass()
    #expect(scene.done == ["a", "b"])
    scene.pass()
    scene.take("c", milliseconds: 1)
    #expect(scene.done == ["a", "b", "c"])
  }

  @Test("so is a task of the loop, unless somebody waits")
  func tasks() {
    let scene = Scene()
    scene.take("a", milliseconds: 20)
    scene.turns.lookIsOver()
    for name in ["b", "c"] { scene.take(name, milliseconds: 20) }
    #expect(scene.done == ["a", "b"])
    scene.turns.lookIsOver()
    scene.take("d", milliseconds: 20)
    #expect(scene.done == ["a", "b"])
    for _ in 0..<4 { scene.pass() }
    #expect(scene.done == ["a", "b", "c", "d"])
  }

  @Test("who has much to be done has one thing done, and then the next one has")
  func fair() {
    let scene = Scene()
    for name in ["a", "b", "c", "d"] { scene.take(name, milliseconds: 20) }
    for name in ["x", "y"] { scene.take(name, milliseconds: 20, for: 2) }
    for _ in 0..<9 { scene.pass() }
    #expect(scene.done == ["a", "b", "x", "c", "y", "d"])
  }

  @Test("behind a long turn there is time for some looks")
  func pauses() {
    let scene = Scene()
    for name in ["a", "b", "c"] { scene.take(name, milliseconds: 100) }
    scene.pass(.milliseconds(24))
    #expect(scene.done == ["a"])
    scene.pass(.milliseconds(2))
    #expect(scene.done == ["a", "b"])
  }

  @Test("behind much that is short the pause is short")
  func shortPauses() {
    let scene = Scene()
    let names = (1...12).map { "\($0)" }
    for name in names { scene.take(name, milliseconds: 1) }
    #expect(scene.done == Array(names.prefix(10)))
    scene.pass(.milliseconds(1))
    #expect(scene.done == names)
  }

  @Test("what has its turn does what comes of it, for as long as a turn, and its time counts once")
  func within() {
    let scene = Scene()
    scene.turns.run { scene.take("a", milliseconds: 6) }
    for name in ["b", "c"] { scene.take(name, milliseconds: 20) }
    scene.turns.wait(for: 2) {
      for name in ["d", "e", "f"] { scene.take(name, milliseconds: 6) }
    }
    scene.take("g", milliseconds: 1, for: 3)
    #expect(scene.done == ["a", "b"])
    for _ in 0..<9 { scene.pass() }
    #expect(scene.done == ["a", "b", "c", "d", "e", "g", "f"])
  }

  @Test("of what is short one has as much done as is done soon, and then the next one has a turn")
  func slices() {
    let scene = Scene()
    scene.take("a", milliseconds: 20)
    for number in 1...6 {
      scene.take("\(number)", milliseconds: number == 4 ? 1 : 0)
      scene.take("other \(number)", milliseconds: 2, for: 2)
    }
    for _ in 0..<9 { scene.pass() }
    let others = (1...6).map { "other \($0)" }
    #expect(scene.done == ["a", "1", "2", "3", "4", others[0], "5", "6"] + others[1...])
  }

  @Test("what arrives and turns out to take long is no part of the arrival's turn: what is short behind it waits for none of it")
  func arrivals() {
    let scene = Scene()
    let (requests, arrivals) = (UInt64(1), ~UInt64(1))
    scene.takeLong("1")
    for number in 2...9 { scene.turns.wait(for: arrivals) { scene.takeLong("\(number)", for: requests) } }
    scene.turns.wait(for: arrivals) { scene.take("short", milliseconds: 0) }
    scene.pass()
    #expect(scene.done == ["1", "short", "2"])
    for _ in 0..<9 { scene.pass() }
    #expect(scene.done == ["1", "short"] + (2...9).map { "\($0)" })
    // With nobody else there it is done at once.
    scene.pass()
    scene.takeLong("10")
    #expect(scene.done.last == "10")
  }

  @Test("while what was read waits for its turn, the client's time stands still")
  func clock() {
    var settings = Limits()
    settings.headerTimeout = .seconds(30)
    let limits = ClientLimits(settings)
    let limit: UInt64 = 30_000_000_000
    for (hasHead, since) in [(false, limit / 2), (true, limit / 4)] {
      var clock = ConnectionClock(at: 0)
      clock.bytesArrived(at: since)
      if hasHead { clock.enter(.readingBody, at: since) }
      clock.hold(.unparsed, at: limit)
      clock.hold(.unparsed, at: limit * 3)
      #expect(clock.isHeld && !clock.isOver(limits, at: limit * 9))
      clock.letGo(.unparsed, at: limit * 9)
      clock.letGo(.unparsed, at: limit * 20)
      let over = since + limit * 9
      #expect(!clock.isHeld && !clock.isOver(limits, at: over) && clock.isOver(limits, at: over + 1))
    }
    var idle = ConnectionClock(at: 0)
    idle.hold(.unparsed, at: 1)
    #expect(!idle.hasRested(1, at: limit) && !idle.isOver(limits, at: limit * 99))
    // Nor does it give its place to another.
    #expect(idle.wait(isNew: true) == nil && idle.wait(isNew: false) == nil)
    idle.enter(.readingHead, at: 2)
    #expect(idle.wait(isNew: true) == nil)
    idle.letGo(.unparsed, at: limit)
    #expect(idle.wait(isNew: true) == .init(rank: .unheard, since: limit))
  }

  @Test("so it does until all of it had its turn: what was opened may be parsed while more waits to be opened, and the other way round", arguments: [
    [.unopened, .unparsed], [.unparsed, .unopened],
  ] as [[ConnectionClock.Waiting]])
  func held(order: [ConnectionClock.Waiting]) {
    let limits = ClientLimits(Limits())
    var clock = ConnectionClock(at: 0)
    clock.bytesArrived(at: 1)
    for part in [ConnectionClock.Waiting.unparsed, .unopened] { clock.hold(part, at: 1) }
    clock.letGo(order[0], at: 2)
    #expect(clock.isHeld && !clock.isOver(limits, at: .max) && clock.wait(isNew: true) == nil)
    clock.hold(order[0], at: 3)
    clock.letGo(order[0], at: 4)
    clock.letGo(order[1], at: 5)
    #expect(!clock.isHeld && clock.wait(isNew: true) == .init(rank: .unheard, since: 5))
  }

  @Test("what makes more of the same goes behind what waits")
  func nested() {
    let scene = Scene()
    scene.turns.run {
      scene.take("inner", milliseconds: 20)
      scene.look("outer")
    }
    scene.take("next", milliseconds: 1)
    #expect(scene.done == ["inner", "outer"])
    scene.pass()
    #expect(scene.done == ["inner", "outer", "next"])
  }
}
