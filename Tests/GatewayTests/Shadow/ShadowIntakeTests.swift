// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Inspection
import JSON
import NIOCore
import Store
import Testing

@Suite("What becomes of a record") struct ShadowIntakeTests {
  private let all = ShadowSample.settings { $0.sample = 1 }

  private func look(_ settings: ShadowSettings? = nil, _ change: (inout ExchangeRecord) -> Void = { _ in }) -> ShadowIntake.Outcome {
    ShadowIntake().look(at: ShadowSample.record(1, change), reference: "reference", settings ?? all, now: 5)
  }

  @Test("a job has the first attempt's answer and what it cost")
  func job() throws {
    guard case .job(let job) = look() else { throw Unexpected() }
    #expect(job.vendor == "vendor" && job.model == "kimi-k2" && job.queuedAt == 5 && job.tokens == 42)
    #expect(job.answer == Side(.stop, promptTokens: 40))
  }

  @Test("what a vendor counts beyond belief does not keep its answers from being compared")
  func absurdUsage() throws {
    guard case .job(let job) = look(nil, { $0.attempts[0].usage = Usage(prompt: 1 << 32, completion: 1 << 32) }) else { throw Unexpected() }
    #expect(job.tokens < 40_000)
    var budget = ShadowBudget(day: 0, requests: .max, tokens: .max)
    budget.settle(job.tokens, cost: nil, at: 0)
    #expect(budget.ask(job.tokens, all, at: 0) == .exhausted(until: 86_400_000))
  }

  @Test("an answer that never says why it ends is one, and a stop")
  func withoutReason() throws {
    let missing = Finding(.missingFinish, "no reason")
    let record: (inout ExchangeRecord) -> Void = { ($0.attempts[0].finishReasons, $0.attempts[0].findings) = ([], [missing]) }
    guard case .job(let job) = look(nil, record) else { throw Unexpected() }
    #expect(job.answer.finish == .stop)
    #expect(look { record(&$0); $0.attempts[0].error = "vendor_truncated" } == .skip(.unanswered))
  }

  @Test("a job knows the client's own keys, so that no comparison keeps them")
  func keys() throws {
    guard case .job(let job) = look(nil, { $0.secrets = ["client-0123456789"] }) else { throw Unexpected() }
    #expect(job.secrets == ["client-0123456789"])
  }

  private struct Unexpected: Error {}

  @Test("who is kept out, and why")
  func skips() {
    #expect(look { $0.shadow = .optedOut } == .skip(.optedOut))
    #expect(look { $0.shadow = .unsent } == .skip(.unanswered))
    #expect(look { $0.attempts = [] } == .skip(.unanswered))
    #expect(look { $0.attempts[0].finishReasons = [] } == .skip(.unanswered))
    #expect(look { $0.attempts[0].vendor = "reference" } == .skip(.reference))
    let plain = ShadowInput.sent(ByteBuffer(bytes: ShadowSample.request("x", tools: false)), hasTools: false)
    #expect(look { $0.shadow = plain } == .skip(.noTools))
    if case .job = look(ShadowSample.settings { ($0.sample, $0.onlyTools) = (1, false) }, { $0.shadow = plain }) {} else { Issue.record("not taken") }
    #expect(look(ShadowSample.settings { ($0.sample, $0.few) = (0, 0) }) == .skip(.notSampled))
    #expect(look(ShadowSample.settings { $0.bodyBytes = 20 }) == .drop(.bodyTooLong))
    #expect(look { $0.shadow = .sent(ByteBuffer(string: "{"), hasTools: true) } == .drop(.unusable))
    var rule = ShadowRule()
    rule.paths = ["/v1/*"]
    #expect(look(ShadowSample.settings { $0.rules = [rule] }) == .skip(.rule))
  }

  @Test("what enforcement made of the answer does not count, and an attempt that it stopped was a wrong call")
  func firstAttempt() throws {
    var call = AssembledCall(choice: 0, index: 0)
    call.name = Array("get_weather".utf8)
    call.arguments = Array("{".utf8)
    call.verdict = CallVerdict(k2vvValid: false, valid: false)
    var mended = call
    mended.arguments = Array("{}".utf8)
    mended.verdict = CallVerdict(k2vvValid: true, valid: true)
    let record: (inout ExchangeRecord) -> Void = {
      ($0.mode, $0.calls, $0.finishReasons) = (.enforce, [mended], ["tool_calls"])
      ($0.attempts[0].calls, $0.attempts[0].finishReasons) = ([call], ["length"])
    }
    guard case .job(let job) = look(nil, record) else { throw Unexpected() }
    #expect(job.answer.finish == .other("length") && job.answer.calls.map(\.arguments) == [Array("{".utf8)])
    guard case .job(let stopped) = look(nil, { record(&$0); ($0.attempts[0].finishReasons, $0.attempts[0].stoppedAt) = ([], 3) }) else {
      throw Unexpected()
    }
    #expect(stopped.answer.finish == .toolCalls && !stopped.answer.isValid)
  }

