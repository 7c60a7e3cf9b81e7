// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import JSON
import NIOCore
import Synchronization
import Testing

/// To HTTP/1.0 an answer ends as its connection does: so a part of an answer must not end so.
@Suite("Ends of connections", .timeLimit(.minutes(1))) struct ConnectionEndFlowTests {
  private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
  private static let event = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"k\",\"choices\":"
    + "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"half\"},\"finish_reason\":null}]}\n\n"
  private static let piece = chunk(event)

  private static func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n" }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [FaultVendor.Step]
    var outcome: String
    /// What comes last.
    var end = event
    var isReset = true
    var testDescription: String { name }
  }

  private static let done = "data: [DONE]\n\n"
  private static let completion = #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"#
    + #""finish_reason":"stop"}]}"#

  static let cases = [
    Case(name: "whole", steps: [.send(head + piece + "0\r\n\r\n")], outcome: "completed", isReset: false),
    Case(
      name: "[DONE] without the last chunk", steps: [.send(head + piece + chunk(done)), .close], outcome: "broken", end: done,
      isReset: false),
    Case(
      name: "a JSON document without the last chunk",
      steps: [.send(head.replacing("text/event-stream", with: "application/json") + chunk(completion)), .close], outcome: "broken",
      end: completion, isReset: false),
    Case(
      name: "half a JSON document",
      steps: [.send(head.replacing("text/event-stream", with: "application/json") + chunk(String(completion.dropLast(2)))), .close],
      outcome: "broken", end: String(completion.dropLast(2))),
    Case(name: "closed between two events", steps: [.send(head + piece), .close], outcome: "broken"),
    Case(name: "a chunk whose size is none", steps: [.send(head + piece + "zz\r\n")], outcome: "broken"),
    Case(name: "silence", steps: [.send(head + piece)], outcome: "broken"),
    Case(name: "a file of unknown length, reset", steps: [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + piece), .reset], outcome: "broken"),
  ]

  @Test("the end of a whole answer is orderly, that of a part is a reset", arguments: cases)
  func ends(_ test: Case) async throws {
    let vendor = try await FaultVendor.start { _ in test.steps }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let (id, lines) = try await RunningProxy.with(vendors: vendors, adjust: FaultTableFlowTests.limits(.observe)) { proxy in
      let id = try await RawConnection.with(port: proxy.port) { reader, writer in
        let bytes = FlowTests.body("hello", stream: true)
        var buffer = ByteBuffer(string: "POST /v1/chat/completions HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\n")
        buffer.writeString("Content-Length: \(bytes.count)\r\n\r\n")
        buffer.writeBytes(bytes)
        try await writer.write(buffer)
        let head = try await reader.head()
        #expect(head.status == 200 && head["transfer-encoding"] == nil && head["content-length"] == nil)
        var reset: IOError?
        do { while try await reader.more() {} } catch let error as IOError { reset = error }
        #expect(reader.last(test.end.utf8.count).elementsEqual(test.end.utf8), "what came has arrived")
        #expect(reset?.errnoCode == (test.isReset ? ECONNRESET : nil))
        return head["x-belay-exchange-id"] ?? ""
      }
      return (id, proxy.lines)
    }
    #expect(try FaultTableFlowTests.record(id, in: lines.all)["outcome"]?.string == test.outcome)
    await vendor.stop()
  }

  @Test("of an answer that is cut its client has all that came, however late it reads", arguments: [("1.0", 1), ("1.1", 1), ("1.1", 2)])
  func all(version: String, requests: Int) async throws {
    // No more than waits for a client: the vendor's silence behind it is noticed before anything is read.
    let events = String(repeating: Self.event, count: 2000)
    let answer = Self.head + Self.chunk(events)
    let vendor = try await FaultVendor.start { _ in [.send(answer)] }
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let (bytes, end) = try await RunningProxy.with(vendors: vendors, adjust: FaultTableFlowTests.limits(.observe)) { proxy in
      Self.connect(client, to: proxy.port)
      let question = FlowTests.body("hello", stream: true)
      let head = "POST /v1/chat/completions HTTP/\(version)\r\nHost: localhost\r\nContent-Length: \(question.count)\r\n\r\n"
      let request = Array(head.utf8) + question
      for _ in 0..<requests {
        // The second one is never answered, nor does it keep the first one's answer from its client.
        #expect(unsafe send(client, request, request.count, 0) == request.count)
        Self.waitForAnswer(client)
      }
      while proxy.lines.count == 0 { await Task.yield() }
      var (room, taken, bytes) = ([UInt8](repeating: 0, count: 1 << 16), 1, [UInt8]())
      while taken > 0 {
        taken = unsafe recv(client, &room, room.count, 0)
        bytes += room.prefix(max(0, taken))
      }
      return (bytes, taken == 0 ? 0 : errno)
    }
    let brace = UInt8(ascii: "{")
    #expect(bytes.count { $0 == brace } == events.utf8.count { $0 == brace })
    #expect(end == (version == "1.0" ? ECONNRESET : 0))
    #expect(!bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8))
    await vendor.stop()
  }

  @Test("an answer that comes before its request is whole says that the connection ends with it")
  func early() async throws {
    let vendor = try await FaultVendor.start { _ in .answer("{}", status: 413) }
    try await RunningProxy.with(vendors: [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]) { proxy in
      for isWhole in [false, true] {
        try await RawConnection.with(port: proxy.port) { reader, writer in
          var upload = request("POST", "/v1/files", headers: isWhole ? [] : ["Transfer-Encoding: chunked"], body: isWhole ? [1, 2] : nil)
          if !isWhole { upload.writeString("2\r\nab\r\n") }
          try await writer.write(upload)
          let head = try await reader.head()
          #expect(head.status == 413 && head["connection"] == (isWhole ? nil : "close"))
        }
      }
    }
    await vendor.stop()
  }

  @Test("a client of HTTP/1.1 that takes its answer slowly does not rest: a stop waits until it has all of it")
  func slow() async throws {
    let text = String(repeating: "a", count: 8 << 20)
    let body = #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)"},"finish_reason":"stop"}]}"#
    let vendor = try await FaultVendor.start { _ in .answer(body) }
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let reading = try await RunningProxy.with(
      vendors: vendors,
      adjust: {
        $0.settings.mode = .enforce
        $0.limits.drain = .seconds(25)
      }
    ) { proxy in
      Self.connect(client, to: proxy.port)
      let question = FlowTests.body("hello")
      let head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(question.count)\r\n\r\n"
      let request = Array(head.utf8) + question
      #expect(unsafe send(client, request, request.count, 0) == request.count)
      Self.waitForAnswer(client)
      return Task.detached { () -> (isCut: Bool, bytes: Int) in
        // One that rests is closed within a second or two.
        var end = pollfd(fd: client, events: 0x2000, revents: 0)
        let isCut = unsafe poll(&end, 1, 4000) > 0
        var (room, taken, bytes) = ([UInt8](repeating: 0, count: 1 << 20), 1, 0)
        while taken > 0 {
          taken = unsafe recv(client, &room, room.count, 0)
          bytes += max(0, taken)
        }
        return (isCut, bytes)
      }
    }
    let (isCut, bytes) = await reading.value
    #expect(!isCut && bytes > body.utf8.count)
    await vendor.stop()
  }

  /// In `enforce` nothing of a call comes before all of it is there.
  private static func waitForAnswer(_ client: Int32) {
    var ready = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
    #expect(unsafe poll(&ready, 1, 30_000) == 1)
  }

  @Test("a client that leaves before it has taken an answer that is whole here has abandoned it", arguments: ["1.0", "1.1"])
  func left(version: String) async throws {
    let text = String(repeating: "a", count: 8 << 20)
    let body = #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"\#(text)"},"finish_reason":"stop"}]}"#
    let vendor = try await FaultVendor.start { _ in .answer(body) }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let lines = try await RunningProxy.with(vendors: vendors, adjust: { $0.settings.mode = .enforce }) { proxy in
      let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      Self.connect(client, to: proxy.port)
      let question = FlowTests.body("hello")
      let request = Array("POST /v1/chat/completions HTTP/\(version)\r\nHost: localhost\r\nContent-Length: \(question.count)\r\n\r\n".utf8) + question
      #expect(unsafe send(client, request, request.count, 0) == request.count)
      Self.waitForAnswer(client)
      close(client)
      while proxy.lines.count == 0 { await Task.yield() }
      return proxy.lines
    }
    #expect(lines.count == 1 && lines.all.contains("outcome=abandoned"), "\(lines.all)")
    await vendor.stop()
  }

  @Test("requests that wait behind another one when their client leaves have their records, and no vendor is asked for them")
  func leftWaiting() async throws {
    let asked = Atomic(0)
    let vendor = try await FaultVendor.start { _ in
      asked.add(1, ordering: .relaxed)
      return []
    }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let lines = try await RunningProxy.with(vendors: vendors) { proxy in
      try await RawConnection.with(port: proxy.port) { _, writer in
        var message = ByteBuffer()
        for path in ["/v1/chat/completions", "/v1/chat/completions", "/nobody/v1/models"] {
          message.writeImmutableBuffer(request("POST", path, body: ConnectionTests.body))
        }
        try await writer.write(message)
        while asked.load(ordering: .relaxed) == 0 { await Task.yield() }
      }
      while proxy.lines.count < 3 { await Task.yield() }
      return proxy.lines
    }
    let all = lines.all.split(separator: "\n").sorted()
    #expect(all.count == 3 && asked.load(ordering: .relaxed) == 1, "\(all)")
    #expect(all.count { $0.contains("outcome=abandoned vendor=vendor method=POST path=/v1/chat/completions") } == 2, "\(all)")
    #expect(all.count { $0.contains("error=not_begun fault=client") } == 1, "\(all)")
    #expect(all.contains { $0.contains("outcome=refused") && $0.contains("error=unknown_vendor") }, "\(all)")
    await vendor.stop()
  }

  private static func connect(_ client: Int32, to port: Int) {
    var size: Int32 = 4096
    unsafe setsockopt(client, SOL_SOCKET, SO_RCVBUF, &size, 4)
    var address = sockaddr_in()
    (address.sin_family, address.sin_port) = (sa_family_t(AF_INET), in_port_t(UInt16(port).bigEndian))
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = unsafe withUnsafeBytes(of: &address) {
      unsafe Glibc.connect(client, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, 16)
    }
    #expect(result == 0)
  }

  @Test("what is complete here, and not taken by its client yet, ends with a reset when the process does")
  func stopped() async throws {
    // Held until it is judged, then written at once.
    let text = String(repeating: "a", count: 8 << 20)
    let call = #"{"index":0,"id":"functions.write:0","type":"function","function":{"name":"write","arguments":"{\"text\":\"\#(text)\"}"}}"#
    let body = #"data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"tool_calls":[\#(call)]},"finish_reason":"tool_calls"}]}"#
      + "\n\ndata: [DONE]\n\n"
    let answer = Self.head + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
    let vendor = try await FaultVendor.start { _ in [.send(answer)] }
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    let vendors = [Configuration.Vendor(name: "vendor", baseURL: vendor.baseURL)]
    let lines = try await RunningProxy.with(
      vendors: vendors,
      adjust: {
        $0.settings.mode = .enforce
        $0.limits.drain = .milliseconds(500)
      }
    ) { proxy in
      Self.connect(client, to: proxy.port)
      let question = Array(
        #"{"model":"k","stream":true,"messages":[{"role":"user","content":"go"}],"tools":[{"type":"function","function":{"name":"write"}}]}"#.utf8)
      let request = Array("POST /v1/chat/completions HTTP/1.0\r\nHost: localhost\r\nContent-Length: \(question.count)\r\n\r\n".utf8) + question
      #expect(unsafe send(client, request, request.count, 0) == request.count)
      Self.waitForAnswer(client)
      #expect(proxy.lines.count == 0, "it is not known yet what becomes of it")
      return proxy.lines
    }
    #expect(lines.count == 1 && lines.all.contains("outcome=broken") && lines.all.contains("error=draining"))
    var (room, taken) = ([UInt8](repeating: 0, count: 1 << 20), 1)
    while taken > 0 { taken = unsafe recv(client, &room, room.count, 0) }
    #expect(taken == -1 && errno == ECONNRESET)
    await vendor.stop()
  }
}
