// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Store
import Testing

@Suite(.serialized) struct CrashTests {
  private static var rounds: Int { ProcessInfo.processInfo.environment["BELAY_LONG_TESTS"] == "1" ? 20 : 3 }

  /// The helper lies beside the test bundle, wherever the build put both.
  private static func helper() throws -> URL {
    let bundle = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    let places = CommandLine.arguments.map { URL(fileURLWithPath: $0) } + [bundle]
    let found = places.map { $0.deletingLastPathComponent().appendingPathComponent("store-load") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    return try #require(found, "store-load is built with the tests")
  }

  @Test func aWriterKilledUnderLoadLosesLessThanASecondAndNothingByHalf() async throws {
    var random = SeededGenerator()
    for round in 0..<Self.rounds {
      let folder = try Folder()
      let process = Process()
      process.executableURL = try Self.helper()
      process.arguments = [folder.store, "forever", "300"]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let lifetime = Duration.milliseconds(Int.random(in: 2000...4000, using: &random))
      let killer = Task {
        try await Task.sleep(for: lifetime)
        kill(process.processIdentifier, SIGKILL)
        return WallClock.milliseconds()
      }
      let output = await Task.detached { pipe.fileHandleForReading.readDataToEndOfFile() }.value
      let killed = try await killer.value
      process.waitUntilExit()
      let offered = String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap { line -> (id: String, at: Int64)? in
        let parts = line.split(separator: " ")
        return parts.count == 2 ? Int64(parts[1]).map { (String(parts[0]), $0) } : nil
      }
      let due = offered.filter { $0.at < killed - 1000 }.map(\.id)
      try #require(!due.isEmpty, "round \(round): nothing was offered in \(lifetime)")

      let reader = try StoreReader(path: folder.store)
      var kept: Set<String> = []
      var next: ExchangeKey?
      repeat {
        let page = try await reader.list(ExchangeFilter(), before: next, limit: 1000)
        for row in page.exchanges {
          kept.insert(row.exchange.id)
          guard case .found(let whole) = try await reader.exchange(id: row.exchange.id) else {
            Issue.record("round \(round): \(row.exchange.id) is listed but not there")
            continue
          }
          #expect(whole.attempts.count == row.attempts && whole.request?.body.count == whole.requestBytes)
        }
        next = page.next
      } while next != nil
      #expect(Set(due).subtracting(kept).isEmpty, "round \(round)")
      reader.close()
      let database = try DatabaseQueue(path: folder.store)
      #expect(try await database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
      let writer = StoreWriter(StoreOptions(path: folder.store))
      writer.offer([Sample.exchange(1)])
      await writer.flush()
      #expect(writer.status.written == 1)
      await writer.close()
    }
  }

  @Test func anotherProcessReadsWhileOneWrites() async throws {
    let folder = try Folder()
    let process = Process()
    process.executableURL = try Self.helper()
    process.arguments = [folder.store, "1000", "2000"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    try await until("the store appears") { (try? StoreReader(path: folder.store)) != nil }
    let reader = try StoreReader(path: folder.store)
    var seen = 0
    var cursor: Int64 = 0
    while seen < 1000 {
      let page = try await reader.follow(after: cursor, ExchangeFilter(), limit: 1000)
      #expect(page.exchanges.map(\.sequence) == page.exchanges.map(\.sequence).sorted())
      seen += page.exchanges.count
      cursor = page.cursor
      try await Task.sleep(for: .milliseconds(5))
      if !process.isRunning, page.exchanges.isEmpty { break }
    }
    process.waitUntilExit()
    #expect(seen == 1000)
  }
}
