// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store
import Testing

/// Something else comes to lie where the store was.
@Suite(.timeLimit(.minutes(2))) struct ReplacedFileTests {
  private func writer(_ folder: Folder) -> StoreWriter {
    var options = StoreOptions(path: folder.store)
    options.gatherMilliseconds = 1
    return StoreWriter(options)
  }

  @Test func aReaderKnowsThatItsFileWasReplaced() async throws {
    let folder = try Folder()
    await writer(folder).close()
    let reader = try StoreReader(path: folder.store)
    #expect(reader.isCurrent)
    for name in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.store + name) }
    #expect(!reader.isCurrent)
    await writer(folder).close()
    #expect(!reader.isCurrent)
    try #expect(StoreReader(path: folder.store).isCurrent)
    reader.close()
  }

  @Test(arguments: ["", "-wal", "-shm"])
  func aPipeIsNotOpened(_ suffix: String) async throws {
    let folder = try Folder()
    await writer(folder).close()
    let name = folder.store + suffix
    try? FileManager.default.removeItem(atPath: name)
    try #require(unsafe mkfifo(name, 0o600) == 0)
    // An end of it is open, so that opening the other in error does not wait for ever.
    let end = unsafe open(name, O_RDWR | O_CLOEXEC)
    try #require(end >= 0)
    defer { close(end) }
    let error = try #require(throws: StoreFailure.self) { try StoreReader(path: folder.store) }
    #expect(error.reason == .notAStore)
    let store = writer(folder)
    store.offer([Sample.exchange(1)])
    try await until("it is noticed", store) { $0.failure?.reason == .notAStore }
    try FileManager.default.removeItem(atPath: name)
    try await until("it recovers", store) { $0.written == 1 }
    await store.close()
  }
}
