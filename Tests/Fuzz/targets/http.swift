// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
@testable import Gateway
import NIOCore
import NIOEmbedded
import NIOHTTP1
@testable import Upstream

// A byte that says where to cut and in which mode, then what a client sends: requests, or anything. What is forwarded and what is
// answered is the same at any cut; no head that is forwarded can mean two things; and a body that is forwarded as it comes is as
// long as was said.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let choice = input.first ?? 0
  let bytes = Array(input.dropFirst())
  let context = choice & 1 == 0 ? Fuzz.observing : Fuzz.enforcing
  let whole = Fuzz.talk(bytes, step: max(1, bytes.count), context)
  let pieces = Fuzz.talk(bytes, step: Int(choice >> 1) % 60 + 2, context)
  let drops = Fuzz.talk(bytes, step: 1, context)
  demand(whole == drops, "the cuts do not matter:\n\(whole)\n\(drops)")
  demand(whole == pieces, "the cuts do not matter:\n\(whole)\n\(pieces)")
  return 0
}

enum Fuzz {
  struct Heard: Equatable, CustomStringConvertible {
    var description: String { "\(requests) \(String(decoding: answers, as: UTF8.self))" }
    var requests: [[String]] = []
    /// Without what differs by chance.
    var answers: [UInt8] = []
  }

  static let observing = context(mode: "observe")
  static let enforcing = context(mode: "enforce")

  private static func context(mode: String) -> Exchange.Context {
    let yaml = """
      vendors:
        a: {base_url: http://a.example/v1, api_key: key-of-a-0123456789}
        b: {base_url: http://b.example/api/v1, headers: {x-own: b}}
      mode: \(mode)
      limits: {request_bytes: 1KiB, buffered_bytes: 2KiB, header_bytes: 1KiB}
      """
    do { return Exchange.Context(try BelayConfiguration.load(yaml)) } catch { fatalError("\(error)") }
  }

  /// Everything is said before anything is answered: what a client sends behind an answer is another conversation.
  static func talk(_ bytes: [UInt8], step: Int, _ context: Exchange.Context) -> Heard {
    let loop = EmbeddedEventLoop()
    let vendor = SilentVendor(loop)
    // By a clock that stands still, so that nothing waits for its turn: how long something takes here is chance.
    let lane = Lane(
      eventLoop: loop, start: vendor.start, exchangeContext: context, clientLimits: .init(context.configuration.limits),
      recorder: Recorder(format: nil, write: { _ in }), turns: LoopTurns(loop, now: { .uptimeNanoseconds(1) }))
    let connection = ConnectionHandler(lane: lane)
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderListSize = context.configuration.limits.headerBytes
    limits.maxHeaderFieldSize = context.configuration.limits.headerBytes
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits))
    let channel = EmbeddedChannel(handlers: [ArrivalHandler(connection: connection), decoder, connection], loop: loop)
    channel.connect(to: try! SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    for start in stride(from: 0, to: bytes.count, by: step) {
      _ = try? channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + step)]))
      loop.run()
      vendor.listen()
    }
    while vendor.answer() { loop.run() }
    var heard = Heard()
    while let part = try? channel.readOutbound(as: ByteBuffer.self) { heard.answers += part.readableBytesView }
    heard.answers = withoutReason(masked(heard.answers))
    heard.requests = vendor.calls.filter(\.isComplete).map { $0.check(); return $0.shown }
    _ = try? channel.finish(acceptAlreadyClosed: true)
    lane.stop()
    vendor.forget()
    // Timers hold what they are for: after them nothing is left.
    loop.advanceTime(by: .hours(24))
    return heard
  }

  /// A head that is both malformed and too large is refused for what shows first: the parser tells of a field when it is whole or
  /// when a read ends. Either ends the connection, so it is the last answer.
  private static func withoutReason(_ answers: [UInt8]) -> [UInt8] {
    let text = String(decoding: answers, as: UTF8.self)
    guard let last = text.range(of: "HTTP/1.1 4", options: .backwards)?.lowerBound,
      ["\"malformed_request\"", "\"headers_too_large\""].contains(where: text[last...].contains)
    else { return answers }
    return Array(text[..<last].utf8) + Array("refused".utf8)
  }

  /// The ids of exchanges are drawn by chance: 26 characters behind their header's name, and in texts for tools.
  private static func masked(_ answers: [UInt8]) -> [UInt8] {
    var answers = answers
    let name = Array("x-belay-exchange-id: ".utf8)
    var at = 0
    while at + name.count + 26 <= answers.count {
      if answers[at] == name[0], answers[at..<at + name.count].elementsEqual(name) {
        for index in at + name.count..<at + name.count + 26 { answers[index] = UInt8(ascii: "-") }
      }
      at += 1
    }
    return answers
  }
}

