// SPDX-License-Identifier: Apache-2.0
import Gateway
import NIOCore
import NIOHTTP1
import Testing

struct RequestBacklogTests {
  private static func request(_ number: Int, body pieces: [String]) -> [HTTPServerRequestPart] {
    [.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/\(number)"))]
      + pieces.map { .body(ByteBuffer(string: $0)) } + [.end(nil)]
  }

  @Test("pieces of a body wait as one, and the parts come back in order")
  func order() {
    var backlog = RequestBacklog()
    let requests = Self.request(0, body: ["a", "b", "c"]) + Self.request(1, body: []) + Self.request(2, body: ["d"])
    for part in requests { backlog.hold(part) }
    var parts: [HTTPServerRequestPart] = []
    while let part = backlog.next() { parts.append(part) }
    #expect(parts == Self.request(0, body: ["abc"]) + Self.request(1, body: []) + Self.request(2, body: ["d"]))
    #expect(backlog.isEmpty && !backlog.isOverrun)
  }

  @Test("a body that waits is put together without a change to what its pieces are parts of")
  func shared() {
    var backlog = RequestBacklog()
    var read = ByteBuffer(string: "onetworest")
    let pieces = [read.readSlice(length: 3), read.readSlice(length: 3)].compactMap { $0 }
    for piece in pieces { backlog.hold(.body(piece)) }
    #expect(backlog.next() == .body(ByteBuffer(string: "onetwo")))
    #expect(pieces.map { String(buffer: $0) } == ["one", "two"] && String(buffer: read) == "rest")
  }

  @Test("one part more than may wait, and nothing that comes after it waits")
  func limit() {
    var backlog = RequestBacklog()
    for _ in 0..<RequestBacklog.limit { backlog.hold(.end(nil)) }
    #expect(!backlog.isOverrun && !backlog.isEmpty)
    backlog.hold(.end(nil))
    #expect(backlog.isOverrun)
    #expect(backlog.takeHeads().isEmpty)
    backlog.hold(.end(nil))
    #expect(backlog.next() == nil)
  }

  @Test("of what is not delivered the heads are left")
  func heads() {
    var backlog = RequestBacklog()
    for part in Self.request(0, body: ["a"]) + Self.request(1, body: []) + Self.request(2, body: ["b"]).dropLast() { backlog.hold(part) }
    // Its head is delivered.
    #expect(backlog.next() == Self.request(0, body: []).first)
    #expect(backlog.takeHeads().map(\.uri) == ["/1", "/2"])
    #expect(backlog.isEmpty && !backlog.isOverrun)
  }

  @Test("a body in pieces without end is one part")
  func pieces() {
    var backlog = RequestBacklog()
    for _ in 0..<10_000 { backlog.hold(.body(ByteBuffer(string: "x"))) }
    #expect(!backlog.isOverrun && backlog.next() == .body(ByteBuffer(repeating: UInt8(ascii: "x"), count: 10_000)))
    #expect(backlog.isEmpty && !backlog.isOverrun)
  }
}
