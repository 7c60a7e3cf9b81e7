// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import JSON
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// docs/faults.md, line by line: each fault through the whole gateway, in `observe` and in `enforce`, against what is promised.
@Suite("The fault table", .timeLimit(.minutes(3))) struct FaultTableFlowTests {
  /// Short limits, one retry, no rest for a vendor that fails.
  static func limits(_ mode: Mode) -> @Sendable (inout BelayConfiguration) -> Void {
    {
      $0.limits.connect = .seconds(5)
      $0.limits.firstByte = .milliseconds(300)
      $0.limits.idle = .milliseconds(300)
      $0.log.format = .json
      $0.settings.mode = mode
      $0.settings.enforce.attempts = 2
      $0.settings.enforce.ladder = [.resend]
      $0.settings.enforce.breaker.failures = 1000
    }
  }

  static func body(_ number: Int, stream: Bool) -> [UInt8] { FlowTests.body("hello", model: "kimi-k2-case-\(number)", stream: stream) }

  /// The number of the case in a request.
  static func number(in request: String) -> Int? {
    request.firstRange(of: "kimi-k2-case-").flatMap { Int(request[$0.upperBound...].prefix { $0.isNumber }) }
  }

  /// What a client saw of an answer.
  struct Seen: Sendable {
    var id = ""
    var status = 0
    var text = ""
    var isWhole = false
    var code: String?
  }

  static func ask(_ port: Int, _ body: [UInt8], target: String = "/v1/chat/completions") async throws -> Seen {
    try await RawConnection.with(port: port) { reader, writer in
      try await writer.write(request("POST", target, headers: ["Connection: close"], body: body))
      let head = try await reader.head()
      let rest = try await reader.rest()
      var seen = Seen(id: head["x-belay-exchange-id"] ?? "", status: head.status, text: String(decoding: rest, as: UTF8.self))
      seen.isWhole =
        head["transfer-encoding"] == "chunked" ? seen.text.hasSuffix("0\r\n\r\n") : Int(head["content-length"] ?? "") == rest.count
      if head.status >= 400 { seen.code = (try? JSONValue(parsing: rest))?["error"]?["code"]?.string }
      return seen
    }
  }

  /// The exchange's own line in the log.
  static func record(_ id: String, in lines: String) throws -> JSONValue {
    let matches = lines.split(separator: "\n").filter { $0.contains(id) }
    #expect(matches.count == 1, "one record for \(id)")
    return try JSONValue(parsing: String(try #require(matches.first)))
  }

  static func check(_ outcome: FaultCase.Outcome, _ seen: Seen, _ record: JSONValue, attempts: Int, _ name: String) {
    let comment = Comment(rawValue: "\(name): \(seen) \(record)")
    switch outcome {
    case .refused(let status, let code):
      #expect(seen.status == status && seen.code == code && seen.isWhole, comment)
      #expect(record["outcome"] == "refused" && record["error"]?.string == code && record["fault"] == "vendor", comment)
    case .cut(let error):
      #expect(seen.status == 200 && !seen.isWhole, comment)
      #expect(record["outcome"] == "broken" && record["error"]?.string == error && record["fault"] == "vendor", comment)
    case .passed(let findings):
      #expect(seen.isWhole, comment)
      #expect(record["outcome"] == "completed" && record["error"] == nil, comment)
      #expect(record["findings"] == JSONValue.array(findings.map { JSONValue($0) }), comment)
    case .mended:
      #expect(seen.status == 200 && seen.isWhole && seen.text.contains("hel"), comment)
      #expect(!seen.text.contains("helhel"), comment)
      #expect(record["outcome"] == "completed" && record["attempts"] == 2, comment)
      #expect(attempts == 2, comment)
    case .told(let code):
      #expect(seen.status == 200 && seen.isWhole && seen.text.contains("\"code\":\"\(code)\"") && seen.text.contains("data: [DONE]"), comment)
      #expect(record["outcome"] == "refused" && record["error"]?.string == code && record["fault"] == "vendor", comment)
      // These requests have no tools: no call could go on from the text.
      #expect(attempts == 1, comment)
    case .reshaped:
      let answer = try? JSONValue(parsing: seen.text)
      #expect(seen.isWhole && answer?["choices"]?[0]?["message"]?["content"] == "hello", comment)
      #expect(record["outcome"] == "completed" && record["attempts"] == 1, comment)
    }
  }

  @Test("every fault of a vendor ends as the table says, within its limits, with one record", arguments: [Mode.observe, .enforce])
  func vendors(mode: Mode) async throws {
    let counts = Mutex<[Int: Int]>([:])
    let vendor = try await FaultVendor.start { request in
      guard let number = Self.number(in: request), FaultCase.all.indices.contains(number) else { return [.close] }
      let attempt = counts.withLock {
        $0[number, default: 0] += 1
        return $0[number] ?? 0
      }
      let test = FaultCase.all[number]
      return attempt == 1 ? test.steps : test.isStream ? FaultCase.stream : FaultCase.body
    }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let (seen, lines) = try await RunningProxy.with(vendors: vendors, adjust: Self.limits(mode)) { proxy in
      var all: [Seen] = []
      for (number, test) in FaultCase.all.enumerated() {
        let begin = ContinuousClock.now
        all.append(try await Self.ask(proxy.port, Self.body(number, stream: test.isStream)))
        #expect(ContinuousClock.now - begin < .seconds(3), "\(test.name) outlasts its limits")
      }
      return (all, proxy.lines)
    }
    for (number, test) in FaultCase.all.enumerated() {
      let record = try Self.record(seen[number].id, in: lines.all)
      let attempts = counts.withLock { $0[number] ?? 0 }
      Self.check(mode == .enforce ? test.enforce : test.observe, seen[number], record, attempts: attempts, "\(mode) \(test.name)")
      if mode == .observe { #expect(attempts == 1, "\(test.name): observe never asks again") }
    }
    #expect(lines.all.split(separator: "\n").count == FaultCase.all.count)
    await vendor.stop()
  }

  @Test("a vendor that cannot be reached is told as what it is", arguments: [Mode.observe, .enforce])
  func unreachable(mode: Mode) async throws {
    let closed = try await FaultVendor.start { _ in [] }
    let port = closed.port
    await closed.stop()
    let plain = try await FaultVendor.start { _ in .completion }
    let vendors = [
      Configuration.Vendor(name: "refused", baseURL: "http://127.0.0.1:\(port)/v1"),
      Configuration.Vendor(name: "nowhere", baseURL: "http://vendor.invalid/v1"),
      Configuration.Vendor(name: "plain", baseURL: "https://127.0.0.1:\(plain.port)/v1"),
    ]
    let (seen, lines) = try await RunningProxy.with(vendors: vendors, adjust: Self.limits(mode)) { proxy in
      var all: [Seen] = []
      for vendor in vendors { all.append(try await Self.ask(proxy.port, FlowTests.body("hello"), target: "/\(vendor.name)/v1/chat/completions")) }
      return (all, proxy.lines)
    }
    for (vendor, seen) in zip(vendors, seen) {
      let record = try Self.record(seen.id, in: lines.all)
      Self.check(FaultCase.unreachable, seen, record, attempts: 1, vendor.name)
      // TLS that fails once fails again; what refuses may come up.
      if mode == .enforce { #expect(record["attempts"] == (vendor.name == "plain" ? 1 : 2), "\(vendor.name)") }
    }
    await plain.stop()
  }

  @Test("a client that vanishes, wherever it was, takes its vendor call with it and leaves one record")
  func vanishing() async throws {
    let stalling = try await FaultVendor.start { request in
      Self.number(in: request) == 1 ? [.send(FaultCase.head + FaultCase.chunk(FaultCase.first))] : []
    }
    let whole = Self.body(0, stream: true)
    let stages: [(name: String, bytes: ByteBuffer, waits: Int, reads: Bool)] = [
      ("within the body", request(headers: ["Content-Length: 1000"]), 0, false),
      ("before the answer", request(body: whole), 1, false),
      ("within the stream", request(body: Self.body(1, stream: true)), 2, true),
    ]
    let adjust: @Sendable (inout BelayConfiguration) -> Void = { $0.log.format = .json }
    let lines = try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: stalling.baseURL)], adjust: adjust) { proxy in
      for stage in stages {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          try await writer.write(stage.bytes)
          if stage.reads { _ = try await reader.head() }
          while stalling.requests < stage.waits { await Task.yield() }
        }
      }
      while stalling.openConnections > 0 { await Task.yield() }
      return proxy.lines
    }
    let records = try lines.all.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(records.map { $0["outcome"]?.string } == ["abandoned", "abandoned", "abandoned"], "\(lines.all)")
    await stalling.stop()
  }

  @Test("the documentation has every line of the table, and no other")
  func documented() throws {
    let page = URL(filePath: #filePath).appending(path: "../../../docs/faults.md").standardized
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let start = try #require(rows.firstIndex { $0.hasPrefix("| the vendor") }) + 2
    let table = rows[start...].prefix { $0.hasPrefix("| ") }
    #expect(Array(table) == FaultCase.all.map(\.row))
  }
}