/// Vendors that take every request and answer when they are told to.
final class SilentVendor {
  final class Call {
    let state: CallState
    var body: [UInt8] = []
    var isComplete = false
    var isOver = false
    init(_ state: CallState) { self.state = state }
  }

  private(set) var calls: [Call] = []
  private let queue: CommandQueue
  private let mailbox: LoopMailbox
  private static let waker = try! Reactor().selector.waker

  init(_ loop: EmbeddedEventLoop) {
    queue = CommandQueue(waker: Self.waker)
    mailbox = LoopMailbox(loop)
  }

  func start(_ request: UpstreamRequest, on loop: any EventLoop, handler: any UpstreamHandler) -> UpstreamCall {
    let call = Call(CallState(request, options: UpstreamOptions(), queue: queue, mailbox: mailbox, handler: handler))
    switch request.body {
    case .none: call.isComplete = true
    case .bytes(let bytes): (call.body, call.isComplete) = (Array(bytes.readableBytesView), true)
    case .stream: break
    }
    calls.append(call)
    return UpstreamCall(call.state)
  }

  func listen() {
    var commands: [Command] = []
    queue.take(into: &commands)
    for command in commands {
      switch command {
      case .write(let state, let bytes): calls.first { $0.state === state }?.body += bytes.readableBytesView
      case .finishBody(let state): calls.first { $0.state === state }?.isComplete = true
      case .cancel(let state): calls.first { $0.state === state }?.isOver = true
      case .start, .resume, .shutdown: break
      }
    }
  }

  /// False when there is nothing to answer.
  func answer() -> Bool {
    listen()
    guard calls.count < 64, let call = calls.first(where: { $0.isComplete && !$0.isOver }) else { return false }
    call.isOver = true
    let body = #"{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}"#
    let head = "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
    call.state.deliver(.head(UpstreamHead(status: 200, version: .http1_1, headers: UpstreamHeaders(lines: Array(head.utf8)))))
    call.state.deliver(.body(ByteBuffer(string: body)))
    call.state.deliver(.end)
    return true
  }

  /// Lets handlers go, and what is still asked of the engine.
  func forget() {
    listen()
    for call in calls { call.state.deliver(.dropped) }
  }
}

extension SilentVendor.Call {
  var shown: [String] {
    let request = state.request
    return [request.method, request.url] + request.headers.map { "\($0.name): \($0.value)" } + [String(decoding: body, as: UTF8.self)]
  }

  func check() {
    let request = state.request
    demand(request.url.hasPrefix("http://a.example/") || request.url.hasPrefix("http://b.example/"), "a vendor of ours")
    demand(request.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "one URL")
    demand(!request.method.isEmpty && request.method.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "one method")
    for (name, value) in request.headers {
      demand(!name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }, "one name")
      demand(!value.utf8.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }, "one line")
      let name = name.lowercased()
      let kept = ["host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "trailer", "keep-alive", "expect"]
      demand(!kept.contains(name) && !name.hasPrefix("x-belay-"), "what is the connection's own stays there")
      demand(!value.contains("key-of-a") || request.url.hasPrefix("http://a.example/"), "a key goes to its vendor")
    }
    if case .stream(let length?) = request.body { demand(length == body.count, "as long as was said") }
  }
}
