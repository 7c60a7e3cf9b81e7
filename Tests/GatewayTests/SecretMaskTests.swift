// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import NIOCore
import Testing

@Suite struct SecretMaskTests {
  private static let secrets = WireSecrets(["sk-sk-vendor-1", "another-key", "half/key=and+more", "sk-sk-vendor-1-and-its-end"])

  /// A body, fed in steps of this size.
  private static func masked(_ bytes: [UInt8], by step: Int, standIn: [UInt8]? = nil) -> [UInt8] {
    var mask = SecretMask(secrets, standIn: standIn)
    var out = ByteBuffer()
    for start in stride(from: 0, to: bytes.count, by: step) {
      out.writeImmutableBuffer(mask.mask(ByteBuffer(bytes: bytes[start..<min(start + step, bytes.count)])))
    }
    out.writeImmutableBuffer(mask.end())
    out.writeImmutableBuffer(mask.end())
    return Array(out.readableBytesView)
  }

  private static func stars(_ count: Int) -> String { String(repeating: "*", count: count) }
  /// More than a mask holds back.
  private static let long = String(repeating: "some words, ", count: 60)

  private static let texts: [(text: String, masked: String)] = [
    ("no key", "no key"), ("Incorrect API key: sk-sk-vendor-1.", "Incorrect API key: **************."), ("sk-sk-vendor-1", "**************"),
    ("sk-sk-sk-vendor-1 another-key", "sk-************** ***********"), ("sk-sk-vendor-", "sk-sk-vendor-"), ("another-ke", "another-ke"),
    ("sk-sk-vendor-1sk-sk-vendor-1", "****************************"), ("", ""),
    ("sk-sk-vendor-1-and-its-end", stars(26)), ("\(long)sk-sk-vendor-1-and-its-end\(long)", "\(long)\(stars(26))\(long)"),
    ("refused: sk-sk-vendor-1-and-its-", "refused: " + stars(23)), ("sk-sk-vendor-1-and \(long)", "\(stars(18)) \(long)"),
    ("\(long)\(long)another-key\(long)another-key", "\(long)\(long)\(stars(11))\(long)\(stars(11))"),
  ]

  @Test("keys become stars of their length, at any cut; what only begins like one stays", arguments: texts.indices)
  func cuts(index: Int) {
    let (text, masked) = Self.texts[index]
    let bytes = Array(text.utf8)
    for step in [1, 2, 3, 7, 13, 100, 500, max(bytes.count, 1)] {
      #expect(String(decoding: Self.masked(bytes, by: step), as: UTF8.self) == masked, "in steps of \(step)")
    }
  }

  @Test(
    "a key is one however it is spelled",
    arguments: [
      #"half\/key=and+more"#, #"half\\\/key=and+more"#, "half%2Fkey%3Dand%2Bmore", "half%2fkey%3dand%2bmore", #"half/key=and\u002bmore"#,
      #"\u0068\u0061\u006C\u0066\u002f\u006b\u0065\u0079\u003D\u0061\u006e\u0064\u002B\u006D\u006F\u0072\u0065"#, #"\\u0068alf/key=and+more"#,
      "%68%61lf/key=and+more",
    ])
  func spellings(spelling: String) {
    for text in [spelling, "{\"error\":\"\(spelling)\"}", Self.long + spelling + Self.long] {
      let masked = text.replacing(spelling, with: Self.stars(spelling.utf8.count))
      for step in [1, 5, 64, text.utf8.count] {
        #expect(String(decoding: Self.masked(Array(text.utf8), by: step), as: UTF8.self) == masked, "in steps of \(step)")
      }
    }
  }

  @Test("what no key can be found in goes as stars, or not at all")
  func unreadable() {
    for littleEndian in [true, false] {
      let wide = "wrong: sk-sk-vendor-1".utf8.flatMap { (byte: UInt8) -> [UInt8] in littleEndian ? [byte, 0] : [0, byte] }
      for step in [1, 3, wide.count] { #expect(Self.masked(wide, by: step) == Array(repeating: UInt8(ascii: "*"), count: wide.count)) }
    }
    for step in [1, 100] { #expect(Self.masked(Array("sk-sk-vendor-1 packed".utf8), by: step, standIn: Array("{}".utf8)) == Array("{}".utf8)) }
  }

  /// Headers that go to a vendor, and what of them is a key.
  private static let headers: [(name: String, value: String, secrets: [String])] = [
    ("accept", "application/json", []), ("openai-beta", "assistants=v2", []), ("x-title", "My wonderful application", []),
    ("x-gate", "Bearer gate-key-22", ["Bearer gate-key-22", "gate-key-22"]), ("x-api-key", "abcdefg=hijklmn", ["abcdefg=hijklmn"]),
  ]

  @Test("of a vendor's headers only those are keys that a name or a scheme says so of; whole and in pieces", arguments: headers.indices)
  func ordinaryHeaders(index: Int) {
    let (name, value, secrets) = Self.headers[index]
    let vendor = Vendor(name: "v", baseURL: "http://v.test/v1", headers: [Vendor.Header(name: name, value: Secret(value))])
    let found = BelayConfiguration(vendors: [vendor]).wireSecrets
    #expect(Set(found) == Set(secrets))
  }

  @Test("keys of earlier configurations are known for a time, and there is a limit to them")
  func reload() {
    let lasting = Exchange.Lasting()
    #expect(lasting.remember(["first-key-1", "both-keys"]) == ["first-key-1", "both-keys"])
    #expect(lasting.remember(["second-key", "both-keys"]) == ["second-key", "both-keys", "first-key-1"])
    let many = (0..<999).map { "key-\($0)" }
    #expect(lasting.remember(many) == many + ["second-key"])
  }
}
