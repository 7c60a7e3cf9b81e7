// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Foundation
import Gateway
import JSON
import Logging
import Synchronization
import Testing

/// Who is told what, and when: by value.
@Suite struct AlarmTests {
  static func alarm(_ vendor: String = "groq", _ kind: Alarm.Kind = .belowGate, at time: Int64 = 1000) -> Alarm {
    Alarm(
      .init(kind, vendor: vendor, model: "k2"), raisedAt: time,
      figures: .init(value: 0.61, interval: Interval(lower: 0.5, upper: 0.72), samples: 120, limit: 0.8))
  }

  static func ended(_ alarm: Alarm, at time: Int64) -> Alarm {
    var alarm = alarm
    alarm.resolvedAt = time
    alarm.recovery = .init(value: 0.9, interval: Interval(lower: 0.82, upper: 0.95), samples: 60, limit: 0.8)
    return alarm
  }

  @Test func eachAlarmIsToldOnceWhenItBeginsAndOnceWhenItEnds() {
    var book = AlarmBook()
    let alarm = Self.alarm()
    #expect(book.update([alarm], at: 1) == [AlarmNotice(.raised, alarm)])
    #expect(book.update([alarm], at: 2).isEmpty)
    let over = Self.ended(alarm, at: 3000)
    #expect(book.update([over], at: 3) == [AlarmNotice(.resolved, over)])
    #expect(book.update([over], at: 4).isEmpty)
    #expect(book.update([over, Self.alarm(at: 5000)], at: 5).map(\.state) == [.raised], "it may begin again")
  }

  @Test func whatWasOverBeforeAnybodyLookedIsNotTold() {
    var book = AlarmBook()
    #expect(book.update([Self.ended(Self.alarm(), at: 2000)], at: 1).isEmpty)
  }

  @Test func aRestartTellsNothingTwiceThoughTheAlarmNowBeginsAtAnotherTime() throws {
    var book = AlarmBook()
    _ = book.update([Self.alarm(), Self.alarm("novita", .drift)], at: 1)
    var restarted = AlarmBook(json: try JSONValue(parsing: JSONWriter.bytes(of: book.json)))
    #expect(restarted == book)
    #expect(restarted.update([Self.alarm(at: 1700), Self.alarm("novita", .drift)], at: 2).isEmpty)
    // One that is not there any more ended while nobody looked.
    let notices = restarted.update([Self.alarm(at: 1700)], at: 77)
    #expect(notices.map(\.state) == [.resolved] && notices[0].alarm.subject.kind == .drift && notices[0].time == 77)
  }

  @Test func noticesHaveIdsThatAHeaderCanCarryAndThatTellThemApart() {
    let notices = [
      AlarmNotice(.raised, Self.alarm()), AlarmNotice(.resolved, Self.alarm()), AlarmNotice(.raised, Self.alarm(at: 1001)),
      AlarmNotice(.raised, Self.alarm("gr")), AlarmNotice(.raised, Self.alarm("\r\nx: ü")), AlarmNotice(.raised, Self.alarm(at: 1)),
    ]
    #expect(Set(notices.map(\.id)).count == notices.count)
    #expect(notices.allSatisfy { $0.id.utf8.allSatisfy { (0x21...0x7E).contains($0) } })
  }

  // MARK: The outbox

  @Test func noticesGoInOrderAndWaitLongerAfterEachFailure() {
    var outbox = Outbox()
    let (first, second) = (AlarmNotice(.raised, Self.alarm()), AlarmNotice(.resolved, Self.ended(Self.alarm(), at: 2000)))
    outbox.offer(first, at: 0)
    outbox.offer(second, at: 0)
    var (now, waits) = (Int64(0), [Int64]())
    for _ in 0..<12 {
      #expect(outbox.due(at: now) == first)
      outbox.finish(first, .failed(retryAfter: nil), at: now)
      #expect(outbox.due(at: now) == nil, "the second does not overtake the first")
      let wait = outbox.parcels[0].dueAt - now
      #expect(outbox.due(at: now + wait - 1) == nil)
      waits.append(wait)
      now += wait
    }
    #expect(waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600].map { $0 * 1000 })
    outbox.finish(first, .delivered, at: now)
    #expect(outbox.due(at: now) == second && outbox.delivered == 1)
    outbox.finish(second, .refused, at: now)
    #expect(outbox.parcels.isEmpty && outbox.lost == 1)
  }

