// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Store
import Testing

/// What waits to be written and is no exchange, or no byte of one.
@Suite(.timeLimit(.minutes(1))) struct QueuedOthersTests {
  @Test("what of the shadow does not fit is counted, and not as an exchange that was lost")
  func shadow() async throws {
    let folder = try Folder()
    var options = StoreOptions(path: folder.store)
    options.queue.bytes = 8_000
    let store = StoreWriter(options)
    let job = StoredShadowJob(
      exchange: Sample.id(1), queuedAt: Sample.start, vendor: "moonshot", model: "kimi-k2", conversation: 1, answer: Side(.stop), tokens: 1,
      isRepeated: false, failures: 0, body: [UInt8](repeating: 0x20, count: 10_000))
    store.offer(notes: [.keep(job)])
    store.offer([Sample.exchange(1)])
    #expect(store.status.droppedOthers == 1)
    await store.close()
    store.offer(notes: [.forget(job.exchange)])
    #expect(store.status.droppedOthers == 2)
    #expect(store.status.droppedTotal == 0 && store.status.dropNotes.isEmpty && store.status.written == 1)
    store.offer([Sample.exchange(2)])
    #expect(store.status.droppedTotal == 1 && store.status.droppedOthers == 2)
  }

  @Test("where messages begin counts as what they are")
  func boundaries() async throws {
    let folder = try Folder()
    var options = StoreOptions(path: folder.store)
    options.queue.bytes = 100_000
    let store = StoreWriter(options)
    let body = [UInt8](repeating: 0x20, count: 30_000)
    store.offer([Sample.exchange(1) { $0.request = StoredMessage(body: body, boundaries: Array(stride(from: 0, to: 30_000, by: 3))) }])
    #expect(store.status.droppedBodies == 1)
    await store.close()
    #expect(store.status.written == 1)
  }
}
