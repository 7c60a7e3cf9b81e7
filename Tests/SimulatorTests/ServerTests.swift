// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Simulator
import Testing

@Suite("The vendor on a port", .timeLimit(.minutes(2)))
struct ServerTests {
  private func vendor(
    _ options: SimulatorOptions = SimulatorOptions(), log: String? = nil
  ) async throws -> SimulatorServer {
    try await SimulatorServer.start(options, recordings: Fixture.recordings, log: log)
  }

  private func request(_ faults: String = "", stream: Bool = true, closing: Bool = false) -> [UInt8] {
    RawClient.post(Fixture.call.request(model: "kimi-k2" + faults, stream: stream), closing: closing)
  }

  /// The same answer as over the connection, when the client does not ask to close it.
  private func expected(_ faults: String = "", stream: Bool = true) -> [UInt8] { Shown(.call, faults, stream: stream).wire }

  @Test("the bytes on the wire are those of the plan, however they are cut", arguments: [
    "", "@cut-bytes", "@cut-random", "@slow-headers=0ms",
  ])
  func bytes(faults: String) async throws {
    let vendor = try await vendor()
    let expected = expected(faults)
    let (bytes, _) = try await RawClient.exchange(port: vendor.port, request(faults)) { $0.count >= expected.count }
    #expect(bytes == expected)
    await vendor.stop()
  }

  @Test("requests sent together are answered in order on one connection")
  func pipelining() async throws {
    let vendor = try await vendor()
    let all = (0..<50).flatMap { request("", stream: $0 % 2 == 0) }
    let expected = (0..<50).flatMap { self.expected("", stream: $0 % 2 == 0) }
    let (bytes, _) = try await RawClient.exchange(port: vendor.port, all) { $0.count >= expected.count }
    #expect(bytes == expected)
    #expect(vendor.journal.count == 50 && vendor.received.map(\.id) == Array(1...50))
    await vendor.stop()
  }

  @Test("a client that asks for it has its connection closed")
  func closing() async throws {
    let vendor = try await vendor()
    let (bytes, ending) = try await RawClient.exchange(port: vendor.port, request(closing: true))
    #expect(ending == .closed && String(decoding: bytes, as: UTF8.self).contains("\r\nconnection: close\r\n"))
    await vendor.stop()
  }