  @Test func aReceiverIsLeftAloneForAsLongAsItAsksUpToAnHour() {
    var outbox = Outbox()
    let notice = AlarmNotice(.raised, Self.alarm())
    outbox.offer(notice, at: 0)
    outbox.finish(notice, .failed(retryAfter: 90_000), at: 0)
    #expect(outbox.parcels[0].dueAt == 90_000)
    outbox.finish(notice, .failed(retryAfter: .max), at: 90_000)
    #expect(outbox.parcels[0].dueAt == 90_000 + 3_600_000)
  }

  @Test func aReceiverThatNeverAnswersCostsTwentyAttemptsAndABoundedQueue() {
    var outbox = Outbox()
    for number in 0..<150 { outbox.offer(AlarmNotice(.raised, Self.alarm(at: Int64(number))), at: 0) }
    #expect(outbox.parcels.count == 100 && outbox.lost == 50)
    let first = outbox.parcels[0].notice
    for _ in 0..<20 { outbox.finish(first, .failed(retryAfter: nil), at: 0) }
    #expect(outbox.parcels.count == 99 && outbox.lost == 51)
    outbox.finish(first, .delivered, at: 0)
    #expect(outbox.parcels.count == 99, "what was pushed out meanwhile is nobody's")
  }

  @Test func whatWaitsSurvivesARestart() throws {
    var outbox = Outbox()
    let notice = AlarmNotice(.raised, Self.alarm())
    outbox.offer(notice, at: 0)
    outbox.finish(notice, .failed(retryAfter: nil), at: 0)
    let again = Outbox(json: try JSONValue(parsing: JSONWriter.bytes(of: outbox.json)), at: 99)
    #expect(again.parcels == [Outbox.Parcel(notice: notice, failures: 1, dueAt: 99)])
  }

