// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logbook
import Store
import Synchronization
import Testing

/// A folder of its own for each test, gone with it.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "belay-logbook-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var store: String { path + "/belay.sqlite" }
}

/// What a command wrote.
final class Paper: Sendable {
  private let written = Mutex<(out: [UInt8], notes: String)>(([], ""))

  func screen(width: Int? = nil, isColoured: Bool = false) -> Screen {
    Screen(
      width: width, paint: Paint(isOn: isColoured), write: { bytes in self.written.withLock { $0.out += bytes } },
      note: { note in self.written.withLock { $0.notes += note } })
  }

  var bytes: [UInt8] { written.withLock { $0.out } }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  var notes: String { written.withLock { $0.notes } }
  var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init) }
}

/// A store with these exchanges in it, written as the gateway writes it.
func withStore(_ exchanges: [StoredExchange], _ body: (String, StoreWriter) async throws -> Void) async throws {
  let folder = try Folder()
  var options = StoreOptions(path: folder.store)
  options.gatherMilliseconds = 1
  let writer = StoreWriter(options)
  writer.offer(exchanges)
  await writer.flush()
  #expect(writer.status.written == exchanges.count)
  #expect(writer.status.failure == nil)
  try await body(folder.store, writer)
  await writer.close()
}

/// The problem that a command ends with.
func problem(_ body: () async throws -> Void) async throws -> LogbookProblem {
  do { try await body() } catch let problem as LogbookProblem { return problem }
  Issue.record("no problem was told")
  throw CancellationError()
}
