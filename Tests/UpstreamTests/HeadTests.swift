// SPDX-License-Identifier: Apache-2.0
import Testing
import Upstream

@Suite("Response heads")
struct HeadTests {
  /// Feeds lines and returns the last step.
  private func parse(_ lines: [String], limit: Int = 1 << 16) -> HeadParser.Step {
    var parser = HeadParser(limit: limit)
    var step = HeadParser.Step.more
    for line in lines {
      let bytes = Array((line + "\r\n").utf8)
      step = parser.feed(bytes.span)
      if case .failed = step { break }
    }
    return step
  }

  @Test(
    "The status line gives version and status",
    arguments: [
      ("HTTP/1.1 200 OK", UpstreamHead.Version.http1_1, 200), ("HTTP/1.0 404 Not Found", .http1_0, 404),
      ("HTTP/1.1 999", .http1_1, 999), ("HTTP/2 503 ", .http2, 503),
    ])
  func statusLine(line: String, version: UpstreamHead.Version, status: Int) {
    guard case .complete(let head) = parse([line, ""]) else {
      Issue.record("no head")
      return
    }
    #expect(head.version == version)
    #expect(head.status == status)
  }

  @Test(
    "A status line without a usable status is a protocol error, and no later line is read in its place",
    arguments: [
      "HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 1000", "HTTP/1.1 000", "HTTP/1.1 020", "HTTP/1.1 099", "HTTP/1.1 0200", "HTTP/1.1\t200",
      "HTTP/whatever", "HTTP/1.1 2000", "HTTP/1.1 20", "HTTP/1.1 200x", "",
    ])
  func badStatus(line: String) {
    for lines in [[line], ["HTTP/1.1 100 Continue", "", line]] {
      guard case .failed(let error) = parse(lines) else {
        Issue.record("no error")
        continue
      }
      #expect(error.kind == .protocol)
    }
  }

  @Test(
    "What has no token for a name is no field: libcurl takes none of these for a length",
    arguments: [
      "Content-Length : 5", "Content-Length\t: 5", "Content-Length\u{1}: 5", "Content-Length\u{B}: 5", "Content-Length\u{C}: 5",
      "\u{1}Content-Length: 5", "\u{B}Content-Length: 5", "Content Length: 5", ": 5", "Content-Length 5",
    ])
  func noField(line: String) {
    guard case .complete(let head) = parse(["HTTP/1.1 200 OK", line, "X-A: b", ""]) else {
      Issue.record("no head")
      return
    }
    #expect(head.headers.map(\.name) == ["X-A"])
    #expect(head.headers["content-length"] == nil)
  }

  @Test("Switching protocols is an error, other 1xx are skipped")
  func informational() {
    guard case .failed(let error) = parse(["HTTP/1.1 101 Switching Protocols", "Upgrade: x", ""]) else {
      Issue.record("no error")
      return
    }
    #expect(error.kind == .protocol)
    guard case .complete(let head) = parse(["HTTP/1.1 102 Processing", "X-A: b", "", "HTTP/1.1 200 OK", ""]) else {
      Issue.record("no head")
      return
    }
    #expect(head.status == 200)
    #expect(head.headers.fields.isEmpty)
  }

  @Test("A head over the limit is too large")
  func limit() {
    guard case .failed(let error) = parse(["HTTP/1.1 200 OK", String(repeating: "a", count: 60), "x: y"], limit: 64)
    else {
      Issue.record("no error")
      return
    }
    #expect(error.kind == .tooLarge)
  }

  @Test("More lines than any answer has are too many, however short, in one head, in heads before it, or as trailers")
  func lines() {
    let (first, last) = ("HTTP/1.1 200 OK", "")
    let cases = [
      [first] + Array(repeating: "a:", count: 2001), [first, "a: b"] + Array(repeating: " c", count: 2000),
      [[String]](repeating: ["HTTP/1.1 103 Early Hints"] + Array(repeating: "a:", count: 50) + [last], count: 41).flatMap { $0 },
      [first, last] + Array(repeating: "a:", count: 2001),
    ]
    for lines in cases {
      guard case .failed(let error) = parse(lines) else {
        Issue.record("\(lines.count) lines were taken")
        continue
      }
      #expect(error.kind == .tooLarge && error.description.contains("2000 lines"))
    }
    guard case .complete = parse([first] + Array(repeating: "a:", count: 2000) + [last]) else {
      Issue.record("2000 lines were refused")
      return
    }
  }

  @Test("Heads before the final one, and trailers, have a limit together: libcurl keeps them")
  func besides() {
    let early = ["HTTP/1.1 103 Early Hints", "Link: </a>; rel=preload", ""]
    var final = ["HTTP/1.1 200 OK", ""]
    guard case .complete = parse(early + final, limit: 64) else {
      Issue.record("one is no harm")
      return
    }
    guard case .failed(let error) = parse(early + early, limit: 64) else {
      Issue.record("no error")
      return
    }
    #expect(error.kind == .tooLarge)
    final += ["X-A: 1", "X-B: 2"]
    guard case .trailer = parse(final, limit: 64) else {
      Issue.record("some are no harm")
      return
    }
    guard case .failed(let trailers) = parse(final + [String(repeating: "x", count: 60)], limit: 64) else {
      Issue.record("no error")
      return
    }
    #expect(trailers.kind == .tooLarge && trailers.description.contains("trailers"))
  }

  @Test(
    "Lengths that differ, or are no number, leave open where the answer ends",
    arguments: [
      (["Content-Length: 5", "Content-Length: 5"], true), (["content-length:5", "CONTENT-LENGTH: 6"], false), (["Content-Length: 5, 5"], false),
      (["Content-Length: -5"], false), (["Content-Length:"], false), (["Content-Length: 0x5"], false), (["Content-Lengths: x", "Content-Type: y"], true),
      (["Content-Length: 1 0"], false), (["Content-Length: 1", " 0"], false), (["Content-Length:", "\t5"], false),
      (["Content-Length: \u{B}5"], true), ([" Content-Length: 5"], false), (["\tX-A: b"], false), (["Transfer-Encoding: Chunked"], true),
      (["Transfer-Encoding: gzip, chunked"], false), (["transfer-encoding: gzip"], false), (["Transfer-Encoding:", " chunked"], false),
 (["X-A: b", " Content-Length: x"], true), (["Content-Length: 5", "X-A: b", " c"], true),
    ])
  func lengths(fields: [String], isClear: Bool) {
    switch parse(["HTTP/1.1 200 OK"] + fields + [""], limit: 1000) {
    case .complete: #expect(isClear)
    case .failed(let error): #expect(!isClear && error.kind == .protocol)
    default: Issue.record("no end")
    }
  }

  @Test("Fields are found in any case, and the first of a name counts")
  func lookup() {
    let headers = UpstreamHeaders(lines: Array("Retry-After: 1\r\nretry-after: 2\r\nno colon\r\n: empty\r\n".utf8))
    #expect(headers["RETRY-AFTER"] == "1")
    #expect(headers["retry"] == nil)
    #expect(headers.map(\.name) == ["Retry-After", "retry-after"])
    #expect(headers.contains { $0.isNamed("reTRY-after") })
  }

  @Test("A value that is not UTF-8 keeps its bytes")
  func latin1() {
    let headers = UpstreamHeaders(lines: Array("X: caf".utf8) + [0xE9] + Array("\r\n".utf8))
    #expect(headers.first { _ in true }.map { Array($0.valueBytes) } == Array("caf".utf8) + [0xE9])
  }
}