  @Test("turns of one conversation are chosen alike")
  func conversation() throws {
    let longer: JSONValue = [
      "model": "kimi-k2",
      "messages": [
        ["role": "user", "content": "question 1"], ["role": "assistant", "content": "answer"], ["role": "user", "content": "more"],
      ],
    ]
    guard case .job(let first) = look(), case .job(let second) = look(nil, { $0.shadow = .sent(ByteBuffer(bytes: JSONWriter.bytes(of: longer)), hasTools: true) })
    else { throw Unexpected() }
    #expect(first.conversation == second.conversation)
  }
}

@Suite("The shadow without its network") struct ShadowCoreTests {
  private static func core(_ change: (inout ShadowSettings) -> Void = { _ in }) -> ShadowCore {
    ShadowCore(ShadowSample.settings { $0.sample = 1; $0.repeats = 0; change(&$0) }, reference: "reference", isPersistent: true)
  }

  @Test("an answer becomes a comparison with the exchange's own time, and the noise floor is the reference's")
  func compares() throws {
    var core = Self.core { $0.repeats = 1 }
    let id = ShadowSample.record(1).id
    #expect(core.arrived([ShadowSample.record(1)], lost: 2, at: ShadowSample.noon).sends.map(\.id) == [id])
    let first = core.answered(id, ReferenceAnswer(side: Side(.toolCalls), cost: 10), at: ShadowSample.noon)
    let comparison = try #require(first.comparisons.first)
    #expect(comparison.kind == .vendor && comparison.vendor == "vendor" && comparison.cell == .falseNegative)
    #expect(comparison.exchange == id && comparison.reference == "reference" && comparison.conversation.count == 16)
    #expect(comparison.time > 1_700_000_000_000)
    let second = core.answered(id, ReferenceAnswer(side: Side(.stop), cost: 10), at: ShadowSample.noon)
    let floor = try #require(second.comparisons.first)
    #expect(floor.kind == .reference && floor.vendor == "reference" && floor.cell == .falseNegative)
    #expect(floor.answer.finish == .stop && floor.other.finish == .toolCalls)
    #expect(core.counts.drops == [.intakeFull: 2] && core.counts.requests == ["answered": 2] && core.counts.tokens == 20)
    #expect(core.counts.comparisons == [["vendor", "kimi-k2", "fn"]: 1] && core.counts.floor == [["reference", "kimi-k2", "fn"]: 1])
  }

  @Test("names that clients make up get no series of their own beyond a limit")
  func models() {
    var core = Self.core { ($0.perMinute, $0.perDay) = (10_000, 10_000) }
    for number in 0..<200 {
      let record = ShadowSample.record(number) { $0.model = "model-\(number)" }
      for job in core.arrived([record], lost: 0, at: ShadowSample.noon).sends {
        _ = core.answered(job.id, ReferenceAnswer(side: Side(.stop), cost: 1), at: ShadowSample.noon)
      }
    }
    #expect(core.counts.comparisons.count == 51 && core.counts.comparisons[["vendor", "other", "tn"]] == 150)
  }

  @Test("a configuration without a reference ends it: what waits goes nowhere")
  func reload() {
    var core = Self.core { $0.concurrency = 1 }
    let records = (1...3).map { ShadowSample.record($0) }
    #expect(core.arrived(records, lost: 0, at: ShadowSample.noon).sends.count == 1)
    let work = core.reload(nil, reference: nil, at: ShadowSample.noon)
    #expect(work.sends.isEmpty && core.counts.drops == [.stopped: 2] && core.queue.waitingCount == 0)
  }

  private static func reference(_ name: String = "r", _ url: String = "http://r.test/v1", key: String? = "key-1", header: String? = nil) -> ReferenceMark {
    ReferenceMark(
      .live(
        Vendor(
          name: name, baseURL: url, apiKey: key.map { Secret($0) },
          headers: header.map { [Vendor.Header(name: "x-project", value: Secret($0))] } ?? [])))
  }

