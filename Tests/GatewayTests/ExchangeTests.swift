// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import NIOCore
import Testing
import Upstream

/// The state machine by value: events in, actions out, no I/O.
@Suite struct ExchangeTests {
  static let context: Exchange.Context = {
    var configuration = BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://vendor.test/v1")])
    configuration.limits.requestBytes = 1000
    return Exchange.Context(configuration)
  }()

  static let mangled = #"""
    {"model":"kimi-k2","messages":[{"role":"assistant","tool_calls":[{"id":"functions_f_0","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"functions_f_0","content":"x"}]}
    """#
  static let canonical = mangled.replacing("functions_f_0", with: "functions.f:0")

  static func start(
    _ method: String = "POST", _ target: String = "/v1/chat/completions", headers: [ForwardedHeaders.Field] = []
  ) -> (Exchange, Exchange.Action) {
    let head = Exchange.RequestHead(method: method, target: target, headers: headers)
    var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
    let action = exchange.requestHead(head, at: 0)
    return (exchange, action)
  }

  /// An exchange whose request is at the vendor.
  static func called(_ body: String = mangled) throws -> (Exchange, UpstreamRequest) {
    var (exchange, _) = start()
    _ = exchange.requestBody(ByteBuffer(string: body), at: 1)
    guard case .call(let request) = exchange.requestEnd(at: 2) else { throw Unexpected() }
    return (exchange, request)
  }

  static func head(_ status: Int, _ fields: [(String, String)]) -> UpstreamHead {
    let lines = fields.flatMap { name, value in Array("\(name): \(value)\r\n".utf8) }
    return UpstreamHead(status: status, version: .http1_1, headers: UpstreamHeaders(lines: lines))
  }

  struct Unexpected: Error {}

  static let codings: [[ForwardedHeaders.Field]] = [
    [("Content-Encoding", "gzip")], [("content-encoding", "identity, deflate")], [("Content-Type", "application/json; charset=utf-7")],
    [("Content-Type", "application/json; charset = shift_jis")], [("Content-Type", "application/json"), ("content-type", "text/plain")],
  ]

  @Test("a body that a vendor would read otherwise than it is inspected is refused", arguments: codings)
  func refusesCodings(headers: [ForwardedHeaders.Field]) {
    let (_, action) = Self.start(headers: headers)
    guard case .refuse(let error, _) = action else { return #expect(Bool(false), "\(action)") }
    #expect(error.status == 415)
    for fine in [[("Content-Encoding", " identity ")], [("Content-Type", "application/json; charset=UTF-8")], [("Content-Type", "text/plain")]] {
      #expect(Self.start(headers: fine).1.name == "none")
    }
  }

  @Test("a key that came with a reload is starred in the answer to an older request")
  func newerKey() throws {
    let lasting = Exchange.Lasting()
    func context(_ key: String) -> Exchange.Context {
      Exchange.Context(BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://v.test/v1", apiKey: Secret(key))]), lasting: lasting)
    }
    let head = Exchange.RequestHead(method: "POST", target: "/v1/chat/completions", headers: [])
    var exchange = Exchange(head, id: "id", context: context("sk-vendor-key-1"), memory: Exchange.Memory(lasting), at: 0)
    _ = exchange.requestHead(head, at: 0)
    _ = exchange.requestBody(ByteBuffer(string: Self.mangled), at: 1)
    _ = exchange.requestEnd(at: 2)
    _ = context("sk-vendor-key-2")
    let (_, body) = try Self.answer(&exchange, 401, [("Content-Type", "text/plain")], Array("no: sk-vendor-key-2 sk-vendor-key-1.".utf8))
    #expect(body == "no: *************** ***************.")
  }

  @Test("what a client or the operator objects to is not shadowed")
  func shadowed() throws {
    var configuration = BelayConfiguration(vendors: ["a", "ref"].map { Vendor(name: $0, baseURL: "http://127.0.0.1:9/v1") })
    (configuration.reference, configuration.shadow) = ("ref", ShadowSettings())
    let key = String(repeating: "k", count: 32)
    let alice = Client(name: "alice", keyDigest: SHA256.digest(Array(key.utf8)) ?? [], vendors: ["a"])
    func shadow(_ clients: [Client], _ fields: [ForwardedHeaders.Field]) -> ShadowInput? {
      configuration.clients = clients
      let context = Exchange.Context(configuration)
      let head = Exchange.RequestHead(method: "POST", target: "/v1/chat/completions", headers: fields + [("Authorization", "Bearer \(key)")])
      var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
      _ = exchange.requestHead(head, at: 0)
      guard case .abandon(let record) = exchange.clientGone(at: 1) else { return nil }
      #expect(record.reference == ReferenceMark(configuration.shadowReference))
      return record.shadow
    }
    #expect(shadow([], []) == .unsent && shadow([], [("x-belay-shadow", "on")]) == .unsent)
    #expect(shadow([], [("x-belay-shadow", "off"), ("x-belay-shadow", "on")]) == .optedOut)
    #expect(shadow([alice], []) == .optedOut)
  }

  @Test("an inspected request is collected whole, whatever its cuts, and leaves with canonical ids")
  func collects() throws {
    var (exchange, first) = Self.start(headers: [("Content-Type", "application/json")])
    #expect(first.name == "none")
    for byte in Self.mangled.utf8 {
      #expect(exchange.requestBody(ByteBuffer(bytes: [byte]), at: 1).name == "none")
    }
    guard case .call(let request) = exchange.requestEnd(at: 2) else { throw Unexpected() }
    #expect(request.url == "http://vendor.test/v1/chat/completions")
    #expect(request.method == "POST")
    guard case .bytes(let sent) = request.body else { throw Unexpected() }
    #expect(String(buffer: sent) == Self.canonical)
  }

  @Test("a canonical request reaches the vendor byte for byte")
  func untouched() throws {
    let (_, request) = try Self.called(Self.canonical)
    guard case .bytes(let sent) = request.body else { throw Unexpected() }
    #expect(String(buffer: sent) == Self.canonical)
  }

  /// As ``called(_:)``, with a vendor whose key is Belay's to keep.
  private static func keyed(_ key: String = "sk-vendor-key-1", _ headers: [(String, String)] = [], lasting: Exchange.Lasting = .init()) throws -> Exchange {
    let headers = [("x-gate", "Bearer gate-key-22"), ("accept", "application/json")] + headers
    let vendor = Vendor(
      name: "v", baseURL: "http://vendor.test/v1", apiKey: Secret(key), headers: headers.map { Vendor.Header(name: $0, value: Secret($1)) })
    let context = Exchange.Context(BelayConfiguration(vendors: [vendor]), lasting: lasting)
    let head = Exchange.RequestHead(method: "POST", target: "/v1/chat/completions", headers: [])
    var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
    _ = exchange.requestHead(head, at: 0)
    _ = exchange.requestBody(ByteBuffer(string: mangled), at: 1)
    guard case .call = exchange.requestEnd(at: 2) else { throw Unexpected() }
    return exchange
  }

  @Test("a vendor that repeats its key tells no client of it: not in a header, nor in what is no success, at any cut")
  func repeatedKey() throws {
    for step in [1, 7, 1000] {
      var exchange = try Self.keyed()
      let fields = [("Content-Type", "text/plain"), ("X-Echo", "Bearer sk-vendor-key-1"), ("X-Gate-Echo", "gate-key-22"), ("X-Fine", "1")]
      guard case .begin(let answer) = exchange.vendorHead(Self.head(401, fields), at: 3) else { throw Unexpected() }
      #expect(String(decoding: answer.fields.lines, as: UTF8.self) == "Content-Type: text/plain\r\nX-Fine: 1\r\n")
      let body = Array("wrong: sk-vendor-key-1 and gate-key-22, sk-vend".utf8)
      var heard = ""
      for start in stride(from: 0, to: body.count, by: step) {
        if case .relay(let bytes) = exchange.vendorBody(ByteBuffer(bytes: body[start..<min(body.count, start + step)]), at: 4) { heard += String(buffer: bytes) }
      }
      guard case .sequence(let last) = exchange.vendorEnd(at: 5), case .relay(let rest)? = last.first, case .finish(let record)? = last.last else {
        throw Unexpected()
      }
      #expect(heard + String(buffer: rest) == "wrong: *************** and ***********, sk-vend")
      #expect(record.status == 401 && record.responseBytes == body.count)
    }
  }

  /// What a client gets of an answer: its head, and its body.
  private static func answer(_ exchange: inout Exchange, _ status: Int, _ fields: [(String, String)], _ body: [UInt8]) throws -> (String, String) {
    guard case .begin(let head) = exchange.vendorHead(Self.head(status, fields), at: 3) else { throw Unexpected() }
    var heard = ""
    func hear(_ action: Exchange.Action) {
      if case .relay(let bytes) = action { heard += String(buffer: bytes) }
      if case .sequence(let actions) = action { actions.forEach(hear) }
    }
    hear(exchange.vendorBody(ByteBuffer(bytes: body), at: 4))
    hear(exchange.vendorEnd(at: 5))
    return (String(decoding: head.fields.lines, as: UTF8.self), heard)
  }

  @Test("a refusal in a form in which no key can be found is not passed on: the client hears that there was one")
  func unreadableRefusal() throws {
    let forms: [[(String, String)]] = [
      [("Content-Encoding", "gzip"), ("Content-Type", "application/json")], [("Content-Encoding", "identity, br")],
      [("content-encoding", "identity"), ("CONTENT-ENCODING", "zstd")], [("Content-Type", "application/json; charset=utf-16")],
      [("Content-Type", "text/plain; Charset=\"UTF-32LE\"")], [("Content-Type", "text/plain;charset=utf-7")],
    ]
    for fields in forms {
      var exchange = try Self.keyed()
      let (head, body) = try Self.answer(&exchange, 401, fields + [("Content-Length", "14"), ("X-Fine", "1")], Array("packed: sk-key".utf8))
      #expect(head == "X-Fine: 1\r\nContent-Type: application/json\r\n")
      #expect(body.contains(#""code":"vendor_answer_unreadable""#) && !body.contains("packed"), "\(body)")
      var good = try Self.keyed()
      #expect(try Self.answer(&good, 200, fields, Array("packed".utf8)).1 == "packed")
    }
    for fields in [[("Content-Encoding", "Identity")], [("Content-Type", "text/html; charset=ISO-8859-1")], [("Content-Type", "application/json; charset=UTF-8")]] {
      var exchange = try Self.keyed()
      #expect(try Self.answer(&exchange, 401, fields, Array("read: sk-vendor-key-1".utf8)).1 == "read: ***************")
    }
  }

  @Test("what a vendor is sent besides keys may stand in every answer, and a key of the configuration before in none")
  func ordinaryHeaders() throws {
    var exchange = try Self.keyed()
    let fields = [("Content-Type", "application/json"), ("X-Echo", "sk-vendor-key-1")]
    #expect(try Self.answer(&exchange, 200, fields, []).0 == "Content-Type: application/json\r\n")

    let lasting = Exchange.Lasting()
    _ = try Self.keyed("sk-vendor-key-0", lasting: lasting)
    var reloaded = try Self.keyed("abcdefg=hijklmn", lasting: lasting)
    let (head, body) = try Self.answer(
      &reloaded, 401, [("X-Echo", "sk-vendor-key-0"), ("Content-Type", "application/json")], Array(#"{"was":"sk-vendor-key-0","is":"abcdefg\u003dhijklmn"}"#.utf8))
    #expect(head == "Content-Type: application/json\r\n" && body == #"{"was":"***************","is":"********************"}"#)
  }

  @Test("a refusal that breaks off goes to the client as far as it came")
  func brokenRefusal() throws {
    var exchange = try Self.keyed()
    _ = exchange.vendorHead(Self.head(500, []), at: 3)
    _ = exchange.vendorBody(ByteBuffer(string: "oops, "), at: 4)
    guard case .sequence(let actions) = exchange.vendorFailed(UpstreamError(.truncated, "gone"), at: 5), case .relay(let bytes)? = actions.first,
      case .abort(let record)? = actions.last
    else { throw Unexpected() }
    #expect(String(buffer: bytes) == "oops, " && record.responseBytes == 6 && record.error == "vendor_truncated")
  }

  @Test("where a key may come back, what passes unread is asked for in no coding, but for downloads")
  func passingCoding() throws {
    func coding(_ target: String, _ key: String?) throws -> [String] {
      let context = Exchange.Context(BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://vendor.test/v1", apiKey: key.map { Secret($0) })]))
      let head = Exchange.RequestHead(method: "GET", target: target, headers: [("Accept-Encoding", "gzip")])
      var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
      guard case .call(let request) = exchange.requestHead(head, at: 0) else { throw Unexpected() }
      return request.headers.filter { $0.0 == "Accept-Encoding" }.map(\.1)
    }
    #expect(try coding("/v1/models", nil) == ["gzip"])
    #expect(try coding("/v1/models", "sk-vendor-key-1") == ["identity"])
    #expect(try coding("/v1/files/1/content?x=y", "sk-vendor-key-1") == ["gzip"])
  }

  @Test("304 says that nothing is elsewhere, and neither does its Location go on; 201 may tell where something is")
  func locations() throws {
    for (status, location) in [(304, ""), (201, "Location: http://vendor.test/1\r\n")] {
      var (exchange, _) = try Self.called()
      let (head, _) = try Self.answer(&exchange, status, [("Location", "http://vendor.test/1"), ("ETag", "1")], [])
      #expect(head == location + "ETag: 1\r\nContent-Security-Policy: sandbox\r\n")
    }
  }

  @Test("a vendor that sends everybody elsewhere is left alone, as one that fails")
  func redirectBreaks() throws {
    var configuration = BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://vendor.test/v1")])
    configuration.settings.mode = .enforce
    let context = Exchange.Context(configuration)
    for _ in 0..<configuration.settings.enforce.breaker.failures {
      let head = Exchange.RequestHead(method: "POST", target: "/v1/chat/completions", headers: [])
      var exchange = Exchange(head, id: "id", context: context, memory: Exchange.Memory(context.lasting), at: 0)
      _ = exchange.requestHead(head, at: 0)
      _ = exchange.requestBody(ByteBuffer(string: Self.mangled), at: 1)
      _ = exchange.requestEnd(at: 2)
      guard case .refuse(let error, _) = exchange.vendorHead(Self.head(302, [("Location", "http://elsewhere.example/v1")]), at: 3) else { throw Unexpected() }
      #expect(error.code == "vendor_redirected")
    }
    #expect(context.lasting.breakers.admit("v", at: 4) != .open)
  }

  @Test("a vendor that sends elsewhere is not followed, and neither does the client hear where", arguments: [300, 301, 302, 303, 305, 307, 308, 309, 350, 399])
  func redirect(status: Int) throws {
    var (exchange, _) = try Self.called()
    let head = Self.head(status, [("Location", "http://elsewhere.example/v1")])
    guard case .refuse(let error, let record) = exchange.vendorHead(head, at: 3) else { throw Unexpected() }
    #expect(error.status == 502 && error.code == "vendor_redirected" && !error.message.contains("elsewhere.example"))
    #expect(record.error == "vendor_redirected" && record.fault == .vendor)
  }

  @Test("an answer goes head, bytes as they came, end; the record says what was seen")
  func answers() throws {
    var (exchange, _) = try Self.called()
    let body = #"{"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#
    let head = Self.head(200, [("Content-Type", "application/json"), ("Connection", "close")])
    guard case .begin(let answer) = exchange.vendorHead(head, at: 1_000) else { throw Unexpected() }
    #expect(answer.status == 200)
    #expect(String(decoding: answer.fields.lines, as: UTF8.self) == "Content-Type: application/json\r\n")
    #expect(answer.exchangeID == "id")
    var relayed = ""
    for byte in body.utf8 {
      guard case .relay(let bytes) = exchange.vendorBody(ByteBuffer(bytes: [byte]), at: 2_000) else { throw Unexpected() }
      relayed += String(buffer: bytes)
    }
    #expect(relayed == body)
    guard case .finish(let record) = exchange.vendorEnd(at: 3_000) else { throw Unexpected() }
    #expect(record.outcome == .completed)
    #expect(record.vendor == "v")
    #expect(record.model == "kimi-k2")
    #expect(record.idsRewritten == 2)
    #expect(record.finishReasons == ["stop"])
    #expect(record.usage == Usage(prompt: 7, completion: 2))
    #expect(record.nanosecondsToFirstByte == 1_000)
    #expect(record.nanosecondsTotal == 3_000)
  }

  @Test("a body that is not a chat request is refused with the client's fault, and no vendor is called",
    arguments: ["", "{", "[]", #"{"model": }"#, "\u{FEFF}{}"])
  func refusesInvalid(body: String) throws {
    var (exchange, _) = Self.start()
    _ = exchange.requestBody(ByteBuffer(string: body), at: 1)
    guard case .refuse(let error, let record) = exchange.requestEnd(at: 2) else { throw Unexpected() }
    #expect(error.status == 400)
    #expect(error.fault == .client)
    #expect(record.outcome == .refused)
    #expect(exchange.requestEnd(at: 3).name == "none")
  }

  @Test("a body over the limit is refused as soon as it is known, declared or not")
  func refusesLarge() throws {
    let (_, declared) = Self.start(headers: [("content-length", "1001")])
    guard case .refuse(let error, _) = declared else { throw Unexpected() }
    #expect(error.status == 413)

    var (exchange, _) = Self.start()
    #expect(exchange.requestBody(ByteBuffer(repeating: 0x20, count: 1000), at: 1).name == "none")
    #expect(exchange.requestBody(ByteBuffer(repeating: 0x20, count: 1), at: 1).name == "refuse")
    #expect(exchange.requestBody(ByteBuffer(repeating: 0x20, count: 1), at: 1).name == "none")
  }

  @Test("any other path passes through as it arrives")
  func passes() throws {
    var (exchange, action) = Self.start("PUT", "/v1/files/1", headers: [("Transfer-Encoding", "chunked")])
    guard case .call(let request) = action, case .stream = request.body else { throw Unexpected() }
    #expect(request.url == "http://vendor.test/v1/files/1")
    #expect(exchange.requestBody(ByteBuffer(string: "x"), at: 1).name == "upload")
    #expect(exchange.requestEnd(at: 2).name == "finishUpload")
    #expect(exchange.vendorHead(Self.head(204, []), at: 3).name == "begin")
    #expect(exchange.vendorEnd(at: 4).name == "finish")
  }

  @Test("a vendor that fails before its answer is answered for; one that fails inside it is cut off visibly")
  func vendorFails() throws {
    let failure = UpstreamError(.reset, "the vendor closed the connection")
    var (early, _) = try Self.called()
    guard case .refuse(let error, let refused) = early.vendorFailed(failure, at: 5) else { throw Unexpected() }
    #expect(error.status == 502)
    #expect(error.fault == .vendor)
    #expect(refused.fault == .vendor)

    var (late, _) = try Self.called()
    _ = late.vendorHead(Self.head(200, [("content-type", "text/event-stream")]), at: 3)
    _ = late.vendorBody(ByteBuffer(string: "data: {\"choices\":[]}\n\n"), at: 4)
    guard case .abort(let broken) = late.vendorFailed(failure, at: 5) else { throw Unexpected() }
    #expect(broken.outcome == .broken)
    #expect(broken.findingCodes.contains("stream.truncated"))
  }

  @Test("a client that leaves ends the exchange at every stage, and nothing follows")
  func clientLeaves() throws {
    var (collecting, _) = Self.start()
    #expect(collecting.clientGone(at: 1).name == "abandon")
    #expect(collecting.requestEnd(at: 2).name == "none")

    var (calling, _) = try Self.called()
    #expect(calling.clientGone(at: 1).name == "abandon")
    #expect(calling.vendorHead(Self.head(200, []), at: 2).name == "none")

    var (answering, _) = try Self.called()
    _ = answering.vendorHead(Self.head(200, []), at: 2)
    #expect(answering.clientGone(at: 3).name == "abandon")
    #expect(answering.vendorBody(ByteBuffer(string: "x"), at: 4).name == "none")
    #expect(answering.vendorEnd(at: 5).name == "none")
    #expect(answering.clientGone(at: 6).name == "none")
  }
}

extension Exchange.Action {
  var name: String {
    switch self {
    case .none: "none"
    case .call: "call"
    case .upload: "upload"
    case .finishUpload: "finishUpload"
    case .begin: "begin"
    case .relay: "relay"
    case .finish: "finish"
    case .refuse: "refuse"
    case .abort: "abort"
    case .retry: "retry"
    case .sequence: "sequence"
    case .abandon: "abandon"
    }
  }
}
