// SPDX-License-Identifier: Apache-2.0
import ConsoleSamples
import Foundation
import Gateway
import JSON
import NIOHTTP1
import Store
import Testing

/// What the console answers, by value, of a store that holds ``ConsoleSample``.
struct ConsoleAPITests {
  private struct Answer {
    var status: Int
    var json: JSONValue
    var bytes: [UInt8]
  }

  private func ask(_ console: Console, _ target: String) async throws -> Answer {
    let response = await console.answer(ConsoleRequest(target: target, headers: ["Host": "localhost"]))
    guard case .bytes(let bytes) = response.body else { return Answer(status: Int(response.status.code), json: nil, bytes: []) }
    return Answer(status: Int(response.status.code), json: (try? JSONValue(parsing: bytes)) ?? nil, bytes: bytes)
  }

  private func withConsole(_ body: (Console, Int64) async throws -> Void) async throws {
    let folder = NSTemporaryDirectory() + "belay-console-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let now = Store.WallClock.milliseconds()
    let writer = StoreWriter(StoreOptions(path: folder + "/belay.db"))
    writer.offer(ConsoleSample.all(before: now))
    await writer.flush()
    #expect(writer.status.failure == nil)
    let store = ConsoleStore(path: folder + "/belay.db") { writer.status }
    let status = GatewayStatus(recorder: Recorder(format: nil) { _ in }, store: store, vendors: ["moonshot", "fireworks"])
    try await body(Console(status: status, host: "127.0.0.1", token: nil, now: { now }), now)
    await writer.close()
  }

  @Test("the overview sums by vendor, and each figure says on how many samples it rests")
  func overview() async throws {
    try await withConsole { console, now in
      let answer = try await ask(console, "/api/overview?range=24h").json
      let exchanges = ConsoleSample.all(before: now)
      for vendor in ["moonshot", "fireworks", ""] {
        let own = exchanges.filter { $0.vendor == vendor }
        let figures = answer["vendors"]?[JSONString(vendor)]
        #expect(figures?["requests"]?.int == own.count)
        let asked = exchanges.filter { $0.firstVendor == vendor }
        #expect(figures?["schema_accuracy"]?["samples"]?.int == asked.count { $0.firstFinishReason == "tool_calls" })
        #expect(figures?["latency"]?["first_token"]?["samples"]?.int == own.count { $0.firstTokenNanoseconds != nil })
        #expect(figures?["error_rate"]?["part"]?.int == own.count { $0.status >= 400 })
        #expect(figures?["retries"]?.int == own.reduce(0) { $0 + $1.retries })
      }
      #expect(answer["findings"]?["arguments.schema.type"]?["summary"]?.string?.isEmpty == false)
      #expect(answer["series"]?.array?.isEmpty == false)
    }
  }

  static let filters: [(query: String, matches: @Sendable (StoredExchange) -> Bool)] = [
    ("", { _ in true }), ("vendor=fireworks", { $0.vendor == "fireworks" }),
    ("vendor=fireworks&vendor=moonshot", { !$0.vendor.isEmpty }), ("status=5xx", { $0.status == 503 }), ("status=404", { $0.status == 404 }),
    ("outcome=refused", { $0.outcome == "refused" }), ("finding=arguments.schema", { $0.findings.contains { $0.code.hasPrefix("arguments.schema") } }),
    ("where=calls+%3E+0+%26%26+!valid", { $0.callCount > $0.validCalls }), ("where=retries+%3E+1", { $0.retries > 1 }),
  ]

  @Test("the list has the filters of the command, and pages", arguments: filters.indices)
  func list(_ index: Int) async throws {
    let (query, matches) = Self.filters[index]
    try await withConsole { console, now in
      var found: [String] = []
      var before = ""
      while true {
        let page = try await ask(console, "/api/exchanges?limit=100&\(query)\(before)").json
        found += page["exchanges"]?.array?.compactMap { $0["id"]?.string } ?? []
        guard let next = page["next"]?.string else { break }
        before = "&before=\(next)"
      }
      #expect(found == ConsoleSample.all(before: now).filter(matches).map(\.id).reversed())
    }
  }

