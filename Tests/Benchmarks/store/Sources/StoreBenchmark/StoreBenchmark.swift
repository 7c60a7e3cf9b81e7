// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store

/// Writes exchanges of three vendors over a week, bodies of growing conversations included, then asks for them: as many as are
/// asked for, or as were written when the time is over.
@main struct StoreBenchmark {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst().map { Int($0) }
    let wanted = arguments.first.flatMap(\.self) ?? 1_000_000
    let limit = Duration.seconds(arguments.count > 1 ? arguments[1] ?? 240 : 240)
    let folder = NSTemporaryDirectory() + "belay-store-bench-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/belay.db"
    let week: Int64 = 7 * 24 * 3_600_000
    let end = WallClock.milliseconds()
    let writer = StoreWriter(StoreOptions(path: path))

    // At once, so that a long run shows how far it is.
    func row(_ name: String, _ figure: String) { FileHandle.standardOutput.write(Data("| \(name) | \(figure) |\n".utf8)) }
    row("what", "figure")
    row("---", "--:")
    var random = SeededGenerator()
    var bodies = 0
    var count = 0
    let clock = ContinuousClock()
    let inserting = try await clock.measure {
      let start = clock.now
      while count < wanted, clock.now - start < limit {
        if writer.status.queuedRecords > 4000 {
          try await Task.sleep(for: .milliseconds(2))
          continue
        }
        let batch = (count..<min(wanted, count + 500)).map {
          SampleExchange.make(number: $0, milliseconds: end - week + week * Int64($0) / Int64(wanted), random: &random)
        }
        bodies += batch.reduce(0) { $0 + $1.requestBytes }
        count += batch.count
        writer.offer(batch)
      }
      while writer.status.queuedRecords > 0 { try await Task.sleep(for: .milliseconds(2)) }
    }
    row("CPU of one exchange, µs, making it and indexing some of the words included", String(format: "%.1f", processSeconds() * 1e6 / Double(count)))
    let unindexed = StoreFile(path: path).size
    let indexing = await clock.measure { await writer.flush() }
    row("exchanges written (dropped)", "\(writer.status.written) (\(writer.status.droppedTotal))")
    row("exchanges/s, bodies and making them included", "\(Int(Double(count) / seconds(inserting)))")
    row("then words left to index, s", String(format: "%.1f", seconds(indexing)))
    row("request bytes/exchange, offered", "\(bodies / count)")
    row("file bytes/exchange without words indexed", "\(Int(unindexed) / count)")
    await writer.close()
    row("file bytes/exchange", "\(Int(StoreFile(path: path).size) / count)")

    let reader = try StoreReader(path: path)
    for text in [
      "", "vendor == 'fireworks'", "model == 'kimi-k2-thinking'", "status == 503", "status >= 500", "verdict == 'violation'",
      "findings has 'call'", "findings has 'call.schema' && vendor == 'together'", "tools has 'read_file'", "outcome == 'broken'",
      "time < 3d ago", "duration > 3.8s", "calls > 0 && !valid && vendor == 'moonshot'", "tokens_per_second > 1000000",
      "text ~ 'answer \(count / 2)'", "text ~ 'linux'",
    ] {
      var filter = ExchangeFilter()
      if !text.isEmpty { filter.expression = try FilterExpression(text) }
      let (time, found) = try await measured { try await reader.list(filter, before: nil, limit: 50).exchanges.count }
      row("list 50 of `\(text)` (\(found) found), ms", time)
    }
    let middle = try await reader.list(ExchangeFilter(), before: ExchangeKey(milliseconds: end - week / 2), limit: 50)
    let (page, _) = try await measured { try await reader.list(ExchangeFilter(), before: middle.next, limit: 50).exchanges.count }
    row("a page from the middle, ms", page)
    if let id = middle.exchanges.first?.exchange.id {
      let (time, _) = try await measured { try await reader.exchange(id: id) }
      row("one exchange whole, ms", time)
    }
    for (name, length) in [("hour", Int64(3_600_000)), ("6 hours", 6 * 3_600_000), ("day", 24 * 3_600_000), ("week", week)] {
      let (time, sums) = try await measured {
        try await reader.overview(OverviewRequest(since: end - length, until: end)).vendors.values.reduce(0) { $0 + $1.sums.requests }
      }
      row("overview of the last \(name) (\(sums) exchanges), ms", time)
    }
    let (tail, _) = try await measured { try await reader.follow(after: Int64(count) - 100, ExchangeFilter(), limit: 100).exchanges.count }
    row("tail 100, ms", tail)
  }

  /// Of CPU, all threads.
  static func processSeconds() -> Double {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

  /// The median of five.
  @MainActor static func measured<T: Sendable>(_ body: () async throws -> T) async throws -> (String, T) {
    var times: [Double] = []
    var result = try await body()
    for _ in 0..<5 {
      let start = ContinuousClock.now
      result = try await body()
      times.append(seconds(ContinuousClock.now - start))
    }
    return (String(format: "%.2f", times.sorted()[2] * 1000), result)
  }
}

/// SplitMix64: each run writes the same.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
