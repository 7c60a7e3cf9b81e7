// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

@Test("a key that a reload brings is in nothing that is written afterwards")
func laterSecrets() async throws {
  let folder = try Folder()
  let store = StoreWriter(StoreOptions(path: folder.store))
  let body = Array(#"{"error":"Incorrect API key: sk-later-0123456789"}"#.utf8)
  store.hide(["sk-later-0123456789"])
  store.offer([Sample.exchange(1) { $0.response = StoredMessage(body: body) }])
  await store.close()
  let reader = try StoreReader(path: folder.store)
  defer { reader.close() }
  guard case .found(let kept) = try await reader.exchange(id: Sample.exchange(1).id) else { throw StoreFailure(.other, "not kept") }
  #expect(kept.response.map { String(decoding: $0.body, as: UTF8.self) } == #"{"error":"Incorrect API key: [redacted]"}"#)
}

@Test("sums that only a damaged store has do not end the process")
func greatSums() {
  var sums = TrafficSums()
  (sums.inputTokens, sums.requests) = (.max, 1)
  var other = TrafficSums()
  (other.inputTokens, other.requests) = (1, 1)
  sums += other
  #expect(sums.inputTokens == .max && sums.requests == 2)
}
