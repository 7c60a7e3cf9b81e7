// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Gateway
import Synchronization
import Testing

/// Lines to an output that a test holds up.
@Suite(.timeLimit(.minutes(1))) struct LineQueueTests {
  /// An output that takes the first lines when it is told to.
  private final class Output: Sendable {
    private let taken = Mutex<[String]>([])
    private let called = DispatchSemaphore(value: 0)
    private let held = DispatchSemaphore(value: 0)

    var lines: [String] { taken.withLock { $0 } }

    func take(_ bytes: [UInt8]) -> Int {
      called.signal()
      held.wait()
      // It may wait once: then it flows.
      held.signal()
      taken.withLock { $0 += String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init) }
      return bytes.count
    }

    func flow() { held.signal() }

    /// Until somebody waits in it.
    func awaitCall() { called.wait() }
  }

  private static func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

  private static func queue(_ output: Output) -> LineQueue {
    LineQueue(output.take) { line("\($0) dropped") }
  }

  @Test("lines come in order, however many are written while the output waits")
  func order() {
    let output = Output()
    let queue = Self.queue(output)
    queue.write(Self.line("first"))
    output.awaitCall()
    for number in 0..<1000 { queue.write(Self.line("\(number)")) }
    #expect(output.lines.isEmpty)
    output.flow()
    queue.flush(within: 30)
    #expect(output.lines == ["first"] + (0..<1000).map(String.init))
  }

  @Test("beyond the limit lines are dropped, and behind those that waited a line says how many")
  func drop() {
    let output = Output()
    let queue = Self.queue(output)
    queue.write(Self.line("in hand"))
    output.awaitCall()
    let large = String(repeating: "x", count: LineQueue.limit - 100)
    queue.write(Self.line(large))
    for _ in 0..<3 { queue.write(Self.line(String(repeating: "y", count: 100)) + Self.line("z")) }
    queue.write(Self.line("short"))
    output.flow()
    queue.flush(within: 30)
    #expect(output.lines == ["in hand", large, "short", "6 dropped"])
    queue.write(Self.line("later"))
    queue.flush(within: 30)
    #expect(output.lines.last == "later" && output.lines.count == 5)
  }

  @Test("one line of more than the limit is written where nothing else waits")
  func long() {
    let output = Output()
    let queue = Self.queue(output)
    output.flow()
    let long = String(repeating: "x", count: LineQueue.limit + 1)
    queue.write(Self.line(long))
    queue.flush(within: 30)
    #expect(output.lines == [long])
  }

  @Test("a flush of nothing returns at once; with an output that is stuck, after its time")
  func flush() {
    let output = Output()
    let queue = Self.queue(output)
    let idle = ContinuousClock().measure { queue.flush(within: 30) }
    queue.write(Self.line("stuck"))
    let stuck = ContinuousClock().measure { queue.flush(within: 0.2) }
    #expect(idle < .seconds(10) && stuck >= .milliseconds(200) && stuck < .seconds(10) && output.lines.isEmpty)
    output.flow()
    queue.flush(within: 30)
    #expect(output.lines == ["stuck"])
  }

  /// An output like a file on a full disk: it takes so many bytes, and once there is room all.
  private final class Disk: Sendable {
    private let state = Mutex((room: 0, text: ""))

    var text: String { state.withLock { $0.text } }

    func free(_ bytes: Int) { state.withLock { $0.room = bytes } }

    func take(_ bytes: [UInt8]) -> Int {
      state.withLock { disk in
        let count = min(disk.room, bytes.count)
        disk.text += String(decoding: bytes.prefix(count), as: UTF8.self)
        disk.room -= count
        return count
      }
    }
  }

  @Test("what a full disk did not take is told once there is room, and nothing goes on with half a line")
  func full() {
    let disk = Disk()
    let queue = LineQueue(disk.take) { Self.line("\($0) dropped") }
    func write(_ lines: String...) {
      queue.write(lines.flatMap(Self.line))
      queue.flush(within: 30)
    }
    disk.free(10)
    write("first", "second", "third")
    write("fourth")
    #expect(disk.text == "first\nseco")
    disk.free(1000)
    write("fifth")
    #expect(disk.text == "first\nseco\n3 dropped\nfifth\n")
    disk.free(0)
    write("sixth")
    disk.free(1000)
    write("seventh")
    #expect(disk.text == "first\nseco\n3 dropped\nfifth\n1 dropped\nseventh\n")
  }
}