  @Test("a cut-off answer is closed after exactly its bytes, a reset one is reset", arguments: [
    ("@cut-at=700", RawClient.Ending.closed), ("@reset-before-headers", .reset), ("@reset-mid-stream", .reset),
    ("@close-mid-stream", .closed), ("@close-before-headers", .closed), ("@garbage", .closed), ("@unfinished-chunks", .closed),
  ])
  func broken(faults: String, ending: RawClient.Ending) async throws {
    let vendor = try await vendor()
    let shown = try await RawClient.exchange(port: vendor.port, request(faults))
    #expect(shown.ending == ending)
    // A reset may overtake what was sent before it.
    if ending == .closed { #expect(shown.bytes == expected(faults)) }
    let entry = try #require(await vendor.journal.received { $0.last?.ending != nil }.last)
    #expect(entry.ending == (faults == "@unfinished-chunks" ? .answered : .broken))
    #expect(entry.bytesSent == expected(faults).count && entry.faults == [String(faults.dropFirst().prefix { $0 != "=" })])
    await vendor.stop()
  }

  @Test("a client that leaves is seen at once, while the vendor stalls, dawdles or cannot write", arguments: [
    "@stall-after-headers", "@stall-mid-stream", "@slow-body=1m", "@endless",
  ])
  func clientGone(faults: String) async throws {
    let vendor = try await vendor()
    _ = try await RawClient.exchange(port: vendor.port, request(faults)) { $0.count > 100 }
    let left = ContinuousClock.now
    let entry = try #require(await vendor.journal.received { $0.last?.ending != nil }.last)
    #expect(entry.ending == .clientClosed)
    let delay = try #require(entry.endingTime) - left
    #expect(delay < .seconds(5), "\(delay)")
    // An endless stream is held back by the sockets' buffers, not kept in memory.
    #expect(entry.bytesSent < 64 << 20)
    await vendor.stop()
  }

  @Test("a long stream arrives whole")
  func longStream() async throws {
    let vendor = try await vendor()
    let body = Fixture.text.request(model: "k@endless=50000000", stream: true)
    let count = try await RawClient.count(port: vendor.port, RawClient.post(body, closing: true))
    #expect((50_000_000..<52_000_000).contains(count))
    await vendor.stop()
  }

  @Test("many connections at once get the right answers")
  func many() async throws {
    let vendor = try await vendor()
    let bodies = Fixture.allCases.map { RawClient.post($0.request(stream: true)) }
    let expected = Fixture.allCases.map { Shown($0, stream: true).wire }
    try await withThrowingTaskGroup { group in
      for task in 0..<64 {
        group.addTask {
          let kind = task % 3
          let all = Array(repeatElement(bodies[kind], count: 16).joined())
          let answers = Array(repeatElement(expected[kind], count: 16).joined())
          let (bytes, _) = try await RawClient.exchange(port: vendor.port, all) { $0.count >= answers.count }
          #expect(bytes == answers)
        }
      }
      try await group.waitForAll()
    }
    #expect(vendor.journal.count == 1024)
    await vendor.stop()
  }

  @Test("what it received is kept, with secrets masked")
  func journal() async throws {
    let vendor = try await vendor()
    let body = Fixture.text.request(stream: false)
    let secrets = "Authorization: Bearer sk-secret-key-1234\r\nx-api-key: short\r\nx-other: seen\r\n"
      + "cookie: session=0123456789; b=c\r\nx-gateway-auth: key-0123456789\r\n"
    let expected = Shown(.text, stream: false).wire
    _ = try await RawClient.exchange(port: vendor.port, RawClient.post(body, headers: secrets)) { $0.count >= expected.count }
    let entry = try #require(vendor.received.first)
    #expect(entry.bytes == body && entry.method == "POST" && entry.path == "/v1/chat/completions")
    #expect(entry.header("authorization") == "Bearer ***1234" && entry.header("X-API-Key") == "***")
    #expect(entry.header("cookie") == "***" && entry.header("x-gateway-auth") == "***6789")
    #expect(entry.header("x-other") == "seen" && entry.recording == 3 && entry.status == 200)
    await vendor.stop()
  }

  @Test("no key that came with a request is in the log, wherever it stands")
  func keys() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "belay-simulator-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let secrets = ["own", "gateway", "query", "referer", "cookie"].map { "\($0)-key-0123456789" }
    var options = SimulatorOptions()
    options.key = secrets[0]
    let vendor = try await vendor(options, log: file)
    let body = Array(#"{"model":"m","messages":[{"role":"user","content":"told \#(secrets.joined(separator: " "))"}]}"#.utf8)
    let headers =
      "authorization: Bearer \(secrets[0])\r\nx-gateway-auth: \(secrets[1])\r\nreferer: http://a.example/?key=\(secrets[3])\r\n"
      + "cookie: a=b; session=\(secrets[4]); c=d\r\nx-note: \(secrets[0])\r\nx-other: seen\r\n"
    let post = RawClient.post(body, headers: headers, query: "?key=\(secrets[2])&a=1", closing: true)
    _ = try await RawClient.exchange(port: vendor.port, post)
    #expect(vendor.received.first?.bytes == body)
    await vendor.stop()
    let text = try String(contentsOfFile: file, encoding: .utf8)
    for secret in secrets { #expect(!text.contains(secret)) }
    let line = try JSONValue(parsing: String(try #require(text.split(separator: "\n").first)))
    #expect(line["path"] == "/v1/chat/completions?key=[redacted]&a=1" && line["headers"]?["x-other"] == "seen")
    #expect(line["headers"]?["authorization"] == "Bearer ***6789" && line["headers"]?["x-note"] == "[redacted]")
    #expect(line["body"]?["messages"]?[0]?["content"]?.string?.hasPrefix("told [redacted]") == true)
  }

  @Test("the log has a line of JSON for each request and each ending, and no key")
  func log() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "belay-simulator-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let vendor = try await vendor(log: file)
    let expected = Shown(.call, "@id-missing", stream: true).wire
    let headers = "authorization: Bearer sk-secret-key-1234\r\n"
    let post = RawClient.post(Fixture.call.request(model: "kimi-k2@id-missing", stream: true), headers: headers)
    _ = try await RawClient.exchange(port: vendor.port, post + RawClient.post(Array("{\n\"a\": x".utf8))) { $0.count > expected.count }
    await vendor.stop()
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(!text.contains("sk-secret"))
    let lines = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(lines.map { $0["event"]?.string } == ["request", "answered", "request", "answered"])
    #expect(lines[0]["body"]?["model"] == "kimi-k2@id-missing" && lines[0]["headers"]?["authorization"] == "Bearer ***1234")
    #expect(lines[1]["faults"] == ["id-missing"] && lines[1]["recording"] == 1 && lines[1]["bytes"]?.int == expected.count)
    #expect(lines[2]["body"] == "{\n\"a\": x" && lines[3]["status"] == 400)
    // A second vendor goes on where the first stopped.
    await (try self.vendor(log: file)).stop()
    #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
  }

  @Test("a stop lets an answer end within its time, and cuts one that would take longer", arguments: [true, false])
  func stop(isPatient: Bool) async throws {
    let vendor = try await vendor()
    let faults = isPatient ? "@stall-mid-stream=200ms" : "@stall-mid-stream"
    async let exchange = RawClient.exchange(port: vendor.port, request(faults))
    _ = await vendor.journal.received { !$0.isEmpty }
    await vendor.stop(drain: isPatient ? .seconds(60) : .milliseconds(50))
    let (bytes, ending) = try await exchange
    #expect(ending == .closed)
    #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("data: [DONE]\n\n\r\n0\r\n\r\n") == isPatient)
    #expect(vendor.received.last?.ending == (isPatient ? .answered : .stopped))
    await #expect(throws: (any Error).self) { _ = try await RawClient(port: vendor.port) }
  }

  @Test("models, unknown paths, wrong methods, keys and what is not HTTP", arguments: [
    ("GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n", "HTTP/1.1 200 OK", #""object":"list""#),
    ("HEAD /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\nconnection: close\r\n\r\n", "HTTP/1.1 200 OK", "content-length: "),
    ("GET /any/prefix/v1/models?x=1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n", "HTTP/1.1 200 OK", #""object":"list""#),
    ("GET /v1/other HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n", "HTTP/1.1 404 ", "not_found_error"),
    ("GET /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\n\r\n", "HTTP/1.1 405 ", "with POST"),
    ("GET /v1/models HTTP/1.1\r\nhost: x\r\nauthorization: Bearer no\r\n\r\n", "HTTP/1.1 401 ", "invalid_authentication_error"),
    ("nonsense\r\n\r\n", "HTTP/1.1 400 ", "connection: close"),
  ])
  func paths(request: String, status: String, part: String) async throws {
    var options = SimulatorOptions()
    options.key = "k"
    let vendor = try await vendor(options)
    let (bytes, _) = try await RawClient.exchange(port: vendor.port, Array(request.utf8)) {
      String(decoding: $0, as: UTF8.self).contains(part)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix(status) && text.contains(part), "\(text)")
    await vendor.stop()
  }

  @Test("a body over the limit is a 413, and the connection goes on")
  func tooLarge() async throws {
    var options = SimulatorOptions()
    options.maxBodyBytes = 1000
    let vendor = try await vendor(options)
    let large = RawClient.post(Array(repeating: 0x20, count: 5000))
    let (bytes, _) = try await RawClient.exchange(port: vendor.port, large + large) {
      String(decoding: $0, as: UTF8.self).components(separatedBy: "HTTP/1.1 413").count == 3
    }
    #expect(String(decoding: bytes, as: UTF8.self).contains("the body is over 1000 bytes"))
    #expect(vendor.received.first?.bytes.isEmpty == true)
    await vendor.stop()
  }

  @Test("a client that waits for 100-continue is told to go on")
  func expectContinue() async throws {
    let vendor = try await vendor()
    let head = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n"
    let (bytes, _) = try await RawClient.exchange(port: vendor.port, Array(head.utf8)) { $0.count >= 25 }
    #expect(String(decoding: bytes, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    await vendor.stop()
  }

  @Test("a port that is taken is an error, and so is a log that cannot be written")
  func startErrors() async throws {
    let vendor = try await vendor()
    await #expect(throws: (any Error).self) { _ = try await SimulatorServer.start(port: vendor.port) }
    await #expect(throws: LogFileError.self) { _ = try await SimulatorServer.start(log: "/no/such/folder/log") }
    await vendor.stop()
  }
}
