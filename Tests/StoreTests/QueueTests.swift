// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

/// What goes when more waits than may: bodies first, then exchanges.
@Suite(.timeLimit(.minutes(2))) struct QueueTests {
  private static let body = 100_000

  private static func exchange(_ number: Int, body: Int = body) -> StoredExchange {
    Sample.exchange(number) {
      let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: body / 4)
      $0.request = StoredMessage(body: bytes)
      $0.response = StoredMessage(body: bytes)
      $0.attempts[0].request = StoredMessage(body: bytes)
      $0.attempts[0].response = StoredMessage(body: bytes)
      $0.calls = [StoredCall(name: "read", id: "a", arguments: "{}")]
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var offered: [StoredExchange]
    var queue: StoreOptions.Queue
    var bodies: Int
    var withoutBodies: Int
    var lost: Int

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "all fit", offered: (0..<3).map { exchange($0) }, queue: StoreOptions.Queue(bytes: 4 * body), bodies: 3, withoutBodies: 0, lost: 0),
    Case(
      name: "bodies beyond the limit", offered: (0..<20).map { exchange($0) }, queue: StoreOptions.Queue(bytes: 3 * body + body / 2), bodies: 3,
      withoutBodies: 17, lost: 0),
    Case(
      name: "one that is too large by itself", offered: [exchange(0, body: 10 * body), exchange(1)], queue: StoreOptions.Queue(bytes: 3 * body),
      bodies: 1, withoutBodies: 1, lost: 0),
    Case(
      name: "too many", offered: (0..<20).map { exchange($0) }, queue: StoreOptions.Queue(records: 8, bytes: 3 * body + body / 2), bodies: 3,
      withoutBodies: 5, lost: 12),
    Case(
      name: "twice the limit", offered: (0..<20).map { exchange($0) }, queue: StoreOptions.Queue(bytes: 4000), bodies: 0, withoutBodies: 5,
      lost: 15),
  ]

  @Test(arguments: cases)
  func bodiesGoFirst(_ test: Case) async throws {
    let folder = try Folder()
    var options = StoreOptions(path: folder.store)
    options.gatherMilliseconds = 1
    options.queue = test.queue
    let store = StoreWriter(options)
    // At once: what the writer takes meanwhile makes no difference.
    store.offer(test.offered)
    #expect(store.status.droppedBodies == test.withoutBodies)
    #expect(store.status.droppedTotal == test.lost)
    #expect(store.status.queuedBytes <= 2 * test.queue.bytes)
    await store.close()
    #expect(store.status.written == test.bodies + test.withoutBodies)

    let reader = try StoreReader(path: folder.store)
    var bodies = 0
    for row in try await reader.list(ExchangeFilter(), limit: 1000).exchanges {
      guard case .found(let exchange) = try await reader.exchange(id: row.exchange.id) else { Issue.record("gone"); continue }
      let attempt = exchange.attempts.first
      let held = [exchange.request, exchange.response, attempt?.request, attempt?.response].compactMap { $0 }
      #expect(held.isEmpty || held.count == 4, "all of them or none")
      bodies += held.isEmpty ? 0 : 1
      #expect(exchange.calls.map(\.name) == ["read"])
    }
    #expect(bodies == test.bodies)
    reader.close()
  }
}
