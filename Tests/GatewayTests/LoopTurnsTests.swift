// SPDX-License-Identifier: Apache-2.0
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
  }

  @Test("what is short is done at once, in order")
  func short() {
    let scene = Scene()
    for number in 1...9 { scene.take("\(number)", milliseconds: 1) }
    #expect(scene.done == (1...9).map { "\($0)" })
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