  @Test("a question that makes no sense is told where")
  func problems() async throws {
    try await withConsole { console, _ in
      let wrong = try await ask(console, "/api/exchanges?where=calls+%3E+0+%26%26+vendr+%3D%3D+%27x%27")
      #expect(wrong.status == 400)
      #expect(wrong.json["column"] == 14)
      #expect(wrong.json["error"]?.string?.contains("did you mean vendor?") == true)
      for target in ["/api/exchanges?status=many", "/api/exchanges?limit=0", "/api/exchanges?vendr=x", "/api/overview?range=0h", "/api/exchanges?since=yesterday", "/api/exchanges?before=x"] {
        let answer = try await ask(console, target)
        #expect(answer.status == 400, "\(target)")
        #expect(answer.json["error"]?.string?.isEmpty == false)
      }
      #expect(try await ask(console, "/api/nothing").status == 404)
      #expect(try await ask(console, "/api/exchanges/01ARZ3NDEKTSV4RRFFQ69G5FAV").status == 404)
      #expect(try await ask(console, "/api/exchanges/0").json["ids"]?.array?.count == 10)
    }
  }

  @Test("one exchange has its edits, calls, violations with their bytes, and the catalogue's words")
  func exchange() async throws {
    try await withConsole { console, now in
      let id = ConsoleSample.id(ConsoleSample.violationID, at: now - 2000)
      let exchange = try await ask(console, "/api/exchanges/\(id)").json
      #expect(exchange["edits"]?.array?.count == 3)
      let call = exchange["assembled_calls"]?[0]
      #expect(call?["arguments"]?.string == ConsoleSample.arguments)
      #expect(call?["violations"]?[0]?["range"] == [25, 32])
      #expect(call?["valid"] == false)
      #expect(exchange["findings"]?[0]?["effect"]?.string?.isEmpty == false)
      #expect(exchange["total_ms"]?.double ?? 0 > 0)
      let request = try await ask(console, "/api/exchanges/\(id)/body?of=request")
      #expect(request.bytes == ConsoleSample.violation(at: now - 2000).request?.body)
      #expect(try await ask(console, "/api/exchanges/\(id)/body?of=response").bytes.starts(with: "data: ".utf8))
      #expect(try await ask(console, "/api/exchanges/\(id)/body?of=response&attempt=7").status == 404)
    }
  }

  @Test("what may be large waits for its turn before it is read, and nothing else does")
  func turns() async throws {
    try await withConsole { console, now in
      let slots = ConnectionSlots(1)
      let first = ReadingTurn(slots)
      let exchange = "/api/exchanges/\(ConsoleSample.violation(at: now - 2000).id)"
      func status(_ target: String) async -> UInt {
        let turn = ReadingTurn(slots, patience: .zero)
        defer { turn.end() }
        return await console.answer(ConsoleRequest(target: target, headers: ["Host": "localhost"]), turn).status.code
      }
      let isFirst = try await first.begin()
      for target in [exchange, exchange + "/body?of=request", "/api/comparisons"] { #expect(await status(target) == 503, "\(target)") }
      for target in ["/api/exchanges", "/health/live", "/api/names"] { #expect(await status(target) == 200, "\(target)") }
      async let waiting = ReadingTurn(slots).begin()
      for _ in 0..<2 { first.end() }
      let isNext = try await waiting
      #expect(isFirst && isNext)
      #expect(await status(exchange) == 503, "it was given back once")
      #expect(slots.take() == false)
      slots.giveBack()
      for target in [exchange, exchange, "/api/comparisons"] { #expect(await status(target) == 200, "\(target)") }
    }
  }

  @Test("without a store, figures and health are there, and the rest says that recording is off")
  func noStore() async throws {
    let status = GatewayStatus(recorder: Recorder(format: nil) { _ in })
    let console = Console(status: status, host: "127.0.0.1", token: nil)
    for path in ["/", "/console.js", "/metrics", "/health/live", "/api/status", "/api/tally"] { #expect(try await ask(console, path).status == 200, "\(path)") }
    #expect(try await ask(console, "/api/status").json["recording"] == false)
    for path in ["/api/overview", "/api/exchanges", "/api/live", "/api/names", "/api/exchanges/x"] {
      let answer = try await ask(console, path)
      #expect(answer.status == 404)
      #expect(answer.json["recording"] == false, "\(path)")
    }
  }
}
