// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import GRDB
import JSON
import Store
import TestSupport
import Testing

@Suite struct ComparisonTests {
  static let paris = ToolCall(name: "weather", arguments: #"{"city":"Paris","days":1}"#)
  static let alsoParis = ToolCall(name: "weather", arguments: #"{"days":1.0,"city":"Paris"}"#)
  static let rome = ToolCall(name: "weather", arguments: #"{"city":"Rome","days":1}"#, isValid: false)

  static func comparison(_ number: Int, _ change: (inout StoredComparison) -> Void = { _ in }) -> StoredComparison {
    let exchange = Sample.exchange(number)
    var record = StoredComparison(
      time: exchange.startedAt, exchange: exchange.id, vendor: "acme", model: "kimi-k2", reference: "moonshot", conversation: "c\(number)",
      answer: Side(judged: .toolCalls, calls: [paris, rome], promptTokens: 12), other: Side(judged: .toolCalls, calls: [alsoParis], promptTokens: 10))
    change(&record)
    return record
  }

  private func withComparisons(
    _ records: [StoredComparison], _ change: (inout StoreOptions) -> Void = { _ in }, _ body: (StoreReader, StoreWriter, Folder) async throws -> Void
  ) async throws {
    try await withStore((0..<3).map { Sample.exchange($0) }, change) { reader, writer, folder in
      writer.offer(comparisons: records)
      await writer.flush()
      #expect(writer.status.comparisons == records.count)
      try await body(reader, writer, folder)
    }
  }

  @Test(arguments: [
    Side(.none), Side(.stop, promptTokens: 0), Side(.other("length")), Side(judged: .toolCalls, calls: [paris, rome], promptTokens: 3),
    Side(.toolCalls, isValid: true, calls: [ToolCall(name: "é\"", arguments: "no JSON \u{0} at all")]),
  ])
  func aSideComesBackFromItsJSON(_ side: Side) throws {
    let bytes = JSONWriter.bytes(of: side.json)
    #expect(Side(json: try JSONValue(parsing: bytes)) == side)
  }

  @Test(arguments: ["null", "{}", #"{"finish":1,"valid":true}"#, #"{"finish":"stop"}"#, #"{"finish":"stop","valid":true,"calls":[{}]}"#])
  func whatIsNoSideIsNone(_ text: String) throws {
    #expect(Side(json: try JSONValue(parsing: Array(text.utf8))) == nil)
  }

  @Test func itComesBackAsItWentWithItsExchange() async throws {
    try await withComparisons([Self.comparison(1)]) { reader, _, _ in
      let page = try await reader.comparisons()
      var expected = Self.comparison(1)
      expected.id = 1
      #expect(page == ComparisonPage(comparisons: [expected], next: nil))
      let found = try await reader.exchange(id: Sample.exchange(1).id)
      if case .found(let exchange) = found { #expect(exchange.comparisons == [expected]) } else { Issue.record("it is gone") }
      #expect(try await reader.list(ExchangeFilter()).exchanges.map(\.comparisons) == [0, 1, 0])
    }
  }

  @Test func itSaysWhatItMeans() throws {
    let record = Self.comparison(1)
    #expect(record.cell == .truePositive && record.cellName == "tp")
    #expect(record.tools == ["weather"])
    #expect(record.promptTokenDifference == 2)
    #expect(record.payloadsAgree == false)
    #expect(record.json["differences"]?.array?.count == 1)
    let failed = Self.comparison(1) { $0.other = Side(.none) }
    #expect(failed.cell == nil && failed.cellName == "none" && failed.payloadsAgree == nil)
  }

  @Test func theSameExchangeAndReferenceCountsOnce() async throws {
    let again = Self.comparison(1) { $0.answer = Side(.stop) }
    let floor = Self.comparison(1) { ($0.kind, $0.vendor) = (.reference, "moonshot") }
    let other = Self.comparison(1) { $0.reference = "baseline" }
    let without = Self.comparison(1) { $0.exchange = nil }
    try await withComparisons([Self.comparison(1), again, floor, other, without, without]) { reader, _, _ in
      let rows = try await reader.comparisons().comparisons
      #expect(rows.map(\.reference) == ["moonshot", "moonshot", "baseline", "moonshot", "moonshot"])
      #expect(rows.map(\.kind) == [.vendor, .reference, .vendor, .vendor, .vendor])
      #expect(rows[0].answer.finish == .toolCalls)
    }
  }

  @Test func pagesInOrderOfTimeNeitherRepeatNorSkip() async throws {
    let records = [5, 3, 3, 9, 1, 7, 7, 7].enumerated().map { index, second in
      Self.comparison(second) { ($0.conversation, $0.exchange) = ("\(index)", nil) }
    }
    try await withComparisons(records) { reader, _, _ in
      for newestFirst in [false, true] {
        var seen: [String] = []
        var next: ComparisonCursor?
        repeat {
          let page = try await reader.comparisons(newestFirst: newestFirst, after: next, limit: 3)
          seen += page.comparisons.map(\.conversation)
          next = page.next
        } while next != nil
        let expected = ["4", "1", "2", "0", "5", "6", "7", "3"]
        #expect(seen == (newestFirst ? expected.reversed() : expected))
      }
      #expect(try await reader.comparisons(writtenAfter: 5).map(\.conversation) == ["5", "6", "7"])
      #expect(try await reader.comparisons(writtenAfter: 8).isEmpty)
    }
  }

  @Test func aPageOfLongOnesEndsBeforeItsLimit() async throws {
    // Each as long as arguments may be that are kept: 18 MB.
    let long = ToolCall(name: "write", arguments: String(repeating: "x", count: 60_000))
    let records = (0..<300).map { number in
      Self.comparison(number) { ($0.exchange, $0.answer) = (nil, Side(judged: .toolCalls, calls: [long])) }
    }
    try await withComparisons(records) { reader, _, _ in
      let written = try await reader.comparisons(writtenAfter: 0)
      #expect((200..<300).contains(written.count))
      #expect(try await reader.comparisons(writtenAfter: written.last?.id ?? 0).count == 300 - written.count)
      let first = try await reader.comparisons(limit: 300)
      #expect(first.comparisons.count == written.count)
      let second = try await reader.comparisons(after: first.next, limit: 300)
      #expect(second.comparisons.count == 300 - written.count && second.next == nil)
      #expect(try await reader.ledger().tallies.values.reduce(0) { $0 + $1.vendor.answered } >= 300)
    }
  }

  @Test func filtersAreConditionsThatAllHold() async throws {
    let records = [
      Self.comparison(0), Self.comparison(1) { $0.vendor = "other" }, Self.comparison(2) { $0.model = "kimi-k3" },
      Self.comparison(3) { $0.answer = Side(.stop) }, Self.comparison(4) { ($0.kind, $0.vendor) = (.reference, "moonshot") },
    ]
    try await withComparisons(records) { reader, _, _ in
      func expect(_ found: [String], _ change: (inout ComparisonFilter) -> Void) async throws {
        var filter = ComparisonFilter()
        change(&filter)
        #expect(try await reader.comparisons(filter).comparisons.map(\.conversation) == found)
      }
      try await expect(["c0", "c2", "c3"]) { $0.vendor = "acme" }
      try await expect(["c0", "c3"]) { ($0.vendor, $0.model) = ("acme", "kimi-k2") }
      try await expect(["c4"]) { $0.kind = .reference }
      try await expect(["c3"]) { $0.cells = ["fn", "fp"] }
      try await expect(["c1", "c2"]) { ($0.since, $0.until) = (Sample.start + 1000, Sample.start + 3000) }
      let counts = try await reader.comparisonCounts(since: Sample.start)
      #expect(
        counts == [
          ComparisonSlice(vendor: "acme", model: "kimi-k2"): 2, ComparisonSlice(vendor: "other", model: "kimi-k2"): 1,
          ComparisonSlice(vendor: "acme", model: "kimi-k3"): 1,
        ])
    }
  }

  @Test func withoutItsArgumentsEveryCountStaysWhatItWas() throws {
    var forgotten = Self.comparison(1)
    forgotten.forgetArguments()
    #expect(forgotten.answer.calls.map { String(decoding: $0.arguments, as: UTF8.self) } == ["0", "1"])
    #expect(forgotten.other.calls.map { String(decoding: $0.arguments, as: UTF8.self) } == ["0"])
    let slice = Ledger.Slice(vendor: "acme", model: "kimi-k2", day: 0)
    var (before, after) = (Ledger(), Ledger())
    before.compare(Self.comparison(1).answer, with: Self.comparison(1).other, slice)
    after.compare(forgotten.answer, with: forgotten.other, slice)
    #expect(before.tallies == after.tallies)
  }

  @Test func argumentsOfHundredsOfKilobytesAreNotKept() {
    var record = Self.comparison(1)
    record.boundArguments()
    #expect(record.hasArguments && record.answer == Self.comparison(1).answer)
    record.other.calls.append(ToolCall(name: "write", arguments: String(repeating: "x", count: 70_000)))
    record.boundArguments()
    #expect(!record.hasArguments && record.other.calls.map(\.arguments.count).max() ?? 0 < 10)
  }

  @Test func argumentsAreForgottenAtACostOfTheirNumberAndNotOfPairs() {
    func cost(_ count: Int) -> Duration {
      let members = (0..<20).map { "\"k\($0)\":1" }.joined(separator: ",")
      func calls(_ side: String) -> [ToolCall] {
        (0..<count).map { ToolCall(name: "t", arguments: "{\(members),\"z\":\"\(side)\($0)\"}") }
      }
      let full = Self.comparison(1) { $0.answer.calls = calls("A"); $0.other.calls = calls("B") }
      return (0..<3).map { _ in
        var record = full
        let time = cpuTime { record.forgetArguments() }
        #expect((record.answer.calls + record.other.calls).map(\.arguments) == (0..<2 * count).map { Array(String($0).utf8) })
        return time
      }.min() ?? .zero
    }
    let (few, many) = (cost(128), cost(1024))
    #expect(many < few * 32, "\(few) for 128, \(many) for 1024")
  }

  @Test func argumentsGoWithTheAgeOfExchangesAndComparisonsWithTheSums() async throws {
    let folder = try Folder()
    func run(now: Int64, _ records: [StoredComparison]) async throws -> [StoredComparison] {
      var options = StoreOptions(path: folder.store) { now }
      options.retention.milliseconds = 3_600_000
      let writer = StoreWriter(options)
      writer.offer(comparisons: records)
      await writer.flush()
      await writer.close()
      let reader = try StoreReader(path: folder.store)
      defer { reader.close() }
      return try await reader.comparisons().comparisons
    }
    let fresh = try await run(now: Sample.start, [Self.comparison(0)])
    #expect(fresh.map(\.hasArguments) == [true])
    let later = try await run(now: Sample.start + 3_700_000, [Self.comparison(3600)])
    #expect(later.map(\.hasArguments) == [false, true])
    #expect(later[0].payloadsAgree == fresh[0].payloadsAgree)
    #expect(try await run(now: Sample.start + 400 * 24 * 3_600_000 + 1_800_000, []).map(\.time) == [Self.comparison(3600).time])
  }

  @Test func redactedPathsTakeArgumentsAndSecretsGoFromWhatStays() async throws {
    let redacted = try JSONPath("$.messages")
    try await withComparisons([Self.comparison(1)], { $0.redaction.paths = [redacted] }) { reader, _, _ in
      let rows = try await reader.comparisons().comparisons
      #expect(rows.map(\.hasArguments) == [false])
    }
    let leak = Self.comparison(1) { $0.answer.calls = [ToolCall(name: "fetch", arguments: #"{"key":"sk-0123456789"}"#)] }
    try await withComparisons([leak], { $0.redaction.secrets = ["sk-0123456789"] }) { reader, _, folder in
      let text = try await reader.comparisons().comparisons.first?.json.description ?? ""
      #expect(!text.contains("sk-0123456789") && text.contains(Redaction.mark))
    }
  }

  @Test func keysOfItsExchangeGoFromBothSidesAndAreNotKept() async throws {
    let call = ToolCall(name: "fetch", arguments: #"{"key":"client-0123456789"}"#)
    let leak = Self.comparison(1) { ($0.answer.calls, $0.other.calls, $0.secrets) = ([call], [call], ["client-0123456789"]) }
    try await withComparisons([leak, Self.comparison(2)]) { reader, _, folder in
      let rows = try await reader.comparisons().comparisons
      let cleared = ToolCall(name: "fetch", arguments: #"{"key":"[redacted]"}"#)
      #expect(rows.first?.answer.calls == [cleared] && rows.first?.other.calls == [cleared])
      #expect(rows.last?.answer.calls == [Self.paris, Self.rome])
      for suffix in ["", "-wal"] {
        let raw = try Data(contentsOf: URL(fileURLWithPath: folder.store + suffix))
        #expect(raw.range(of: Data("client-0123456789".utf8)) == nil)
      }
    }
  }
}

@Suite struct ShadowStateTests {
  static func job(_ number: Int, _ change: (inout StoredShadowJob) -> Void = { _ in }) -> StoredShadowJob {
    var job = StoredShadowJob(
      exchange: Sample.exchange(number).id, queuedAt: Sample.start + Int64(number), vendor: "acme", model: "kimi-k2",
      conversation: .max - UInt64(number), answer: Side(judged: .toolCalls, calls: [ComparisonTests.paris], promptTokens: 7), tokens: 9,
      isRepeated: true, failures: 1, body: Array(repeating: UInt8(ascii: "x"), count: 300_000))
    job.reference = .max
    change(&job)
    return job
  }

  @Test func whatWaitsSurvivesAndGoesInTheOrderOfItsTime() async throws {
    let folder = try Folder()
    let today = WallClock.milliseconds() / 86_400_000
    let writer = StoreWriter(StoreOptions(path: folder.store))
    let second = Self.job(2) { ($0.first, $0.body) = (Side(.stop), []) }
    writer.offer(notes: [.keep(second), .keep(Self.job(3)), .keep(Self.job(1)), .forget(Self.job(3).exchange)])
    writer.offer(notes: [.keep(Self.job(1) { $0.failures = 2 }), .spent(day: today, reference: "r", requests: 3, tokens: 44)])
    await writer.close()
    let reader = try StoreReader(path: folder.store)
    let state = try await reader.shadow(reference: "r", day: today)
    #expect(state.jobs == [Self.job(1) { $0.failures = 2 }, second])
    #expect(state.requests == 3 && state.tokens == 44)
    let other = try await reader.shadow(reference: "r", day: today + 1)
    #expect(other.requests == 0 && other.tokens == 0)
    #expect(state.jobs.first?.body.count == 300_000)
    // It repeats itself, so it takes little room.
    #expect(StoreFile(path: folder.store).size < 400_000)
  }

  @Test func whatNobodyTakesUpGoesWithTheAgeOfExchangesAndAKeyIsNotKept() async throws {
    let folder = try Folder()
    var options = StoreOptions(path: folder.store) { Sample.start + 3_600_001 }
    options.retention.milliseconds = 3_600_000
    options.redaction.secrets = ["sk-0123456789"]
    let first = StoreWriter(options)
    let secret = Self.job(7) { $0.body = Array(#"{"messages":[{"role":"user","content":"my key is sk-0123456789"}]}"#.utf8) }
    first.offer(notes: [.keep(Self.job(0)), .keep(Self.job(5)), .keep(secret)])
    await first.flush()
    await first.close()
    let second = StoreWriter(options)
    await second.flush()
    await second.close()
    let reader = try StoreReader(path: folder.store)
    #expect(try await reader.shadow(reference: "r", day: 0).jobs.map(\.exchange) == [Self.job(5).exchange])
  }

  @Test func whatHoldsAKeyOfItsClientIsNotKept() async throws {
    let folder = try Folder()
    let writer = StoreWriter(StoreOptions(path: folder.store))
    let call = ToolCall(name: "fetch", arguments: #"{"key":"client-0123456789"}"#)
    let jobs = [
      Self.job(1) { $0.body = Array(#"{"messages":[{"role":"user","content":"my key is client-0123456789"}]}"#.utf8) },
      Self.job(2) { $0.answer.calls = [call] },
      Self.job(3) { $0.first = Side(judged: .toolCalls, calls: [call]) },
      Self.job(4),
    ]
    writer.offer(
      notes: jobs.map { job in
        var job = job
        job.secrets = ["client-0123456789"]
        return ShadowNote.keep(job)
      })
    await writer.close()
    let reader = try StoreReader(path: folder.store)
    defer { reader.close() }
    #expect(try await reader.shadow(reference: "r", day: 0).jobs == [Self.job(4)])
  }
}