  @Test(
    "what was decided on for another reference is not sent, and what waits goes nowhere",
    arguments: [reference("other"), reference("r", "http://other.test/v1"), ReferenceMark(.baseline("r"))])
  func decidedForAnother(now mark: ReferenceMark) {
    let first = Self.reference()
    #expect(first == Self.reference(key: "key-2") && first == Self.reference(header: "p") && first != mark)
    var core = ShadowCore(ShadowSample.settings { ($0.sample, $0.repeats, $0.concurrency) = (1, 0, 1) }, reference: "r", mark: first)
    func record(_ number: Int, _ mark: ReferenceMark) -> ExchangeRecord { ShadowSample.record(number) { $0.reference = mark } }
    #expect(core.arrived([record(1, first), record(2, first)], lost: 0, at: ShadowSample.noon).sends.count == 1)
    let work = core.reload(core.queue.settings, reference: "r", mark: mark, at: ShadowSample.noon)
    #expect(work.sends.isEmpty && core.queue.isIdle && core.counts.drops == [.stopped: 2])
    #expect(core.arrived([record(3, first)], lost: 0, at: ShadowSample.noon).sends.isEmpty)
    #expect(core.counts.skips == [.otherReference: 1])
    #expect(core.arrived([record(4, mark)], lost: 0, at: ShadowSample.noon).sends.map(\.id) == [record(4, mark).id])
    // A reload that leaves it as it is leaves what waits.
    _ = core.arrived([record(5, mark)], lost: 0, at: ShadowSample.noon)
    _ = core.reload(core.queue.settings, reference: "r", mark: mark, at: ShadowSample.noon)
    #expect(core.queue.waitingCount == 1 && core.queue.underwayCount == 1)
  }

  @Test("a request with a key in it that Belay knows of goes to nobody else", arguments: ["sk-vendor-0123456789", "sk-client-0123456789"])
  func keys(_ key: String) {
    var core = Self.core { $0.concurrency = 9 }
    core.hide(["sk-vendor-0123456789"])
    func record(_ number: Int, _ question: String) -> ExchangeRecord {
      ShadowSample.record(number) {
        $0.shadow = .sent(ByteBuffer(bytes: ShadowSample.request(question)), hasTools: true)
        $0.secrets = ["sk-client-0123456789"]
      }
    }
    let work = core.arrived([record(1, "the file has \(key)"), record(2, "the file has none")], lost: 0, at: ShadowSample.noon)
    #expect(work.sends.map(\.id) == [record(2, "").id] && core.counts.skips == [.hasKey: 1])
  }

  @Test("nor does one whose parts have a key between them")
  func keyOverParts() {
    var core = Self.core()
    core.hide(["sk-vendor-0123456789"])
    let body = #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"it is sk-vend"},{"type":"text","text":"or-0123456789"}]}]}"#
    let record = ShadowSample.record(1) { $0.shadow = .sent(ByteBuffer(string: body), hasTools: true) }
    #expect(core.arrived([record], lost: 0, at: ShadowSample.noon).sends.isEmpty && core.counts.skips == [.hasKey: 1])
  }

  private static func record(_ number: Int, _ question: String) -> ExchangeRecord {
    ShadowSample.record(number) { $0.shadow = .sent(ByteBuffer(bytes: ShadowSample.request(question)), hasTools: true) }
  }

  @Test("a key that a reload brings keeps what waits from the reference, and one that it takes away still does")
  func keysOfAReload() {
    var core = Self.core { ($0.concurrency, $0.repeats) = (1, 1) }
    core.hide(["sk-older-0123456789"])
    let (old, new) = ("the file has sk-older-0123456789", "the file has sk-newer-0123456789")
    let first = core.arrived([Self.record(1, new), Self.record(2, new), Self.record(3, "none"), Self.record(4, old)], lost: 0, at: ShadowSample.noon)
    #expect(first.sends.map(\.id) == [Self.record(1, "").id] && core.counts.skips == [.hasKey: 1])
    let work = core.hide(["sk-newer-0123456789"])
    #expect(core.counts.skips == [.hasKey: 2] && core.queue.waitingCount == 1)
    #expect(work.notes == [.forget(Self.record(2, "").id)] && core.hide(["sk-newer-0123456789"]).notes.isEmpty)
    // What was sent by then is not sent again.
    let next = core.answered(Self.record(1, "").id, ReferenceAnswer(side: Side(.stop), cost: 1), at: ShadowSample.noon)
    #expect(next.sends.map(\.id) == [Self.record(3, "").id] && next.comparisons.count == 1)
    _ = core.failed(Self.record(3, "").id, ReferenceFailure(.connection, "no"), at: ShadowSample.noon)
    _ = core.arrived([Self.record(5, old), Self.record(6, new)], lost: 0, at: ShadowSample.noon)
    #expect(core.counts.skips == [.hasKey: 4] && core.queue.waitingCount + core.queue.underwayCount == 1)
  }

