// SPDX-License-Identifier: Apache-2.0
import Store
import TestSupport
import Testing

/// Keys in more places than one would think of. The writer that takes them out has all other records waiting for it.
@Suite(.timeLimit(.minutes(1))) struct ManyKeysTests {
  private static func conversation(_ count: Int, _ content: String) -> StoredMessage {
    var message = StoredMessage(headers: [.init("x-session-token", "abcdefgh")], body: Array(#"{"messages":["#.utf8))
    message.body.reserveCapacity(count * (32 + content.utf8.count))
    for number in 0..<count {
      if number > 0 { message.body.append(UInt8(ascii: ",")) }
      message.boundaries.append(message.body.count)
      message.body += Array(#"{"role":"user","content":"\#(content)"}"#.utf8)
    }
    message.boundaries.append(message.body.count)
    message.body += Array("]}".utf8)
    return message
  }

  @Test("a hundred thousand messages with a key in each take one walk")
  func manyMessages() {
    let count = 110_000
    let exchange = Sample.exchange(1) { $0.request = Self.conversation(count, "abcdefgh") }
    var redacted = exchange
    let time = cpuTime { redacted = exchange.redacted(Redaction()) }
    #expect(time < .seconds(2))
    let expected = Self.conversation(count, "[redacted]")
    #expect(redacted.request?.body == expected.body && redacted.request?.boundaries == expected.boundaries)
  }

  @Test(
    "a boundary within a key is lost, those beside it move",
    arguments: [(0, 0), (8, 10), (2, nil), (7, nil), (9, 11), (16, nil), (17, 21), (22, 26)])
  func boundaries(before: Int, after: Int?) {
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(
        headers: [.init("x-session-token", "abcdefgh")], body: Array("abcdefgh abcdefgh tail".utf8), boundaries: [before])
    }
    let moved = exchange.redacted(Redaction()).request
    #expect(moved.map { String(decoding: $0.body, as: UTF8.self) } == "[redacted] [redacted] tail")
    #expect(moved?.boundaries == (after.map { [$0] } ?? []))
  }
}
