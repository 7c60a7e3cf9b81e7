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
      ("X-Belay-Vendor", "a"), ("x-belay-anything", "b"), ("X-Original-URL", "/b"), ("X-Rewrite-URL", "/b"), ("X-HTTP-Method-Override", "DELETE"),
      ("X-Method-Override", "PUT"), ("X-HTTP-Method", "PUT"), ("X-Accel-Redirect", "/b"), ("X-Sendfile", "/b"), ("X-Forwarded-Prefix", "/b"), ("X-Original-URI", "/b"), ("X-Forwarded-Uri", "/b"), ("Accept", "*/*"), ("X-Stainless-Lang", "python"),
      ("X-Original-Path", "/b"), ("X-Original-Method", "PUT"), ("X-Envoy-Original-Path", "/b"), ("X-Script-Name", "/b"), ("my_own", "1"),
      ("X_Original_URL", "/b"), ("X.Original!URL", "/b"), ("X'HTTP*Method+Override", "PUT"), ("X-HTTP_Method-Override", "PUT"), ("Content_Encoding", "gzip"), ("content_TYPE", "x"), ("Content_Length", "3"),
      ("Transfer_Encoding", "chunked"), ("X_Belay_Vendor", "a"), ("Authorization", "Bearer client"),
    ]
    let forwarded = ForwardedHeaders.toVendor(sent, vendor: Self.plain, isInspected: false)
    #expect(Self.names(forwarded) == ["Accept", "X-Stainless-Lang", "my_own", "Authorization"])
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
    let forwarded = ForwardedHeaders.toVendor([("x-team", "red"), ("X_Team", "green")], vendor: Self.keyed, isInspected: false)
    #expect(forwarded.filter { $0.name.lowercased().hasSuffix("team") }.map(\.value) == ["blue"])
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
      X-Many: a\r
      Connection: close, x-hop\r
      X-Hop: 1\r
      Keep-Alive: timeout=5\r
      x-many: b\r
      Content-Length: 9\r

      """
    var lines = Array(sent.utf8)
    lines += Array("X-Latin: caf".utf8) + [0xE9, 0x0D, 0x0A]
    lines += Array("X-Split: a\rSet-Cookie: b\r\nBad Name: c\r\nBad/Name: d\r\nX-Nul: a\0b\r\nX-Del: a\u{7F}b\r\n".utf8)
    let fields = ForwardedHeaders.toClient(UpstreamHeaders(lines: lines))
    let expected =
      Array("Content-Type: text/event-stream\r\nX-Many: a\r\nx-many: b\r\nContent-Length: 9\r\nX-Latin: caf".utf8)
      + [0xE9, 0x0D, 0x0A]
    #expect(fields.lines == expected)
    #expect(fields.hasContentLength)
  }

  @Test("what a site says to its own browser goes no further, in either direction")
  func site() {
    let lines = "Set-Cookie: a\r\nset-cookie2: b\r\nAlt-Svc: h3\r\nStrict-Transport-Security: max-age=1\r\nRefresh: 0\r\nClear-Site-Data: *\r\nUse-As-Dictionary: match=\"/*\"\r\nX-Fine: 1\r\n"
    #expect(ForwardedHeaders.toClient(UpstreamHeaders(lines: Array(lines.utf8))).lines == Array("X-Fine: 1\r\n".utf8))
    let vendor = Vendor(name: "v", baseURL: "http://v.test/v1")
    #expect(ForwardedHeaders.toVendor([("Cookie", "a=b"), ("Dictionary-ID", "1"), ("Available-Dictionary", ":a:"), ("X-Fine", "1")], vendor: vendor, isInspected: false).map(\.name) == ["X-Fine"])
  }

  @Test("a client's key goes to no vendor: not beside other letters, as a name, or as another client's")
  func keys() {
    let key = "belay_" + String(repeating: "aB3", count: 14) + "x"
    let other = "belay_" + String(repeating: "z9Y", count: 14) + "0"
    let vendor = Vendor(name: "v", baseURL: "http://v.test/v1")
    let fields: [ForwardedHeaders.Field] = [
      ("X-A", "\(key)\u{301}"), (key, "1"), ("X-B", "see \(other)."), ("X-C", "belay_short"), ("X-D", "is belay_ here? no, not at all, not even once"),
    ]
    #expect(ForwardedHeaders.toVendor(fields, vendor: vendor, isInspected: false, clientKey: key).map(\.name) == ["X-C", "X-D"])
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
    for value in ["9\u{1}9", "9a", "-9", "", "9223372036854775808"] {
      let odd = ForwardedHeaders.toClient(UpstreamHeaders(lines: Array("Content-Length: \(value)\r\n".utf8)))
      #expect(odd.lines.isEmpty && !odd.hasContentLength, "\(value)")
    }
  }

  @Test("where something is found is told, but not where a status says no such thing; a vendor's key is told in no spelling")
  func left() {
    let lines = "Location: http://v.test/1\r\nX-A: half%2Fkey-0123\r\nX-half\\/key-0123: 1\r\nX-B: half/key-0123.\r\nX-Fine: 1\r\n"
    let headers = UpstreamHeaders(lines: Array(lines.utf8))
    let secrets = WireSecrets(["half/key-0123"]).search
    let told = ForwardedHeaders.toClient(headers, secrets: secrets)
    #expect(told.lines == Array("Location: http://v.test/1\r\nX-Fine: 1\r\n".utf8))
    let kept = ForwardedHeaders.toClient(headers, secrets: secrets, keepsLocation: false)
    #expect(kept.lines == Array("X-Fine: 1\r\n".utf8))
  }

  @Test("a name of Belay's own goes nowhere, however long it is", arguments: 9...24)
  func ownNames(length: Int) {
    let name = String("x-belay-abcdefghijklmnop".prefix(length))
    #expect(ForwardedHeaders.toVendor([(name, "a")], vendor: Vendor(name: "v", baseURL: "http://v.test/v1"), isInspected: false).isEmpty)
    #expect(ForwardedHeaders.toClient(UpstreamHeaders(lines: Array("\(name): a\r\n".utf8))).lines.isEmpty)
  }
}