  @Test("What a status means", arguments: [
    (200, Outbox.Outcome.delivered), (204, .delivered), (301, .refused), (400, .refused), (404, .refused), (410, .refused),
    (408, .failed(retryAfter: 7)), (429, .failed(retryAfter: 7)), (500, .failed(retryAfter: 7)), (503, .failed(retryAfter: 7)),
  ])
  func status(_ status: Int, _ outcome: Outbox.Outcome) { #expect(Outbox.Outcome(status: status, retryAfter: 7) == outcome) }

  // MARK: The message

  /// RFC 4231, test cases 2 and 6.
  @Test func theCodeIsThatOfTheRFC() throws {
    func hex(_ bytes: [UInt8]?) -> String { (bytes ?? []).map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined() }
    #expect(
      hex(hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      hex(hmacSHA256(key: [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    #expect(hmacSHA256(key: [], []) != nil)
  }

  /// The example of the specification of standardwebhooks.com, `spec/standard-webhooks.md`.
  @Test func theSignatureIsThatOfStandardWebhooks() throws {
    let signature = WebhookMessage.signature(
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330",
      Array(#"{"test": 2432232314}"#.utf8))
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func theMessageSaysWhatHappened() throws {
    let over = Self.ended(Self.alarm(), at: 1_700_000_000_000)
    let webhook = Webhook(url: Secret("https://ops.example/x"), host: "https://ops.example", secret: Secret("0123456789abcdef"))
    let message = WebhookMessage(AlarmNotice(.resolved, over), to: webhook, at: 1_700_000_005_999)
    let json = try JSONValue(parsing: message.body)
    #expect(json["type"] == "alarm.resolved" && json["timestamp"] == "2023-11-14T22:13:20Z")
    #expect(json["data"]?["kind"] == "below_gate" && json["data"]?["recovery"]?["samples"] == 60 && json["data"]?["vendor"] == "groq")
    let headers = Dictionary(message.headers, uniquingKeysWith: { $1 })
    #expect(headers["webhook-timestamp"] == "1700000005" && headers["webhook-id"] == AlarmNotice(.resolved, over).id)
    #expect(headers["webhook-signature"]?.hasPrefix("v1,") == true)
  }

  @Test func slackGetsItsTextAndNoMentionOfEverybody() throws {
    let alarm = Self.alarm("<!channel>&")
    let webhook = Webhook(url: Secret("https://hooks.slack.example/x"), host: "https://hooks.slack.example", format: .slack)
    let message = WebhookMessage(AlarmNotice(.raised, alarm), to: webhook, at: 0)
    let json = try JSONValue(parsing: message.body)
    #expect(json.object?.count == 1)
    #expect(json["text"]?.string?.hasPrefix("Belay: &lt;!channel&gt;&amp;, k2: tool_call_f1 is below the gate of 80 %: 61.0 %") == true)
    #expect(!message.headers.contains { $0.0 == "webhook-signature" })
  }

  // MARK: The desk

  @Test func theDeskKeepsWhatItToldAndWhatWaitsInItsFile() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "belay-alarms-\(UUID()).json").path()
    defer { try? FileManager.default.removeItem(atPath: file) }
    let webhook = Webhook(url: Secret("https://ops.example/TOKEN"), host: "https://ops.example")
    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    let alarm = Self.alarm()
    let first = AlarmDesk([webhook], file: file, logger: logger, now: 0)
    first.take([alarm], at: 1)
    await first.send(at: 1) { _, _ in .failed(retryAfter: nil) }
    #expect(first.figures[0].waiting == 1)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(!text.contains("TOKEN") && !text.contains("ops.example"), "nothing that the URL could be read from")
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600, "whose conversations go where is for the store's owner")

    let second = AlarmDesk([webhook], file: file, logger: logger, now: 10)
    second.take([alarm], at: 11)
    #expect(second.told == [alarm] && second.figures[0].waiting == 1, "it waits once, not twice")
    await second.send(at: 12) { webhook, message in
      message.headers.contains { $0 == ("webhook-id", AlarmNotice(.raised, alarm).id) } ? .delivered : .refused
    }
    #expect(second.figures[0].delivered == 1)

    let third = AlarmDesk([webhook], file: file, logger: logger, now: 20)
    third.take([alarm], at: 21)
    #expect(third.figures[0].waiting == 0 && third.figures[0].delivered == 0, "told before the restart")
    third.take([Self.ended(alarm, at: 22)], at: 23)
    #expect(third.figures[0].waiting == 1 && third.told.isEmpty)
  }

  @Test(.timeLimit(.minutes(1))) func oneReceiverThatTakesItsTimeHoldsNobodyUp() async {
    let webhooks = ["slow", "quick"].map { Webhook(url: Secret("https://\($0).example/"), host: $0) }
    let desk = AlarmDesk(webhooks, file: nil, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: 0)
    let slow = Atomic(0)
    await withDiscardingTaskGroup { tasks in
      for number in 1...3 {
        desk.take([Self.alarm("v\(number)")], at: Int64(number))
        while desk.figures[1].delivered < number {
          desk.send(at: Int64(number), in: &tasks) { webhook, _ in
            guard webhook.host == "slow" else { return .delivered }
            slow.add(1, ordering: .relaxed)
            // Until it is given up.
            try? await Task.sleep(for: .seconds(3600))
            return .failed(retryAfter: nil)
          }
          await Task.yield()
        }
      }
      tasks.cancelAll()
    }
    #expect(slow.load(ordering: .relaxed) <= 1, "one attempt at a time")
    // What ended before an end was told is told of, too: three that began, and two that are over.
    #expect(desk.figures[0].delivered == 0 && desk.figures[0].waiting == desk.figures[1].delivered + desk.figures[1].waiting)
  }
}
