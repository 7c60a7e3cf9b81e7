// SPDX-License-Identifier: Apache-2.0

/// What a vendor can do wrong, byte for byte, and what Belay promises about it. `docs/faults.md` has the same lines.
struct FaultCase: Sendable {
  /// How an exchange ends.
  enum Outcome: Equatable, Sendable {
    /// The client gets an error of Belay's own.
    case refused(Int, String)
    /// The client has seen the beginning; its connection is closed there, and the record says why.
    case cut(String)
    /// The vendor's answer, as it is, with these findings in the record.
    case passed([String])
    /// Another attempt was made, and the client has one whole answer.
    case mended
    /// The text that the client has seen cannot be taken back: another attempt is made for the sake of calls, and where it has
    /// none, the stream ends with an error event.
    case told(String)
    /// The answer, in the form that was asked for.
    case reshaped

    var text: String {
      switch self {
      case .refused(let status, let code): "\(status) `\(code)`"
      case .cut(let code): "the answer ends without its end; recorded as `\(code)`"
      case .passed(let findings): "passes as it is; " + (findings.isEmpty ? "no finding" : findings.map { "`\($0)`" }.joined(separator: ", "))
      case .mended: "asked again: one whole answer"
      case .told(let code): "with tools asked again, for calls; without, or where none come, the stream ends with an error event `\(code)`"
      case .reshaped: "one answer, in the form that was asked for"
      }
    }
  }

  let name: String
  let steps: [FaultVendor.Step]
  let isStream: Bool
  let observe: Outcome
  let enforce: Outcome

  init(_ name: String, stream: Bool = false, _ steps: [FaultVendor.Step], observe: Outcome, enforce: Outcome = .mended) {
    (self.name, isStream, self.steps, self.observe, self.enforce) = (name, stream, steps, observe, enforce)
  }

  /// As in the table of the documentation.
  var row: String { "| \(name) | \(observe.text) | \(enforce.text) |" }

  // MARK: Bytes

  static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

  static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

  static func event(_ delta: String, finish: String = "null") -> String {
    #"data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"kimi-k2","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]}"#
      + "\n\n"
  }