  @Test("what an earlier process left is not sent with a key that this one knows of")
  func keyInWhatWasLeft() {
    var before = Self.core { $0.concurrency = 1 }
    _ = before.arrived((1...3).map { Self.record($0, $0 == 2 ? "it is sk-newer-0123456789" : "none") }, lost: 0, at: ShadowSample.noon)
    let kept = before.end().notes.compactMap { if case .keep(let job) = $0 { job } else { nil } }
    var core = Self.core { $0.concurrency = 9 }
    core.hide(["sk-newer-0123456789"])
    let work = core.restored(kept, at: ShadowSample.noon)
    #expect(kept.count == 3 && work.sends.count == 2 && core.counts.skips == [.hasKey: 1])
    #expect(work.notes.contains(.forget(Self.record(2, "").id)))
  }

  @Test("what waits is on disk only for as long as requests may be kept")
  func requestsNoLongerKept() {
    var core = Self.core { ($0.concurrency, $0.queue) = (1, 10) }
    func arrive(_ number: Int) -> [ShadowNote] { core.arrived([ShadowSample.record(number)], lost: 0, at: ShadowSample.noon).notes }
    #expect((1...3).flatMap(arrive).contains { if case .keep = $0 { true } else { false } })
    let work = core.reload(core.queue.settings, reference: "reference", keepsRequests: false, at: ShadowSample.noon)
    #expect(work.notes.contains { if case .forget = $0 { true } else { false } } && core.queue.waitingCount == 2)
    #expect(!arrive(4).contains { if case .keep = $0 { true } else { false } })
    #expect(!core.end().notes.contains { if case .keep = $0 { true } else { false } })
  }

  @Test("what an earlier process left for another reference is forgotten")
  func leftForAnother() throws {
    func core(_ mark: ReferenceMark) -> ShadowCore {
      ShadowCore(
        ShadowSample.settings { ($0.sample, $0.repeats, $0.concurrency) = (1, 0, 1) }, reference: "r", mark: mark, isPersistent: true)
    }
    var before = core(Self.reference())
    _ = before.arrived((1...2).map { number in ShadowSample.record(number) { $0.reference = Self.reference() } }, lost: 0, at: ShadowSample.noon)
    let kept = before.end().notes.compactMap { if case .keep(let job) = $0 { job } else { nil } }
    #expect(kept.count == 2)
    var same = core(Self.reference(key: "key-2"))
    #expect(same.restored(kept, at: ShadowSample.noon).sends.count == 1 && same.queue.waitingCount == 1)
    var other = core(Self.reference("r", "http://other.test/v1"))
    let work = other.restored(kept, at: ShadowSample.noon)
    #expect(work.sends.isEmpty && other.queue.isIdle && work.notes == kept.map { .forget($0.exchange) })
    #expect(other.counts.skips == [.otherReference: 2])
  }

  @Test("where nothing is shadowed any more, what waits is forgotten, and so is what an earlier process left")
  func nothingShadowed() throws {
    let mark = Self.reference()
    func core(_ sample: Double) -> ShadowCore {
      let settings = ShadowSample.settings { ($0.sample, $0.sampleOfFew, $0.repeats, $0.concurrency) = (sample, sample, 0, 1) }
      return ShadowCore(settings, reference: "r", mark: mark, isPersistent: true)
    }
    let none = core(0).queue.settings
    var before = core(1)
    _ = before.arrived((1...3).map { number in ShadowSample.record(number) { $0.reference = mark } }, lost: 0, at: ShadowSample.noon)
    var reloaded = before
    let work = reloaded.reload(none, reference: "r", mark: mark, at: ShadowSample.noon)
    #expect(work.sends.isEmpty && reloaded.queue.waitingCount == 0 && reloaded.counts.drops == [.stopped: 2])
    let kept = before.end().notes.compactMap { if case .keep(let job) = $0 { job } else { nil } }
    var next = core(0)
    let left = next.restored(kept, at: ShadowSample.noon)
    #expect(kept.count == 3 && left.sends.isEmpty && next.queue.isIdle && left.notes == kept.map { .forget($0.exchange) })
  }

  @Test("another reference: what the one before would still say is not the other's word, and nothing that waits goes there")
  func otherReference() {
    var core = Self.core { $0.concurrency = 1 }
    let sent = core.arrived((1...3).map { ShadowSample.record($0) }, lost: 0, at: ShadowSample.noon).sends
    let work = core.reload(core.queue.settings, reference: "another", at: ShadowSample.noon)
    #expect(work.sends.isEmpty && core.counts.drops == [.stopped: 3] && core.queue.isIdle)
    let late = core.answered(sent[0].id, ReferenceAnswer(side: Side(.stop), cost: 1), at: ShadowSample.noon)
    #expect(late.comparisons.isEmpty)
    let next = core.arrived([ShadowSample.record(4)], lost: 0, at: ShadowSample.noon).sends
    let compared = core.answered(next[0].id, ReferenceAnswer(side: Side(.stop), cost: 1), at: ShadowSample.noon).comparisons
    #expect(compared.map(\.reference) == ["another"])
  }
}
