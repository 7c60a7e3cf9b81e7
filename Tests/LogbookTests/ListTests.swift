// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import JSON
import Logbook
import Store
import Testing

@Suite("belay list") struct ListTests {
  @Test("Pages follow each other without a gap") func pages() async throws {
    try await withStore((0..<30).map { Sample.exchange($0) }) { path, _ in
      var seen: [String] = []
      var before: String?
      for rounds in 1... {
        let paper = Paper()
        var command = ListCommand()
        (command.limit, command.isJSON, command.before) = (7, true, before)
        try await command.run(storePath: path, on: paper.screen(), now: Sample.start)
        let ids = try paper.lines.map { try #require(try JSONValue(parsing: $0)["id"]?.string) }
        seen += ids
        guard let mark = paper.notes.range(of: "--before ") else {
          #expect(rounds == 5)
          break
        }
        before = String(paper.notes[mark.upperBound...].prefix(26))
        #expect(before == ids.last)
      }
      #expect(seen == (0..<30).reversed().map { Sample.id($0, milliseconds: Sample.start + Int64($0) * 1000) })
    }
  }

  @Test("A line of JSON has the names of the filter language") func json() async throws {
    try await withStore([Sample.failed]) { path, _ in
      let paper = Paper()
      var command = ListCommand()
      command.isJSON = true
      try await command.run(storePath: path, on: paper.screen(), now: Sample.start)
      let row = try JSONValue(parsing: paper.text)
      #expect(row["time"] == "2026-09-21T14:13:27.000Z")
      #expect(row["findings"] == ["arguments.schema.type"])
      #expect(row["calls"]?.int == 1)
      #expect(row["valid_calls"]?.int == 0)
      #expect(row["first_byte_ms"]?.double == 120)
      #expect(row["verdict"] == "invalid")
    }
  }

  @Test("A missing store, an empty one and a filter without a match each say what to do") func nothing() async throws {
    let folder = try Folder()
    let missing = try await problem { try await ListCommand().run(storePath: folder.store, on: Paper().screen(), now: 0) }
    #expect(missing.description.hasPrefix("there is no store at \(folder.store)\n`belay serve` makes one"))
    #expect(missing.code == .unusable)
    try await withStore([]) { path, _ in
      let paper = Paper()
      try await ListCommand().run(storePath: path, on: paper.screen(), now: 0)
      #expect(paper.bytes.isEmpty)
      #expect(paper.notes.hasPrefix("no exchange is recorded yet in \(path)\nPoint an agent at the proxy"))
    }
    try await withStore([Sample.exchange(1)]) { path, _ in
      let paper = Paper()
      var command = ListCommand()
      (command.flags.vendors, command.flags.finding) = (["moonshoot"], "completion")
      try await command.run(storePath: path, on: paper.screen(), now: 0)
      #expect(paper.notes == """
        no exchange matches
          --vendor moonshoot is nowhere in this store; it has moonshot
          --finding completion is nowhere in this store; it has nothing

        """)
    }
  }

  @Test("A search says how many exchanges it does not know yet, and no other list does") func unindexed() async throws {
    try await withStore((0..<3).map { Sample.exchange($0) }) { path, writer in
      func notes(_ change: (inout FilterFlags) -> Void) async throws -> String {
        let paper = Paper()
        var command = ListCommand()
        change(&command.flags)
        try await command.run(storePath: path, on: paper.screen(), now: 0)
        return paper.notes
      }
      #expect(try await notes { $0.text = "number" } == "")
      await writer.close()
      let database = try DatabaseQueue(path: path)
      try await database.write { try $0.execute(sql: "DELETE FROM piece; UPDATE meta SET value = 1 WHERE name = 'listed'") }
      let note = "2 exchanges cannot be found by words yet: `belay serve` indexes them when it has a moment\n"
      #expect(try await notes { $0.text = "number" } == "no exchange matches\n" + note)
      #expect(try await notes { $0.expression = "!(text ~ 'number')" } == note)
      #expect(try await notes { $0.vendors = ["moonshot"] } == "")
    }
  }

  @Test("Names of the store that are listed cannot write to a terminal") func names() async throws {
    try await withStore([Sample.exchange(1) { $0.model = "kimi\u{1B}[2J" }]) { path, _ in
      let paper = Paper()
      var command = ListCommand()
      command.flags.models = ["kimmi"]
      try await command.run(storePath: path, on: paper.screen(), now: 0)
      #expect(paper.notes == "no exchange matches\n  --model kimmi is nowhere in this store; it has kimi␛[2J\n")
    }
  }

  @Test("A file that is no store is left alone and named") func notAStore() async throws {
    let folder = try Folder()
    try OwnFile.save(folder.store, Array("hello, this is a text and no store, and it is long enough to be looked at".utf8))
    let told = try await problem { try await ListCommand().run(storePath: folder.store, on: Paper().screen(), now: 0) }
    #expect(told.description.contains("is no store of Belay"))
  }
}