  static let first = event(#"{"role":"assistant","content":"hel"}"#)
  static let rest = event(#"{"content":"lo"}"#) + event("{}", finish: #""stop""#) + "data: [DONE]\n\n"
  /// What the next attempt gets, on a connection that it is the last of, so that each attempt has one of its own.
  static let stream: [FaultVendor.Step] = [
    .send(head.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n") + chunk(first) + chunk(rest) + "0\r\n\r\n"), .close,
  ]
  static let body: [FaultVendor.Step] = .answer(json, ["Connection: close"]) + [.close]
  static let json = #"{"id":"1","object":"chat.completion","created":1,"model":"kimi-k2","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]}"#

  /// An empty member of RFC 1952, and no more: what matters is that it is no JSON.
  private static let gzip: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]

  private static func coded(_ coding: String, _ bytes: [UInt8]) -> [FaultVendor.Step] {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: \(coding)\r\nContent-Length: \(bytes.count)\r\n\r\n"
    return [.send(Array(head.utf8) + bytes)]
  }

  // MARK: The table

  static let unreachable = Outcome.refused(502, "vendor_unreachable")
  /// The same vendor is not asked again for it: it would say the same.
  static let redirected = Outcome.refused(502, "vendor_redirected")
  static let told = Outcome.told("no_valid_answer")
  static let timeout = Outcome.refused(504, "vendor_timeout")

  static let all: [FaultCase] = [
    FaultCase("accepts and never answers", [], observe: timeout),
    FaultCase("reset before the head", [.reset], observe: unreachable),
    FaultCase("closed before the head", [.close], observe: unreachable),
    FaultCase("closed within the head", [.send("HTTP/1.1 200 OK\r\nContent-Ty"), .close], observe: unreachable),
    FaultCase("reset within the head", [.send("HTTP/1.1 200 OK\r\nContent-Ty"), .reset], observe: unreachable),
    FaultCase("stall within the head", [.send("HTTP/1.1 200 OK\r\nContent-Ty")], observe: timeout),
    FaultCase("closed after the head", stream: true, [.send(head), .close], observe: .cut("vendor_truncated")),
    FaultCase("reset after the head", stream: true, [.send(head), .reset], observe: .cut("vendor_truncated")),
    FaultCase("stall after the head", stream: true, [.send(head)], observe: .cut("vendor_idleTimeout")),
    FaultCase("closed between two events", stream: true, [.send(head + chunk(first)), .close], observe: .cut("vendor_truncated"), enforce: told),
    FaultCase("reset between two events", stream: true, [.send(head + chunk(first)), .reset], observe: .cut("vendor_truncated"), enforce: told),
    FaultCase("stall between two events", stream: true, [.send(head + chunk(first))], observe: .cut("vendor_idleTimeout"), enforce: told),
    FaultCase(
      "closed within an event", stream: true, [.send(head + chunk(String(first.prefix(60)))), .close], observe: .cut("vendor_truncated")),
    FaultCase("closed within a chunk", stream: true, [.send(head + "fff\r\n" + first), .close], observe: .cut("vendor_truncated"), enforce: told),
    FaultCase(
      "a chunk size that is no number", stream: true, [.send(head + chunk(first) + "zz\r\nx\r\n")], observe: .cut("vendor_truncated"), enforce: told),
    FaultCase("chunks without the last one", stream: true, [.send(head + chunk(first + rest)), .close], observe: .cut("vendor_truncated"), enforce: .passed([])),
    FaultCase(
      "Content-Length too great", [.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n" + json), .close],
      observe: .cut("vendor_truncated")),
    FaultCase(
      "Content-Length too small", [.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n" + json)],
      observe: .passed(["response.not_json"])),
    FaultCase(
      "two Content-Lengths that differ",
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")], observe: unreachable),
    FaultCase(
      "Content-Length beside chunks", stream: true,
      [.send(head.replacing("\r\n\r\n", with: "\r\nContent-Length: 7\r\n\r\n") + chunk(first) + chunk(rest) + "0\r\n\r\n")],
      observe: .passed([]), enforce: .passed([])),
    FaultCase(
      "a folded first field", [.send("HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: \(json.utf8.count)\r\n\r\n" + json)], observe: unreachable),
    FaultCase(
      "a transfer coding besides chunks",
      [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunk(json) + "0\r\n\r\n")], observe: unreachable),
    FaultCase(
      "bytes behind a complete answer", .answer(json) + .answer(#"{"choices":[]}"#), observe: .passed(["usage.missing"]),
      enforce: .passed(["usage.missing"])),
    FaultCase("what is not HTTP", [.send("SSH-2.0-OpenSSH_9.2\r\n")], observe: unreachable),
    FaultCase("HTTP/0.9", [.send("<html>hello</html>"), .close], observe: unreachable),
    FaultCase("another protocol instead of an answer", [.send("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n")], observe: unreachable),
    FaultCase("one endless header", [.send("HTTP/1.1 200 OK\r\nX: "), .flood(Array(repeating: 0x78, count: 4096))], observe: unreachable),
    FaultCase("endless headers", [.send("HTTP/1.1 200 OK\r\n"), .flood(Array("X-More: and more and more\r\n".utf8))], observe: unreachable),
    FaultCase("endless 1xx answers", [.flood(Array("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".utf8))], observe: unreachable),
    FaultCase("an empty answer with 200", .answer(""), observe: .passed(["response.not_json"])),
    FaultCase("HTML with 200", .answer("<!DOCTYPE html><html><body>Sign in</body></html>", type: "text/html"), observe: .passed(["response.html"])),
    FaultCase("an error with 200", .answer(#"{"error":{"message":"overloaded"}}"#), observe: .passed(["response.error"])),
    FaultCase("status 500", .answer(#"{"error":{"message":"oops"}}"#, status: 500), observe: .passed(["response.http_error"])),
    FaultCase("status 503 with HTML", .answer("<html>busy</html>", status: 503, type: "text/html"), observe: .passed(["response.http_error", "response.html"])),
    FaultCase(
      "a redirect", .answer("{}", status: 302, ["Location: http://elsewhere.invalid/v1"]), observe: redirected, enforce: redirected),
    FaultCase("a body in gzip, unasked", coded("gzip", gzip), observe: .passed(["response.not_json"])),
    FaultCase("a body in brotli, unasked", coded("br", [0x8B, 2, 0x80, 0x68, 0x69, 3]), observe: .passed(["response.not_json"])),
    FaultCase("a stream where none was asked for", .answer(first + rest, type: "text/event-stream"), observe: .passed([]), enforce: .reshaped),
  ]
}
