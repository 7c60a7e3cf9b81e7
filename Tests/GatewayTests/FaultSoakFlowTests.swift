// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import NIOCore
import Store
import Synchronization
import Testing

/// Exchange after exchange under random faults of vendors and clients, all of it recorded: memory and descriptors stay where the
/// first thousand left them, and every exchange has its line in the log and its row in the store. 200,000 with `Tests/run --long`,
/// else 2,000.
@Suite("Soak", .timeLimit(.minutes(30))) struct FaultSoakFlowTests {
  static let exchanges = isLongRun ? 200_000 : 2_000
  static let clients = 32
  /// Exchanges before memory and descriptors are looked at for the first time.
  static let warmUp = 1_000
  static let seed: UInt64 = 0x8611

  /// Hands out so many numbers, each once.
  final class Countdown: Sendable {
    private let left: Atomic<Int>
    init(_ count: Int) { left = Atomic(count) }
    func next() -> Int? {
      let number = left.subtract(1, ordering: .relaxed).newValue
      return number >= 0 ? number : nil
    }
  }

  struct Random: RandomNumberGenerator {
    var state: UInt64
    /// SplitMix64 (Steele, Lea and Flood, 2014).
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Open descriptors of this process.
  static func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }

  /// One client: connection after connection, until the exchanges are used up.
  static func client(_ number: Int, port: Int, _ numbers: Countdown) async throws {
    var random = Random(state: seed &+ UInt64(number))
    var next = numbers.next()
    while next != nil {
      try await RawConnection.with(port: port) { reader, writer in
        while let current = next {
          let isNonsense = Int.random(in: 0..<50, using: &random) == 0
          let vanishes = Int.random(in: 0..<20, using: &random) == 0
          // Of three exchanges two go well.
          let fault = Int.random(in: 0..<FaultCase.all.count * 3, using: &random)
          let isStream = fault < FaultCase.all.count ? FaultCase.all[fault].isStream : Bool.random(using: &random)
          let vendor = Bool.random(using: &random) ? "observed" : "enforced"
          let body = isNonsense ? Array("{\"model\":\(current)".utf8) : FaultTableFlowTests.body(fault, stream: isStream)
          try await writer.write(request("POST", "/\(vendor)/v1/chat/completions", body: body))
          next = numbers.next()
          if vanishes {
            // Half of them in the middle of an answer.
            if Bool.random(using: &random) { _ = try? await reader.head() }
            return
          }
          guard let response = try? await reader.response() else { return }
          #expect(isNonsense == (response.status == 400), "\(response.status) \(response.text)")
          if response["connection"] == "close" { return }
        }
      }
    }
  }

  /// Exchanges in a store, each counted once.
  static func rows(_ path: String) async throws -> Int {
    let reader = try StoreReader(path: path)
    defer { reader.close() }
    var (ids, page) = (Set<String>(), try await reader.follow(after: 0, ExchangeFilter(), limit: 1000))
    while true {
      ids.formUnion(page.exchanges.map(\.exchange.id))
      guard page.hasMore else { return ids.count }
      page = try await reader.follow(after: page.cursor, ExchangeFilter(), limit: 1000)
    }
  }

  @Test("memory and descriptors end where they began, and no exchange is without a record")
  func soak() async throws {
    let folder = NSTemporaryDirectory() + "belay-soak-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = StoreOptions(path: folder + "/belay.db")
    // The file's own pages in memory, which fill 64 MiB first, would hide what is lost.
    options.cacheBytes = 1 << 20
    let store = StoreWriter(options)
    let vendor = try await FaultVendor.start(keeps: false) { request in
      guard let number = FaultTableFlowTests.number(in: request) else { return [.close] }
      if FaultCase.all.indices.contains(number) { return FaultCase.all[number].steps }
      return request.contains(#""stream":true"#) ? FaultCase.stream : .completion
    }
    var vendors = ["observed", "enforced"].map { Configuration.Vendor(name: $0, baseURL: vendor.baseURL) }
    vendors[1].mode = .enforce
    let lines = RunningProxy.Lines(keeps: false)
    let adjust: @Sendable (inout BelayConfiguration) -> Void = {
      FaultTableFlowTests.limits(.observe)(&$0)
      $0.limits.firstByte = .milliseconds(100)
      $0.limits.idle = .milliseconds(100)
    }
    let clock = ContinuousClock.now
    let figures = try await RunningProxy.with(vendors: vendors, writer: store, lines: lines, adjust: adjust) { proxy in
      func run(_ exchanges: Int) async throws -> (memory: Int, descriptors: Int) {
        let left = Countdown(exchanges)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          for number in 0..<Self.clients {
            tasks.addTask {
              try await Self.client(number, port: proxy.port, left)
            }
          }
          try await tasks.waitForAll()
        }
        // Who has vanished may still be in the listener's queue, which a stop closes; behind whoever is answered now nobody is.
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(request("POST", "/observed/v1/chat/completions", body: Array("{".utf8)))
          #expect(try await reader.response().status == 400)
        }
        return (residentBytes(), try Self.descriptors())
      }
      let before = try await run(Self.warmUp)
      let after = try await run(Self.exchanges - Self.warmUp)
      return [before.memory, after.memory, before.descriptors, after.descriptors]
    }
    await vendor.stop()
    await store.close()
    let seconds = (ContinuousClock.now - clock).components.seconds
    print(
      "soak: \(Self.exchanges) exchanges in \(seconds) s; resident \(figures[0] >> 20) MiB after \(Self.warmUp), \(figures[1] >> 20) MiB at the end; "
        + "descriptors \(figures[2]), \(figures[3])")
    // Two runs end in one of their own.
    #expect(lines.count == Self.exchanges + 2, "one line for each exchange")
    #expect(try await Self.rows(folder + "/belay.db") == Self.exchanges + 2, "one row for each exchange; \(store.status)")
    #expect(figures[1] - figures[0] < 48 << 20, "memory grew by \((figures[1] - figures[0]) >> 20) MiB")
    #expect(figures[3] - figures[2] <= 2 * Self.clients, "\(figures[2]) descriptors became \(figures[3])")
  }
}
