// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Foundation
import Gateway
import JSON
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// Alarms over a socket, to a receiver that notes what it got; its signature is checked by somebody else's HMAC.
@Suite(.timeLimit(.minutes(1))) struct WebhookFlowTests {
  private static let secret = "whsec_" + Data("a key of thirty-two bytes, or so!".utf8).base64EncodedString()

  @Test func anAlarmIsDeliveredSignedAfterAFailureAndPythonAgreesWithTheSignature() async throws {
    let receiver = try await Receiver.start(answers: [503, 200])
    let webhook = Webhook(url: Secret(receiver.url), host: "http://receiver", secret: Secret(Self.secret))
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let desk = AlarmDesk([webhook], file: nil, logger: logger, now: 0)
    let sender = try WebhookSender(on: MultiThreadedEventLoopGroup.singleton.any())
    let send: @Sendable (Webhook, WebhookMessage) async -> Outbox.Outcome = { await sender.send($1, to: $0) }

    let alarm = AlarmTests.alarm()
    desk.take([alarm], at: 1_700_000_000_000)
    await desk.send(at: 1_700_000_000_000, send)
    #expect(receiver.requests.count == 1 && desk.figures[0].waiting == 1, "503: later")
    await desk.send(at: 1_700_000_001_999, send)
    #expect(receiver.requests.count == 1, "not before two seconds")
    await desk.send(at: 1_700_000_002_000, send)
    #expect(receiver.requests.count == 2 && desk.figures[0].delivered == 1)
    sender.shutdown()
    await receiver.stop()

    let (first, second) = (receiver.requests[0], receiver.requests[1])
    #expect(first.body == second.body && first.headers["webhook-id"] == second.headers["webhook-id"], "the same message")
    #expect(first.headers["webhook-timestamp"] == ["1700000000"] && second.headers["webhook-timestamp"] == ["1700000002"])
    #expect(second.method == "POST" && second.uri == "/hook?key=1" && second.headers["content-type"] == ["application/json"])
    #expect(try JSONValue(parsing: second.body)["data"]?["text"]?.string == alarm.description)
    for request in [first, second] { #expect(try python(request, Self.secret) == request.headers["webhook-signature"].first) }
  }

  @Test func aReceiverThatIsNotThereCostsNothingButAnAttempt() async throws {
    let receiver = try await Receiver.start(answers: [])
    await receiver.stop()
    let webhook = Webhook(url: Secret(receiver.url), host: "http://receiver", format: .slack)
    let sender = try WebhookSender(on: MultiThreadedEventLoopGroup.singleton.any())
    let message = WebhookMessage(AlarmNotice(.raised, AlarmTests.alarm()), to: webhook, at: 0)
    #expect(await sender.send(message, to: webhook) == .failed(retryAfter: nil))
    sender.shutdown()
  }

  @Test func oneReceiverThatRefusesDoesNotKeepTheOthersWaiting() async throws {
    let (good, bad) = (try await Receiver.start(answers: [204]), try await Receiver.start(answers: [403]))
    let webhooks = [bad, good].map { Webhook(url: Secret($0.url), host: $0.url) }
    let desk = AlarmDesk(webhooks, file: nil, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: 0)
    let sender = try WebhookSender(on: MultiThreadedEventLoopGroup.singleton.any())
    desk.take([AlarmTests.alarm()], at: 0)
    await desk.send(at: 0) { await sender.send($1, to: $0) }
    #expect(desk.figures.map(\.lost) == [1, 0] && desk.figures.map(\.delivered) == [0, 1])
    sender.shutdown()
    await good.stop()
    await bad.stop()
  }

  /// `v1,…` as Python's `hmac` has it.
  private func python(_ request: Receiver.Request, _ secret: String) throws -> String {
    let script = """
      import base64, hashlib, hmac, sys
      key = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
      signed = f"{sys.argv[2]}.{sys.argv[3]}.".encode() + sys.stdin.buffer.read()
      print("v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode(), end="")
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, secret, request.headers["webhook-id"][0], request.headers["webhook-timestamp"][0]]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(request.body))
    try input.fileHandleForWriting.close()
    let printed = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: printed, as: UTF8.self)
  }
}

/// Notes each request and gives the next of its answers; the last again and again.
final class Receiver: Sendable {
  struct Request: Sendable {
    var method: String
    var uri: String
    var headers: HTTPHeaders
    var body: [UInt8]
  }

  private let channel: any Channel
  private let noted: Notes

  private final class Notes: Sendable {
    let requests = Mutex<[Request]>([])
    let answers: [Int]
    init(_ answers: [Int]) { self.answers = answers }
  }

  var requests: [Request] { noted.requests.withLock { $0 } }
  var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)/hook?key=1" }

  static func start(answers: [Int]) async throws -> Receiver {
    let notes = Notes(answers)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.pipeline.configureHTTPServerPipeline().flatMapThrowing { try channel.pipeline.syncOperations.addHandler(Handler(notes)) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return Receiver(channel: channel, notes: notes)
  }

  private init(channel: any Channel, notes: Notes) { (self.channel, noted) = (channel, notes) }

  func stop() async { try? await channel.close() }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let notes: Notes
    private var request = Request(method: "", uri: "", headers: [:], body: [])

    init(_ notes: Notes) { self.notes = notes }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch Self.unwrapInboundIn(data) {
      case .head(let head): request = Request(method: head.method.rawValue, uri: head.uri, headers: head.headers, body: [])
      case .body(let bytes): request.body += bytes.readableBytesView
      case .end:
        let number = notes.requests.withLock { requests in
          requests.append(request)
          return requests.count
        }
        let status = notes.answers.isEmpty ? 200 : notes.answers[min(number, notes.answers.count) - 1]
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: ["Content-Length": "0"])
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
      }
    }
  }
}
