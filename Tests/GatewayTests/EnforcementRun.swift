// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Gateway
import Inspection
import JSON
import NIOCore
import Upstream

/// One enforced exchange without I/O: plays the vendor, and keeps what the client would have received.
struct Run {
  private var exchange: Exchange
  private var now: UInt64 = 1_000_000

  private(set) var calls: [UpstreamRequest] = []
  private(set) var delays: [UInt64] = []
  private(set) var headerLines = ""
  private(set) var status = 0
  private(set) var client = ""
  private(set) var record: ExchangeRecord?
  private(set) var error: GatewayError?
  private(set) var isAborted = false

  init(
    _ request: String, headers: [ForwardedHeaders.Field] = [], target: String = "/v1/chat/completions",
    rotation: [Watch.Key: Double] = [:], resting: [String] = [], lasting: Exchange.Lasting = Exchange.Lasting(),
    memory: Exchange.Memory? = nil, adjust: (inout BelayConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = BelayConfiguration(vendors: [
      Vendor(name: "v", baseURL: "http://vendor.test/v1"), Vendor(name: "other", baseURL: "http://other.test/v1"),
    ])
    configuration.settings.mode = .enforce
    adjust(&configuration)
    let context = Exchange.Context(configuration, lasting: lasting)
    context.lasting.rotation.set(rotation)
    for vendor in resting {
      for _ in 0..<5 { context.lasting.breakers.failed(vendor, at: now, EnforceSettings.Breaker()) }
    }
    let head = Exchange.RequestHead(method: "POST", target: target, headers: headers)
    exchange = Exchange(head, id: "id", context: context, memory: memory ?? Exchange.Memory(context.lasting), at: now)
    perform(exchange.requestHead(head, at: now))
    perform(exchange.requestBody(ByteBuffer(string: request), at: now))
    perform(exchange.requestEnd(at: now))
  }

  // MARK: The vendor

  mutating func head(_ fields: [(String, String)] = [("Content-Type", "text/event-stream")], status: Int = 200) {
    let lines = fields.flatMap { name, value in Array("\(name): \(value)\r\n".utf8) }
    perform(
      exchange.vendorHead(UpstreamHead(status: status, version: .http1_1, headers: UpstreamHeaders(lines: lines)), at: tick()))
  }

  mutating func body(_ text: String, step: Int = .max) {
    var rest = Array(text.utf8)[...]
    let attempts = calls.count
    while !rest.isEmpty, record == nil, calls.count == attempts {
      perform(exchange.vendorBody(ByteBuffer(bytes: rest.prefix(step)), at: tick()))
      rest = rest.dropFirst(step)
    }
  }

  mutating func end() {
    if record == nil { perform(exchange.vendorEnd(at: tick())) }
  }

  mutating func fail(_ error: UpstreamError) { perform(exchange.vendorFailed(error, at: tick())) }

  mutating func pass(seconds: UInt64) {
    now += seconds * 1_000_000_000
    perform(exchange.tick(at: now))
  }

  /// A whole stream.
  mutating func answer(_ stream: String, step: Int = .max) {
    let attempts = calls.count
    head()
    body(stream, step: step)
    if calls.count == attempts { end() }
  }

  private mutating func tick() -> UInt64 {
    now += 1_000_000
    return now
  }

  // MARK: The client

  func header(_ name: String) -> String? {
    for line in headerLines.split(separator: "\r\n") where line.hasPrefix(name + ": ") {
      return String(line.dropFirst(name.count + 2))
    }
    return nil
  }

  /// The data of the stream's events.
  var events: [JSONValue] {
    client.split(separator: "\n").filter { $0.hasPrefix("data: {") }
      .compactMap { try? JSONValue(parsing: Array($0.dropFirst(6).utf8)) }
  }

  var arguments: String {
    events.compactMap { $0["choices"]?[0]?["delta"]?["tool_calls"]?[0]?["function"]?["arguments"]?.string }.joined()
  }

  var finishReasons: [String] { events.compactMap { $0["choices"]?[0]?["finish_reason"]?.string } }

  private mutating func perform(_ action: Exchange.Action) {
    switch action {
    case .none, .upload, .finishUpload: break
    case .call(let request): calls.append(request)
    case .begin(let head):
      precondition(status == 0, "an answer has one head")
      status = head.status
      headerLines = String(decoding: head.fields.lines, as: UTF8.self)
    case .relay(let bytes): client += String(buffer: bytes)
    case .finish(let record), .abandon(let record): self.record = record
    case .refuse(let error, let record):
      precondition(status == 0 && client.isEmpty, "an answer that has begun cannot become another")
      self.error = error
      self.record = record
    case .abort(let record):
      isAborted = true
      self.record = record
    case .retry(let delay):
      if delay > 0 {
        delays.append(delay)
        now += delay
      }
      perform(exchange.retryDue(at: now))
    case .sequence(let actions): for action in actions { perform(action) }
    }
  }
}
