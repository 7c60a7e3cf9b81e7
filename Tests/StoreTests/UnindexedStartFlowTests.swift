// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

/// A start on what an earlier process recorded and did not index.
@Suite(.timeLimit(.minutes(1))) struct UnindexedStartFlowTests {
  /// 24 MB of words, none twice: seconds of indexing.
  private static func exchanges() -> [StoredExchange] {
    (0..<80).map { number in
      let words = (0..<30_000).map { "w\(number)x\($0)" }.joined(separator: " ")
      return Sample.exchange(number) { $0.request = Sample.body(words) }
    }
  }

  @Test("whoever needs the file only waits for no words, what comes is written, and an end waits for none either")
  func opened() async throws {
    let folder = try Folder()
    let first = StoreWriter(StoreOptions(path: folder.store))
    first.offer(Self.exchanges())
    await first.close(within: 60)
    let writer = StoreWriter(StoreOptions(path: folder.store))
    await writer.opened()
    let reader = try StoreReader(path: folder.store)
    let left = try await reader.unindexedCount()
    #expect(left > 20, "\(left)")
    writer.offer([Sample.exchange(81)])
    for await status in writer.changes() where status.written == 1 { break }
    #expect(try await reader.unindexedCount() > 0)
    async let flushed: Void = writer.flush()
    await writer.close()
    await flushed
    #expect(try await reader.unindexedCount() > 0)
    reader.close()
  }
}
