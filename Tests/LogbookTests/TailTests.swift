// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logbook
import Store
import Testing

@Suite("belay tail") struct TailTests {
  @Test("It shows what is there, then what comes, each once, and ends when it is cancelled", arguments: [false, true])
  func follows(isJSON: Bool) async throws {
    try await withStore((0..<3).map { Sample.exchange($0) }) { path, writer in
      let paper = Paper()
      var command = TailCommand()
      (command.backlog, command.isJSON, command.interval) = (2, isJSON, .milliseconds(5))
      let tail = Task { [command] in try await command.run(storePath: path, on: paper.screen(width: 80), now: Sample.start) }
      let heading = isJSON ? 0 : 1
      try await until("the backlog") { paper.lines.count == heading + 2 }
      writer.offer([Sample.exchange(3), Sample.failed])
      try await until("what is new") { paper.lines.count == heading + 4 }
      tail.cancel()
      try await tail.value
      let ids = [Sample.exchange(1), Sample.exchange(2), Sample.exchange(3), Sample.failed].map { String($0.id.prefix(10)) }
      for (line, id) in zip(paper.lines.dropFirst(heading), ids) { #expect(line.contains(id)) }
    }
  }

  @Test("It goes on with the store that takes the place of the one that it follows") func replaced() async throws {
    try await withStore((0..<3).map { Sample.exchange($0) }) { path, writer in
      let paper = Paper()
      var command = TailCommand()
      (command.backlog, command.isJSON, command.interval) = (3, true, .milliseconds(5))
      let tail = Task { [command] in try await command.run(storePath: path, on: paper.screen(), now: Sample.start) }
      try await until("the backlog") { paper.lines.count == 3 }
      for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
      writer.offer([Sample.exchange(4)])
      try await until("what comes in the next store") { paper.lines.count == 4 }
      #expect(paper.text.contains(Sample.exchange(4).id))
      tail.cancel()
      try await tail.value
    }
  }

  @Test("Filters hold for what comes") func filters() async throws {
    try await withStore([]) { path, writer in
      let paper = Paper()
      var command = TailCommand()
      (command.isJSON, command.interval, command.flags.finding) = (true, .milliseconds(5), "arguments")
      let tail = Task { [command] in try await command.run(storePath: path, on: paper.screen(), now: Sample.start) }
      writer.offer([Sample.exchange(3), Sample.failed, Sample.exchange(9)])
      try await until("the one that matches") { paper.lines.count == 1 }
      #expect(paper.text.contains(Sample.failed.id))
      tail.cancel()
      try await tail.value
    }
  }
}

/// Asks until it is so, at most a minute: machines are busy.
func until(_ comment: Comment, _ condition: () -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(60)
  while !condition() {
    try #require(ContinuousClock.now < end, comment)
    try await Task.sleep(for: .milliseconds(5))
  }
}
