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

    func take(_ name: String, milliseconds: Int64) {
      turns.take { [self] in
        time += milliseconds * 1_000_000
        done.append(name)
      }
    }

    func pass() { loop.advanceTime(by: .microseconds(200)) }

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
    scene.pass()
    scene.look("2")
    scene.pass()
    scene.look("3")
    scene.pass()
    #expect(scene.done == ["a", "b", "1", "c", "d", "2", "e", "f", "3"])
  }

  @Test("what is done within one turn counts for it, what came before does not")
  func anew() {
    let scene = Scene()
    scene.take("a", milliseconds: 20)
    scene.pass()
    scene.take("b", milliseconds: 20)
    #expect(scene.done == ["a", "b"])
    scene.take("c", milliseconds: 1)
    #expect(scene.done == ["a", "b"])
    scene.pass()
    #expect(scene.done == ["a", "b", "c"])
  }

  @Test("what makes more of the same goes behind what waits")
  func nested() {
    let scene = Scene()
    scene.turns.take {
      scene.take("inner", milliseconds: 20)
      scene.look("outer")
    }
    scene.take("next", milliseconds: 1)
    #expect(scene.done == ["inner", "outer"])
    scene.pass()
    #expect(scene.done == ["inner", "outer", "next"])
  }
}
