// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import Inspection
import JSON
import NIOCore
import Store
import Synchronization
import Testing

@Suite struct RecorderTests {
  private func record(_ number: Int, bytes: Int) -> ExchangeRecord {
    var record = ExchangeRecord(id: "exchange-\(number)", method: "POST", path: "/v1/chat/completions")
    record.bodies = RecordedBodies(requestHeaders: [])
    record.bodies?.request = ByteBuffer(repeating: 0x20, count: bytes)
    return record
  }

  private final class Lines: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }
  }

  @Test("what waits is bounded by its bytes: first bodies go, then records, and each is counted; no line of the log is lost to a body")
  func bounded() async {
    let lines = Lines()
    let recorder = Recorder(format: .json, queuedBytes: 100_000, write: lines.append)
    // Some 12 KB each: eight fit with their bodies. Without them 2 KB each, up to twice the limit.
    for number in 0..<20 { recorder.take([record(number, bytes: 10_000)]) }
    #expect(recorder.dropped == 0)
    #expect(recorder.droppedBodies == 12)
    recorder.take((20..<200).map { record($0, bytes: 10_000) })
    #expect(recorder.droppedBodies == 192)
    #expect((100...150).contains(recorder.dropped), "\(recorder.dropped)")
    recorder.finish()
    await recorder.run()
    #expect(lines.text.split(separator: "\n").count == 200 - recorder.dropped)
    #expect(recorder.tally.rows["-"]?.requests == 200 - recorder.dropped)
  }

  @Test("long arguments and what was changed go with the bodies, and the records stay")
  func longArguments() {
    let recorder = Recorder(format: .json, queuedBytes: 100_000) { _ in }
    for number in 0..<8 {
      var long = record(number, bytes: 10)
      var call = AssembledCall(choice: 0, index: 0)
      call.arguments = [UInt8](repeating: 0x20, count: 200_000)
      long.calls = [call]
      long.repairs = [Repair(.coercion, choice: 0, field: "arguments", before: call.arguments, after: call.arguments)]
      recorder.take([long])
    }
    #expect(recorder.dropped == 0 && recorder.droppedBodies == 8)
  }

  @Test("of names and ids of calls 256 bytes are kept, and what is not cut counts")
  func longNames() {
    var call = AssembledCall(choice: 0, index: 0)
    // The 256th byte is amid a character.
    call.name = Array(("a" + String(repeating: "é", count: 50_000)).utf8)
    call.id = [UInt8](repeating: 0x61, count: 100_000)
    var summary = ResponseSummary(format: .eventStream, ending: .complete)
    summary.choices = [ChoiceSummary(index: 0)]
    summary.choices[0].calls = [call]
    let recorder = Recorder(format: .json, queuedBytes: 100_000) { _ in }
    for number in 0..<8 {
      var long = record(number, bytes: 10)
      long.take(summary, nil)
      #expect(long.calls.map(\.name.count) == [255] && long.calls.map(\.id.count) == [256])
      recorder.take([long])
    }
    #expect(recorder.dropped == 0 && recorder.droppedBodies == 0)
    var uncut = record(8, bytes: 10)
    uncut.calls = [call]
    recorder.take([uncut])
    #expect(recorder.dropped == 1)
  }

  @Test("what has been recorded is free again; a body that alone is too much is left out, and its record kept")
  func free() async {
    let lines = Lines()
    let recorder = Recorder(format: .json, queuedBytes: 100_000, write: lines.append)
    let running = Task { await recorder.run() }
    for number in 0..<100 {
      recorder.take([record(number, bytes: 60_000)])
      while recorder.tally.rows["-"]?.requests ?? 0 <= number { await Task.yield() }
    }
    #expect(recorder.droppedBodies == 0)
    recorder.take([record(100, bytes: 200_000)])
    recorder.finish()
    await running.value
    #expect(recorder.droppedBodies == 1 && recorder.dropped == 0)
    #expect(lines.text.contains("exchange-100"))
  }

  @Test("it works on a thread of its own: Swift's are few, and others may keep them")
  func ownThread() async {
    let names = Mutex<[String?]>([])
    let recorder = Recorder(format: .json) { _ in names.withLock { $0.append(Thread.current.name) } }
    let running = Task { await recorder.run() }
    for number in 0..<3 { recorder.take([record(number, bytes: 10)]) }
    recorder.finish()
    await running.value
    let seen = names.withLock { Set($0) }
    #expect(seen == ["belay-record"] && recorder.tally.rows["-"]?.requests == 3, "\(seen), \(recorder.tally)")
  }

  // MARK: Keys

  private static let key = "sk-planted-0123456789abcdef"

  /// One with a key wherever a client or a vendor names something, that the shadow would take.
  private static func planted() -> ExchangeRecord {
    var call = AssembledCall(choice: 0, index: 0)
    (call.id, call.name, call.arguments) = (Array("functions.\(key):0".utf8), Array(key.utf8), Array(#"{"k":"\#(key)"}"#.utf8))
    return ShadowSample.record(1) {
      ($0.method, $0.path, $0.model, $0.error) = (key, "/v1/\(key)/chat/completions", "kimi-\(key)", "vendor_\(key)")
      ($0.finishReasons, $0.calls) = ([key], [call])
      $0.findings = [Finding(.orphanResult, path: "/\(key)", "seen: \(key)")]
      $0.edits = [
        RequestEdit(field: .resultID(message: 0), edit: JSONEdit(range: 0..<0, replacement: []), before: Array(key.utf8), after: Array(key.utf8))
      ]
      $0.repairs = [Repair(.callID, choice: 0, field: "arguments/\(key)", before: Array(key.utf8), after: Array(key.utf8))]
      ($0.attempts[0].model, $0.attempts[0].error, $0.attempts[0].finishReasons) = (key, key, [key])
      ($0.attempts[0].calls, $0.attempts[0].findings) = ([call], $0.findings)
    }
  }

  @Test(
    "a key in a name, a reason or a path is in no line of the log, no metric and no job of the shadow", arguments: [Log.Format.text, .json],
    ["vendor's", "client's", "reloaded"])
  func namedKeys(format: Log.Format, whose: String) async throws {
    let lines = Lines()
    let inbox = ShadowInbox {}
    let recorder = Recorder(format: format, shadow: inbox, secrets: whose == "vendor's" ? [Self.key] : [], write: lines.append)
    var record = Self.planted()
    if whose == "client's" { record.secrets = [Self.key] }
    if whose == "reloaded" { recorder.hide([Self.key]) }
    recorder.take([record, ShadowSample.record(2)])
    recorder.finish()
    await recorder.run()
    #expect(!lines.text.contains("planted") && lines.text.contains("kimi-[redacted]") && lines.text.contains("/v1/[redacted]/chat"))
    #expect(recorder.metrics.requests.values.keys.contains(["vendor", "kimi-[redacted]", "completed", "200"]))
    #expect(!"\(recorder.metrics) \(recorder.tally)".contains("planted"))
    let left = inbox.take().records
    #expect(left.count == 2)
    var kept = try #require(left.first)
    // What must not be kept: the writer looks for it in what the reference says.
    #expect(kept.secrets == record.secrets)
    kept.secrets = []
    #expect(!"\(kept)".contains("planted"))
    var bytes: [UInt8] = []
    for call in kept.calls + kept.attempts[0].calls { bytes += call.id + call.name + call.arguments }
    for edit in kept.edits { bytes += edit.before + edit.after }
    for repair in kept.repairs { bytes += repair.before + repair.after }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(!text.contains("planted") && text.contains(#"functions.[redacted]:0[redacted]{"k":"[redacted]"}"#))
  }

  @Test("what a cut has left of a key is in no line of the log and no metric", arguments: [Log.Format.text, .json])
  func cutKeys(format: Log.Format) async {
    let lines = Lines()
    let recorder = Recorder(format: format, secrets: [Self.key], write: lines.append)
    let cut = String(Self.key.dropLast(4))
    recorder.take([
      ShadowSample.record(1) {
        ($0.path, $0.model, $0.finishReasons) = ("/v1/\(cut)", "m-\(cut)", ["f-\(cut)"])
        $0.findings = [Finding(.unknownTool, "the request declares no tool '\(cut)…'")]
      }
    ])
    recorder.finish()
    await recorder.run()
    #expect(!lines.text.contains("planted") && lines.text.contains("m-[redacted]") && lines.text.contains("/v1/[redacted]"))
    #expect(!"\(recorder.metrics) \(recorder.tally)".contains("planted"))
  }

  @Test("a key that was configured with its scheme, or beside a header, is looked for without")
  func vendorKeys() {
    let fields = [("x-upstream", "Bearer other-key-0123456789"), ("x-title", "An application"), ("x-project", "project-1234")]
    let headers = fields.map { Vendor.Header(name: $0, value: Secret($1)) }
    let vendor = Vendor(name: "v", baseURL: "http://v.test/v1", apiKey: Secret("Bearer \(Self.key)"), headers: headers)
    let configuration = BelayConfiguration(vendors: [vendor])
    let (kept, wire) = (configuration.vendorSecrets, configuration.wireSecrets)
    for secrets in [kept, wire] { #expect(secrets.contains(Self.key) && secrets.contains("other-key-0123456789")) }
    // Of any other header nobody knows what its value is.
    #expect(kept.contains("project-1234") && !wire.contains("project-1234") && !kept.contains("An application"))
  }

  @Test("a record knows its request's keys, of headers and query, whatever is kept of bodies")
  func ownKeys() throws {
    let fields: [ForwardedHeaders.Field] = [
      ("Authorization", "Bearer\t\(Self.key)"), ("x-litellm-key", "other-key-1234"), ("Accept", "application/json"), ("Cookie", "theme=dark-mode"),
    ]
    var (exchange, _) = ExchangeTests.start("POST", "/v1/chat/completions?key=query%2Bkey-1234&x=whatever-this-is", headers: fields)
    guard case .abandon(let record) = exchange.clientGone(at: 1) else { throw ExchangeTests.Unexpected() }
    #expect(record.bodies == nil && record.path == "/v1/chat/completions")
    #expect(record.secrets == ["query%2Bkey-1234", "query+key-1234", Self.key, "other-key-1234"])
    var (plain, _) = ExchangeTests.start(headers: [("Accept", "application/json")])
    guard case .abandon(let none) = plain.clientGone(at: 1) else { throw ExchangeTests.Unexpected() }
    #expect(none.secrets.isEmpty)
  }

  @Test("the store looks for them in what it keeps, though no header says what they are")
  func storedKeys() async throws {
    let folder = NSTemporaryDirectory() + "belay-recorder-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = StoreWriter(StoreOptions(path: folder + "/belay.db"))
    let recorder = Recorder(format: nil, store: store) { _ in }
    var answer = RecordedAnswer(ExchangeTests.head(401, [("x-\(Self.key)", "1"), ("x-echo", "Bearer \(Self.key)")]))
    answer.append(ByteBuffer(string: #"{"error":"no such key: \#(Self.key)"}"#))
    var record = Self.planted()
    (record.secrets, record.attempts[0].answer) = ([Self.key], answer)
    recorder.take([record])
    recorder.finish()
    await recorder.run()
    await store.close()
    let reader = try StoreReader(path: folder + "/belay.db")
    defer { reader.close() }
    guard case .found(let kept) = try await reader.exchange(id: record.id) else { throw StoreFailure(.other, "not kept") }
    #expect(!"\(kept)".contains("planted"))
    let response = try #require(kept.attempts.first?.response)
    #expect(String(decoding: response.body, as: UTF8.self) == #"{"error":"no such key: [redacted]"}"#)
    #expect(response.headers == [.init("x-[redacted]", "1"), .init("x-echo", "Bearer [redacted]")])
  }

  @Test("what a reader of lines takes for the end of one, and what turns a terminal's text round, is written as an escape")
  func misleading() async throws {
    let model = "m\u{2028}2026-11-21 info exchange exchange_id=FORGED\u{2029}\u{85}\u{9B}31m\u{7F}\u{202E}\u{2066}文é"
    for format in [Log.Format.text, .json] {
      let lines = Lines()
      let recorder = Recorder(format: format, write: lines.append)
      recorder.take([ShadowSample.record(1) { $0.model = model }])
      recorder.finish()
      await recorder.run()
      let scalars = lines.text.unicodeScalars.filter { !(0x20..<0x7F).contains($0.value) }
      #expect(scalars.map { $0 } == ["文", "é", "\n"])
      #expect(lines.text.contains(#"FORGED\u2029\u0085\u009b31m\u007f\u202e\u2066文é"#))
      if format == .json { #expect(try JSONValue(parsing: Array(lines.text.utf8))["model"] == JSONValue(model)) }
    }
  }
}
