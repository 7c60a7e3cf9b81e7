// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store
import Testing

@Suite struct RoundTripTests {
  @Test func everyFieldOfAnExchangeComesBackAsItWasOffered() async throws {
    let full = Sample.exchange(1) { exchange in
      exchange.mode = "enforce"
      exchange.error = "x"
      exchange.fault = "vendor"
      exchange.isStream = true
      exchange.firstFinishReason = "stop"
      exchange.finishReason = "tool_calls"
      (exchange.callCount, exchange.k2vvValidCalls, exchange.k2vvCheckedCalls, exchange.validCalls) = (2, 1, 3, 2)
      exchange.idsRewritten = 4
      exchange.tokens = StoredTokens(input: 5, output: 6, cached: nil, reasoning: 7)
      (exchange.requestBytes, exchange.responseBytes) = (8, 9)
      (exchange.firstByteNanoseconds, exchange.firstTokenNanoseconds, exchange.overheadNanoseconds) = (10, nil, 11)
      var attempt = StoredAttempt(vendor: "a")
      (attempt.model, attempt.rung, attempt.status, attempt.error, attempt.abortedAtByte) = ("m", "strict", 200, "e", 77)
      attempt.response = StoredMessage(headers: [.init("a", "b: c"), .init("a", "")], body: [0, 255, 10], text: "说", omittedBytes: 3)
      exchange.attempts = [attempt, StoredAttempt(vendor: "b")]
      exchange.findings = [StoredFinding(code: "a.b", severity: .warning, choice: 0, call: 1, path: "/x", message: "m", attempt: 0)]
      exchange.edits = [StoredEdit(pointer: "/messages/1", before: "\"a\nb\"", after: "", rule: "r")]
      exchange.repairs = [StoredRepair(rule: "r", choice: 1, call: 2, path: "/p", before: "1", after: "2")]
      exchange.calls = [StoredCall(name: "f", id: "i", arguments: "{", k2vvValid: false, valid: nil, violations: "[]", attempt: 1)]
      exchange.request = Sample.body(#"{"messages":[]}"#)
      exchange.response = Sample.body("")
    }
    try await withStore([full]) { reader, _, _ in
      let found = try await reader.exchange(id: full.id)
      #expect(found == .found(full))
      #expect(try await reader.exchange(id: String(full.id.prefix(12)).lowercased()) == .found(full))
      #expect(try await reader.exchange(id: Sample.id(99)) == .none)
    }
  }

  @Test func aListIsNewestFirstAndPagesMeetWithoutGapOrOverlap() async throws {
    try await withStore((0..<25).map { Sample.exchange($0) }.shuffled()) { reader, _, _ in
      var seen: [String] = []
      var next: ExchangeKey?
      repeat {
        let page = try await reader.list(ExchangeFilter(), before: next, limit: 10)
        seen += page.exchanges.map(\.exchange.id)
        next = page.next
      } while next != nil
      #expect(seen == (0..<25).reversed().map { Sample.exchange($0).id })
    }
  }

  @Test func aTailSeesWhatEndsLateThoughItBeganEarly() async throws {
    try await withStore([Sample.exchange(5)]) { reader, writer, _ in
      let start = try await reader.follow(after: nil, ExchangeFilter(), limit: 10)
      writer.offer([Sample.exchange(2)])
      writer.offer([Sample.exchange(9)])
      await writer.flush()
      let first = try await reader.follow(after: start.cursor, ExchangeFilter(), limit: 1)
      #expect(first.exchanges.map(\.exchange.id) == [Sample.exchange(2).id])
      #expect(first.hasMore)
      let second = try await reader.follow(after: first.cursor, ExchangeFilter(), limit: 1)
      #expect(second.exchanges.map(\.exchange.id) == [Sample.exchange(9).id])
      #expect(try await reader.follow(after: second.cursor, ExchangeFilter(), limit: 1).exchanges.isEmpty)
      // A place of a store that stood here before and had more.
      let other = try await reader.follow(after: second.cursor + 100, ExchangeFilter(), limit: 1)
      #expect(other.exchanges.map(\.sequence) == [second.cursor] && other.cursor == second.cursor && !other.hasMore)
    }
  }

  @Test func theSameExchangeTwiceIsKeptOnceAndAnIDThatIsNoULIDIsDropped() async throws {
    let folder = try Folder()
    let writer = StoreWriter(StoreOptions(path: folder.store))
    writer.offer([Sample.exchange(1), Sample.exchange(1), StoredExchange(id: "nonsense", startedAt: 0)])
    await writer.flush()
    #expect(writer.status.dropped == [.unusable: 1])
    let reader = try StoreReader(path: folder.store)
    #expect(try await reader.list(ExchangeFilter()).exchanges.count == 1)
    await writer.close()
  }

  @Test(arguments: BodyKeeping.allCases)
  func bodiesAreKeptForAllForFailuresOrForNone(_ keeping: BodyKeeping) async throws {
    let good = Sample.exchange(1) { $0.request = Sample.body("hello") }
    let bad = Sample.exchange(2) {
      $0.request = Sample.body("hello")
      $0.status = 500
    }
    try await withStore([good, bad], { $0.bodies = keeping }) { reader, _, _ in
      func hasBody(_ id: String) async throws -> Bool {
        if case .found(let exchange) = try await reader.exchange(id: id) { exchange.request != nil } else { false }
      }
      let (hasGood, hasBad) = (try await hasBody(good.id), try await hasBody(bad.id))
      #expect(hasGood == (keeping == .all))
      #expect(hasBad == (keeping != .none))
    }
  }

  @Test func theOverviewSaysTheSameFromRowsAndFromHours() async throws {
    let exchanges = (0..<600).map { number in
      Sample.exchange(number, start: Sample.start / 3_600_000 * 3_600_000) {
        $0.vendor = number % 3 == 0 ? "a" : "b"
        $0.status = number % 10 == 0 ? 500 : 200
        $0.isStream = true
        ($0.callCount, $0.validCalls, $0.k2vvCheckedCalls, $0.k2vvValidCalls) = (1, 1, 1, number % 4 == 0 ? 0 : 1)
        $0.firstFinishReason = "tool_calls"
        $0.tokens.output = 100
        $0.firstTokenNanoseconds = 500_000_000
        if number % 5 == 0 { $0.findings = [StoredFinding(code: "x.y", severity: .error), StoredFinding(code: "x.y", severity: .error)] }
      }
    }
    try await withStore(exchanges) { reader, _, _ in
      let since = Sample.start / 3_600_000 * 3_600_000
      let exact = try await reader.overview(OverviewRequest(since: since, until: since + 3_600_000))
      let hourly = try await reader.overview(OverviewRequest(since: since - 36_000_000, until: since + 36_000_000))
      #expect(exact.vendors == hourly.vendors)
      let traffic = try #require(exact.vendors["a"])
      #expect(traffic.sums.requests == 200)
      #expect(traffic.errorRate == Overview.Ratio(20, 200))
      #expect(traffic.schemaAccuracy == Overview.Ratio(150, 200))
      #expect(traffic.findings == ["x.y": 40])
      #expect(traffic.tokensPerSecond == 100)
      let median = try #require(traffic.times[.total]?.percentile(0.5))
      #expect(abs(Double(median) - 1.5e9) / 1.5e9 < 0.033)
      #expect(exact.series.reduce(0) { $0 + $1.traffic.sums.requests } == 600)
      #expect(exact.series.count > 4)
    }
  }
}
