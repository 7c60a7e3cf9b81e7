// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import JSON
import NIOCore
import Testing

/// To HTTP/1.0 an answer ends as its connection does: so a part of an answer must not end so.
@Suite("Clients of HTTP/1.0", .timeLimit(.minutes(1))) struct ConnectionEndFlowTests {
  private static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
  private static let event = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"k\",\"choices\":"
    + "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"half\"},\"finish_reason\":null}]}\n\n"
  private static let piece = String(event.utf8.count, radix: 16) + "\r\n" + event + "\r\n"

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [FaultVendor.Step]
    var outcome: String
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "whole", steps: [.send(head + piece + "0\r\n\r\n")], outcome: "completed"),
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
        #expect(reader.last(Self.event.utf8.count).elementsEqual(Self.event.utf8), "what came has arrived")
        #expect(reset?.errnoCode == (test.outcome == "broken" ? ECONNRESET : nil))
        return head["x-belay-exchange-id"] ?? ""
      }
      return (id, proxy.lines)
    }
    #expect(try FaultTableFlowTests.record(id, in: lines.all)["outcome"]?.string == test.outcome)
    await vendor.stop()
  }
}
