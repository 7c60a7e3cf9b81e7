// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store
import Testing

/// A folder of its own for each store, gone with it.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "belay-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var store: String { path + "/belay.db" }
}

enum Sample {
  static let start: Int64 = 1_790_000_000_000

  static func id(_ number: Int, milliseconds: Int64 = start) -> String {
    let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    var text = ""
    for position in 0..<10 {
      let five = milliseconds >> Int64(5 * (9 - position))
      text.append(digits[Int(five & 31)])
    }
    for position in 0..<16 {
      let five = position < 4 ? 0 : number >> (5 * (15 - position))
      text.append(digits[five & 31])
    }
    return text
  }

  /// Exchanges are a second apart.
  static func exchange(_ number: Int, start: Int64 = start, _ change: (inout StoredExchange) -> Void = { _ in }) -> StoredExchange {
    let milliseconds = start + Int64(number) * 1000
    var exchange = StoredExchange(id: id(number, milliseconds: milliseconds), startedAt: milliseconds)
    exchange.path = "/v1/chat/completions"
    exchange.vendor = "moonshot"
    exchange.model = "kimi-k2"
    exchange.status = 200
    exchange.verdict = StoredExchange.ordinaryVerdict
    exchange.isInspected = true
    exchange.totalNanoseconds = 1_500_000_000
    exchange.attempts = [StoredAttempt(vendor: "moonshot")]
    change(&exchange)
    return exchange
  }

  static func body(_ text: String) -> StoredMessage { StoredMessage(body: Array(text.utf8)) }
}

/// Writes to a store and asks it.
func withStore(
  _ exchanges: [StoredExchange], _ change: (inout StoreOptions) -> Void = { _ in }, _ body: (StoreReader, StoreWriter, Folder) async throws -> Void
) async throws {
  let folder = try Folder()
  var options = StoreOptions(path: folder.store)
  options.gatherMilliseconds = 1
  change(&options)
  let writer = StoreWriter(options)
  writer.offer(exchanges)
  await writer.flush()
  #expect(writer.status.written == exchanges.count)
  #expect(writer.status.failure == nil)
  let reader = try StoreReader(path: folder.store)
  try await body(reader, writer, folder)
  reader.close()
  await writer.close()
}

/// Waits until the writer's status is so, told by each change of it.
func until(_ comment: Comment, _ store: StoreWriter, _ condition: (StoreStatus) -> Bool) async throws {
  for await status in store.changes() where condition(status) { return }
  Issue.record(comment)
}

/// Chance that can be had again: the seed is printed, and `BELAY_TEST_SEED` sets it.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  init(for test: String = #function) {
    let given = ProcessInfo.processInfo.environment["BELAY_TEST_SEED"].flatMap { UInt64($0) }
    state = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
    print("\(test): BELAY_TEST_SEED=\(state)")
  }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}

/// Asks about what another process does until it is so.
func until(_ comment: Comment, seconds: Int = 20, _ condition: () -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(seconds)
  while !condition() {
    try #require(ContinuousClock.now < end, comment)
    try await Task.sleep(for: .milliseconds(5))
  }
}
