// SPDX-License-Identifier: Apache-2.0

/// What a client may not send, as bytes, and what it is told.
enum BadInput {
  struct Case: Sendable {
    var name: String
    let bytes: [UInt8]
    let status: Int
    var says: String

    init(_ name: String, _ text: String, _ status: Int = 400, says: String = "") { self.init(name, Array(text.utf8), status, says: says) }

    init(_ name: String, _ bytes: [UInt8], _ status: Int = 400, says: String = "") {
      (self.name, self.bytes, self.status, self.says) = (name, bytes, status, says)
    }
  }

  static let post = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n"
  static let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
  /// What one reader could take for a second request.
  static let smuggled = "GET /v1/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

  // MARK: Framing

  static let framing: [Case] = [
    Case("two lengths that differ", post + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + smuggled),
    Case("two lengths that agree", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + smuggled),
    Case("a list of lengths", post + "Content-Length: 2, 2\r\n\r\n{}" + smuggled),
    Case("a length with a sign", post + "Content-Length: +2\r\n\r\n{}" + smuggled),
    Case("a negative length", post + "Content-Length: -1\r\n\r\n{}" + smuggled),
    Case("a hexadecimal length", post + "Content-Length: 0x2\r\n\r\n{}" + smuggled),
    Case("a length with a blank inside", post + "Content-Length: 2 0\r\n\r\n{}" + smuggled),
    Case("an empty length", post + "Content-Length:\r\n\r\n" + smuggled),
    Case("a length beyond 64 bits", post + "Content-Length: 18446744073709551618\r\n\r\n{}" + smuggled),
    Case("length, then chunked", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled),
    Case("chunked, then length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled),
    Case("a coding that is nearly chunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled, 501),
    Case("a coding with a tab before it", post + "Transfer-Encoding:\u{B}chunked\r\n\r\n0\r\n\r\n" + smuggled),
    Case("chunked, then another coding", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled),
    Case("chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled),
    Case("another coding before chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled, 501),
    Case("chunked in HTTP/1.0", chunked.replacing("HTTP/1.1", with: "HTTP/1.0") + "0\r\n\r\n" + smuggled),
    Case("a blank before the colon", post + "Content-Length : 2\r\n\r\n{}" + smuggled),
    Case("a header that is folded", post + "X-Folded: a\r\n b\r\nContent-Length: 2\r\n\r\n{}" + smuggled),
    Case("a coding that is folded", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + smuggled),
    Case("a first header that is folded", "POST /v1/x HTTP/1.1\r\n Host: a\r\n\r\n" + smuggled),
    Case("a bare LF after the request line", "POST /v1/x HTTP/1.1\nHost: a\r\n\r\n" + smuggled),
    Case("a bare LF after a header", "POST /v1/x HTTP/1.1\r\nHost: a\nX: y\r\n\r\n" + smuggled),
    Case("a bare LF at the end of the head", "POST /v1/x HTTP/1.1\r\nHost: a\r\n\n" + smuggled),
    Case("a bare CR in a header", post + "X: a\rContent-Length: 2\r\n\r\n{}" + smuggled),
    Case("a NUL in a header", post + "X: a\0b\r\n\r\n" + smuggled),
    Case("a NUL in a name", post + "X\0: a\r\n\r\n" + smuggled),
    Case("a header without a name", post + ": a\r\n\r\n" + smuggled),
    Case("a header without a colon", post + "Nonsense\r\n\r\n" + smuggled),
    Case("no Host", "GET /v1/models HTTP/1.1\r\n\r\n" + smuggled, says: "there is no Host"),
    Case("two Hosts", "GET /v1/models HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + smuggled, says: "Host stands twice"),
    Case("a chunk size that is no number", chunked + "zz\r\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk size with a sign", chunked + "-2\r\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk size with 0x", chunked + "0x2\r\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk size beyond 64 bits", chunked + "10000000000000002\r\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk size with a bare LF", chunked + "2\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk extension with a bare LF", chunked + "2;a\nb\r\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk extension with a NUL", chunked + "2;a=\0\r\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk that is longer than its size", chunked + "1\r\n{}\r\n0\r\n\r\n" + smuggled),
    Case("a chunk without its line end", chunked + "2\r\n{}0\r\n\r\n" + smuggled),
  ]

  static let heads: [Case] = [
    Case("a version of tomorrow", "GET /v1/models HTTP/3.0\r\nHost: a\r\n\r\n"),
    Case("HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Case("TLS to a port that speaks HTTP", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + Array(repeating: 0xAA, count: 60)),
    Case("a method that nobody knows", "SMUGGLE /v1/models HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case("an empty Host", "GET /v1/models HTTP/1.1\r\nHost:\r\n\r\n" + smuggled, says: "Host is no"),
    Case("two names in Host", "GET /v1/models HTTP/1.1\r\nHost: a,b\r\n\r\n" + smuggled, says: "Host is no"),
    Case("a path in Host", "GET /v1/models HTTP/1.1\r\nHost: a/b\r\n\r\n" + smuggled, says: "Host is no"),
    Case("a user in Host", "GET /v1/models HTTP/1.1\r\nHost: u@a\r\n\r\n" + smuggled, says: "Host is no"),
    Case("a password in the target", "GET http://user:secret@b/v1/models HTTP/1.1\r\nHost: b\r\n\r\n" + smuggled, says: "names a user"),
    Case("a header that is not UTF-8", Array((post + "X: caf").utf8) + [0xE9] + Array("\r\n\r\n\(smuggled)".utf8), says: "not UTF-8"),
    Case("a fragment in the target", "GET /v1/models#/chat HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case("a byte beyond ASCII in the target", "GET /v1/mod\u{E9}ls HTTP/1.1\r\nHost: a\r\n\r\n"),
    Case("a target that is not a path", "CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    Case("TRACE, which would show what is added for the vendor", "TRACE /v1/models HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 405),
    Case("a header as long as all may be", "GET /v1/models HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 70_000) + "\r\n\r\n", 431),
    Case("a header without end", "GET /v1/models HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 300_000), 431),
    Case("blanks before a value without end", "GET /v1/models HTTP/1.1\r\nHost: a\r\nX:" + String(repeating: " ", count: 300_000), 431),
    Case("a name without end", "GET /v1/models HTTP/1.1\r\nHost: a\r\n" + String(repeating: "x", count: 300_000), 431),
    Case(
      "ten thousand headers", "GET /v1/models HTTP/1.1\r\nHost: a\r\n" + (0..<10_000).map { "X-\($0): y\r\n" }.joined() + "\r\n", 431),
    Case("a target without end", "GET /v1/" + String(repeating: "x", count: 300_000), 431),
    Case(
      "trailers without end", chunked + "2\r\n{}\r\n0\r\n" + (0..<10_000).map { "X-\($0): y\r\n" }.joined() + "\r\n", 431),
    Case("blanks before a trailer's value without end", chunked + "2\r\n{}\r\n0\r\nX:" + String(repeating: " ", count: 300_000), 431),
  ]

  // MARK: JSON

  static func json(_ name: String, _ body: [UInt8], at offset: Int, _ status: Int = 400) -> Case {
    Case(name, Array((post + "Content-Length: \(body.count)\r\n\r\n").utf8) + body, status, says: "at byte \(offset):")
  }

  static func json(_ name: String, _ body: String, at offset: Int) -> Case { json(name, Array(body.utf8), at: offset) }

  static let bodies: [Case] = [
    json("nothing at all", "", at: 0),
    json("half an object", #"{"model":"#, at: 9),
    json("two documents", "{} {}", at: 3),
    json("a byte order mark", [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], at: 0),
    json("UTF-16", [0x7B, 0, 0x7D, 0], at: 1),
    json("a comma too many", #"{"model":"k",}"#, at: 13),
    json("NaN", #"{"temperature":NaN}"#, at: 15),
    json("a raw line feed in a string", "{\"model\":\"a\nb\"}", at: 11),
    json("a NUL between values", "{\"model\":\0\"k\"}", at: 9),
    json("an overlong form of /", Array(#"{"model":""#.utf8) + [0xC0, 0xAF] + Array("\"}".utf8), at: 10),
    json("a surrogate in UTF-8", Array(#"{"model":""#.utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8), at: 10),
    json("half a character", Array(#"{"model":""#.utf8) + [0xE4, 0xBD] + Array("\"}".utf8), at: 10),
    json("a bad escape", #"{"model":"\x"}"#, at: 11),
    json("a number with a leading zero", #"{"n":01}"#, at: 6),
    json("a million brackets", #"{"a":"# + String(repeating: "[", count: 1_000_000), at: 516),
    json("a million objects", String(repeating: #"{"a":"#, count: 1_000_000), at: 2560),
    Case("an array", post + "Content-Length: 2\r\n\r\n[]", says: "not a JSON object"),
    Case("a number of a megabyte, and nothing else", post + "Content-Length: 1000000\r\n\r\n" + String(repeating: "9", count: 1_000_000), says: "not a JSON object"),
  ]
}
