// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Testing
import Upstream

@Suite struct ForwardedHeadersTests {
  static let plain = Vendor(name: "plain", baseURL: "http://127.0.0.1:1/v1")
  static let keyed = Vendor(
    name: "keyed", baseURL: "http://127.0.0.1:1/v1", apiKey: Secret("sk-vendor"),
    headers: [Vendor.Header(name: "X-Team", value: Secret("blue"))])

  static func names(_ fields: [ForwardedHeaders.Field]) -> [String] { fields.map(\.name) }

  @Test("hop-by-hop fields, framing and Belay's own headers stay behind, whatever their case")
  func dropped() {
    let sent: [ForwardedHeaders.Field] = [
      ("Host", "127.0.0.1"), ("CONNECTION", "keep-alive, X-Once"), ("x-once", "1"), ("Keep-Alive", "5"), ("TE", "trailers"),
      ("Trailer", "x"), ("Transfer-Encoding", "chunked"), ("Upgrade", "h2c"), ("Proxy-Connection", "close"),
      ("proxy-authorization", "Basic x"), ("Content-Length", "3"), ("Expect", "100-continue"),
      ("X-Belay-Vendor", "a"), ("x-belay-anything", "b"), ("Accept", "*/*"), ("X-Stainless-Lang", "python"),
      ("Authorization", "Bearer client"),
    ]
    let forwarded = ForwardedHeaders.toVendor(sent, vendor: Self.plain, isInspected: false)
    #expect(Self.names(forwarded) == ["Accept", "X-Stainless-Lang", "Authorization"])
  }

  @Test("a client's credentials never reach a vendor that has a key of its own")
  func credentials() {
    let sent: [ForwardedHeaders.Field] = [
      ("authorization", "Bearer client"), ("api-key", "client"), ("X-Api-Key", "client"), ("Cookie", "s=client"), ("A", "1"),
    ]
    let forwarded = ForwardedHeaders.toVendor(sent, vendor: Self.keyed, isInspected: false)
    #expect(!forwarded.contains { $0.value.contains("client") })
    #expect(forwarded.map { "\($0.name): \($0.value)" } == ["A: 1", "Authorization: Bearer sk-vendor", "X-Team: blue"])
  }

  @Test("a configured header replaces the client's of the same name")
  func configured() {
    let forwarded = ForwardedHeaders.toVendor([("x-team", "red")], vendor: Self.keyed, isInspected: false)
    #expect(forwarded.filter { $0.name.lowercased() == "x-team" }.map(\.value) == ["blue"])
  }

  @Test("an inspected exchange asks for identity coding; any other keeps the client's wish")
  func coding() {
    let sent: [ForwardedHeaders.Field] = [("Accept-Encoding", "gzip, br")]
    #expect(ForwardedHeaders.toVendor(sent, vendor: Self.plain, isInspected: true).map(\.value) == ["identity"])
    #expect(ForwardedHeaders.toVendor(sent, vendor: Self.plain, isInspected: false).map(\.value) == ["gzip, br"])
  }

  @Test("the vendor's headers reach the client in order, repeated ones too, bytes as they are")
  func answer() {
    let sent = """
      Content-Type: text/event-stream\r
      Set-Cookie: a\r
      Connection: close, x-hop\r
      X-Hop: 1\r
      Keep-Alive: timeout=5\r
      set-cookie: b\r
      Content-Length: 9\r

      """
    var lines = Array(sent.utf8)
    lines += Array("X-Latin: caf".utf8) + [0xE9, 0x0D, 0x0A]
    lines += Array("X-Split: a\rSet-Cookie: b\r\nBad Name: c\r\nBad/Name: d\r\nX-Nul: a\0b\r\n".utf8)
    let fields = ForwardedHeaders.toClient(UpstreamHeaders(lines: lines))
    let expected =
      Array("Content-Type: text/event-stream\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 9\r\nX-Latin: caf".utf8)
      + [0xE9, 0x0D, 0x0A]
    #expect(fields.lines == expected)
    #expect(fields.hasContentLength)
  }

  @Test("a length beside chunks is not passed on, wherever it stands, and one that is repeated only once")
  func lengths() {
    for text in ["Content-Length: 9\r\nTransfer-Encoding: chunked\r\n", "transfer-encoding: chunked\r\ncontent-length: 9\r\n"] {
      let fields = ForwardedHeaders.toClient(UpstreamHeaders(lines: Array(text.utf8)))
      #expect(fields.lines.isEmpty && !fields.hasContentLength)
    }
    let twice = ForwardedHeaders.toClient(UpstreamHeaders(lines: Array("Content-Length: 9\r\ncontent-length: 9\r\n".utf8)))
    #expect(twice.lines == Array("Content-Length: 9\r\n".utf8) && twice.hasContentLength)
    // What is not passed on does not say where the answer ends: chunks will.
    for value in ["9\u{1}9", "9a", "-9", ""] {
      let odd = ForwardedHeaders.toClient(UpstreamHeaders(lines: Array("Content-Length: \(value)\r\n".utf8)))
      #expect(odd.lines.isEmpty && !odd.hasContentLength, "\(value)")
    }
  }

  @Test("a name of Belay's own goes nowhere, however long it is", arguments: 9...24)
  func ownNames(length: Int) {
    let name = String("x-belay-abcdefghijklmnop".prefix(length))
    #expect(ForwardedHeaders.toVendor([(name, "a")], vendor: Vendor(name: "v", baseURL: "http://v.test/v1"), isInspected: false).isEmpty)
    #expect(ForwardedHeaders.toClient(UpstreamHeaders(lines: Array("\(name): a\r\n".utf8))).lines.isEmpty)
  }
}
