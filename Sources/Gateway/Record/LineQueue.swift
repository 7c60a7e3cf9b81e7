// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Lines on their way to a stream, written in order by a thread of their own: a pipe that nobody reads holds up nobody who writes.
/// Beyond 8 MiB lines are dropped and counted, and so are those that the stream does not take, as on a full disk; once it flows again a
/// line says how many.
///
/// It lives as long as the process.
package final class LineQueue: Sendable {
  package static let limit = 8 << 20

  private struct Waiting {
    var bytes: [UInt8] = []
    /// Lines that came when there was no room, behind those that wait.
    var dropped = 0
    /// What the thread is about to write.
    var inHand = 0
    var flushes: [DispatchSemaphore] = []
  }

  private let waiting = Mutex(Waiting())
  private let wake = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - output: writes all of it, or what can be written, and returns how many bytes that is; may wait as long as it likes.
  ///   - note: the line that says how many were dropped.
  package init(_ output: @escaping @Sendable ([UInt8]) -> Int, note: @escaping @Sendable (Int) -> [UInt8]) {
    let thread = Thread { [self] in run(output, note) }
    thread.name = "belay-log"
    thread.start()
  }

  /// - Parameter lines: whole lines, each with its line feed.
  @Sendable package func write(_ lines: [UInt8]) {
    let mustWake = waiting.withLock { waiting in
      let before = waiting.bytes.count + waiting.inHand
      guard before == 0 || before + lines.count <= Self.limit else {
        waiting.dropped += lines.count { $0 == UInt8(ascii: "\n") }
        return false
      }
      let wasEmpty = waiting.bytes.isEmpty
      waiting.bytes += lines
      return wasEmpty
    }
    if mustWake { wake.signal() }
  }

  /// Returns when all that was written before is with the reader, or after so long with one who does not read.
  package func flush(within seconds: Double = 2) {
    let done = DispatchSemaphore(value: 0)
    let isIdle = waiting.withLock { waiting in
      if waiting.bytes.isEmpty, waiting.inHand == 0 { return true }
      waiting.flushes.append(done)
      return false
    }
    if !isIdle { _ = done.wait(timeout: .now() + seconds) }
  }

  private func run(_ output: ([UInt8]) -> Int, _ note: (Int) -> [UInt8]) {
    var lost = 0
    var isCut = false
    /// Returns how many lines were not written, or not whole: what follows does not go on with one of those.
    func put(_ lines: [UInt8]) -> Int {
      let bytes = isCut ? [UInt8(ascii: "\n")] + lines : lines
      let written = output(bytes)
      if written > 0 { isCut = bytes[written - 1] != UInt8(ascii: "\n") }
      return lines.suffix(bytes.count - written).count { $0 == UInt8(ascii: "\n") }
    }
    func tell() { if lost > 0, put(note(lost)) == 0 { lost = 0 } }
    while true {
      wake.wait()
      while let (bytes, dropped) = take() {
        tell()
        lost += put(bytes) + dropped
        tell()
      }
    }
  }

  /// nil where nothing is left, once whoever waits for that has been told.
  private func take() -> (bytes: [UInt8], dropped: Int)? {
    waiting.withLock { waiting in
      let next = (bytes: waiting.bytes, dropped: waiting.dropped)
      waiting.bytes = []
      waiting.dropped = 0
      waiting.inHand = next.bytes.count
      guard next.bytes.isEmpty, next.dropped == 0 else { return next }
      for flush in waiting.flushes { flush.signal() }
      waiting.flushes = []
      return nil
    }
  }
}
