// SPDX-License-Identifier: Apache-2.0
import Store
import TestSupport
import Testing

/// Clients choose what is looked for, and vendors in what: neither may make it long. Limits are far from what it takes, and as far from
/// what it took where each was compared with each.
@Suite struct ManySecretsTests {
  private static let patience = Duration.seconds(10)

  private static func timed<Result>(_ body: () -> Result) -> Result {
    var result: Result?
    let time = cpuTime { result = body() }
    #expect(time < patience, "\(time)")
    return result!
  }

  private static let words = (0..<6000).map { "word\($0)x/" }

  @Test(arguments: [
    ("Authorization", "Bearer " + words.joined(separator: ",")),
    ("x-api-key", (0..<3000).map { "abcdefgh\($0)=ijklmnop" }.joined(separator: ";")),
    ("Referer", "http://a.example/?" + String(repeating: "key=12345678;", count: 4000)), ("x-auth", String(repeating: "a,", count: 30_000)),
    ("Cookie", (0..<2000).map { "n\($0)=0123456789abcdef" }.joined(separator: "; ")),
  ])
  func aHeaderOfManyKeysIsNotTakenApartWhole(_ name: String, _ value: String) {
    let secrets = Self.timed { Redaction().secrets(headers: [(name, value), (name, value)], target: "/") }
    #expect(secrets.reduce(0) { $0 + $1.utf8.count } <= 8 * value.utf8.count && secrets.count < 2 * Redaction.mostSecrets)
  }

  @Test func aQueryOfManyKeysIsNoLongerThanTwice() {
    let target = "/v1?" + String(repeating: "key=a;", count: 10_000)
    let secrets = Self.timed { Redaction().secrets(headers: [], target: target) }
    #expect(secrets.reduce(0) { $0 + $1.utf8.count } <= 2 * target.utf8.count)
    #expect(Redaction().secrets(headers: [], target: "/v1?a=1;key=12345678;key=abcdefgh&key=ABCDEFGH#x")
      == ["12345678;key=abcdefgh", "12345678", "abcdefgh", "ABCDEFGH#x", "ABCDEFGH"])
  }

  @Test func manyAreLookedForAsFastAsFew() {
    let search = Self.timed { SecretSearch(["known-secret"]).adding(Self.words) }
    let text = Array((String(repeating: "some words, and more of them. ", count: 50_000) + Self.words[77]).utf8)
    #expect(Self.timed { search.ranges(in: text.span) } == [text.count - Self.words[77].utf8.count..<text.count])
  }

  static let costly: [(name: String, value: String)] = [
    ("x-api-key", "01234567" + String(repeating: "/~+%", count: 14_000)),
    ("x-api-key", "01234567" + String(repeating: "/~+%", count: 1900)),
    ("x-key", many(250) { "000001" + String(repeating: "\\", count: 220) + "\($0)" }),
    ("x-key", many(36) { "000001" + String(repeating: "\\", count: 220) + "\($0)" }),
    ("x-key", many(200) { "000001" + String(repeating: "a", count: 220) + "\($0)" }),
    ("x-key", many(500) { "/\($0)\"56789012" }),
    ("x-key", many(500) { "\($0)\"567890123456789+\($0)" }),
    ("x-key", many(500) { "\($0)567890123456789x\($0)" }),
  ]

  private static func many(_ count: Int, _ key: (Int) -> String) -> String { (100..<100 + count).map(key).joined(separator: ",") }

  /// Nor of both: of a record its keys are known twice, and its headers are searched for them.
  @Test(arguments: costly)
  func whatAHeadMayHoldIsLookedForInNoTime(_ name: String, _ value: String) {
    func fastest(_ body: () -> Void) -> Duration { (0..<5).map { _ in cpuTime(body) }.min() ?? .zero }
    let usual = fastest { _ = SecretSearch((0..<256).map { "0123456789abcdef0123456789abcdef\($0)" }) }
    let secrets = Redaction().secrets(headers: [(name, value)], target: "/")
    if Redaction.areTooMany(secrets) {
      #expect(fastest { _ = Redaction.areTooMany(secrets) } < usual * 40)
    } else {
      #expect(fastest { _ = SecretSearch(secrets + secrets) } < usual * 40)
    }
    // What it was, in hundreds of milliseconds: of a vendor's head, four fields of which may be so long.
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(headers: [.init(name, value)], body: Array("a question".utf8))
      $0.response = StoredMessage(headers: (0..<4).map { .init("\($0)-\(name)", value) }, body: Array("an answer".utf8))
      $0.secrets = secrets
    }
    #expect(fastest { _ = exchange.redacted(Redaction()) } < usual * 200)
  }

  static let honest: [(name: String, value: String)] = [
    ("Cookie", (0..<400).map { "c\($0)=aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6kL9n\($0)" }.joined(separator: "; ")),
    ("Cookie", (0..<60).map { "c\($0)=" + String(repeating: "a%22\($0 % 10)", count: 20) }.joined(separator: "; ")),
    ("X-Auth-Request-Groups", many(400) { "team-\($0)-platform" }),
    ("Authorization", "Bearer " + String(repeating: "eyJhbGciOi-aB3dE", count: 3500)),
    ("Authorization", "Negotiate " + String(repeating: "YIIc/+aB3dEfGh1j", count: 640)),
  ]

  @Test(arguments: honest)
  func whatPeopleSendIsNotTooMuch(_ name: String, _ value: String) {
    let secrets = Redaction().secrets(headers: [(name, value)], target: "/")
    #expect(!secrets.isEmpty && !Redaction.areTooMany(secrets))
  }

  static let hostile: [(secrets: [String], text: String)] = [
    // Half of a key again and again, and a word that ends in nothing but signs.
    (["Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay"], String(repeating: "Zq8Wv5Tn2Rk9Lm4X", count: 30_000) + String(repeating: ".", count: 500_000)),
    (["Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay"], String(repeating: "q8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3", count: 30_000) + String(repeating: ".", count: 500_000)),
    ([String(repeating: ".", count: 32) + "b"], String(repeating: ".", count: 1 << 20)),
    (
      ["Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay", "Zq8Wv5Tn2Rk9Lm4X" + String(repeating: "a", count: 300)],
      String(repeating: "Zq8Wv5Tn2Rk9Lm4Xa", count: 30_000) + String(repeating: ":", count: 500_000)
    ),
    ([String(repeating: "a", count: 59_000)], String(repeating: "a", count: 2 << 20)),
    ([String(repeating: "a", count: 59_000) + "b"], String(repeating: "a", count: 2 << 20)),
    ((0..<256).map { String(repeating: "a", count: 8 + $0) + "/" }, String(repeating: "a", count: 2 << 20)),
    // Alike in their middles only, which come again and again.
    ((100..<600).map { "\($0)00012345678000\($0)" }, String(repeating: "00012345678000", count: 100_000)),
    ((10..<60).map { "/\($0)" + String(repeating: "1", count: 1000) + "\($0)" }, String(repeating: "1", count: 2 << 20)),
    ((10..<60).map { "\($0)" + String(repeating: "1", count: 1000) + "\($0)" }, String(repeating: String(repeating: "1", count: 600) + "2", count: 2000)),
    ([String(repeating: "…", count: 20_000) + "z1"], String(repeating: String(repeating: "…", count: 5000) + "x", count: 20)),
    ([String(repeating: "x", count: 30_000) + "…"], String(repeating: "…", count: 300_000)),
    ([String(repeating: "…x", count: 15_000) + "1"], String(repeating: "…x", count: 100_000)),
  ]

  @Test(arguments: hostile.indices)
  func noTextIsLookedThroughForLong(_ number: Int) {
    let (secrets, text) = Self.hostile[number]
    let search = SecretSearch(secrets)
    _ = Self.timed { search.ranges(in: text.utf8.span) }
  }

  /// Keys of two lengths, in turn: half of the one ends before a long word, half of the other within it.
  @Test func aLongWordIsWalkedOnce() {
    let known = "Zq8Wv5Tn2Rk9Lm4Xc7PbZq8Wv5Tn2Rk9!Lm4Xc7Pb1Jd6Hf3"
    let keys = (1000..<1250).flatMap { ["\(known)\($0)", "\(known)\($0)" + String(repeating: "a", count: 44)] }
    let text = Array((known + String(repeating: "z", count: 2 << 20)).utf8)
    func fastest(_ keys: [String]) -> Duration {
      let search = SecretSearch(keys)
      return (0..<3).map { _ in cpuTime { #expect(search.ranges(in: text.span) == [0..<text.count]) } }.min() ?? .zero
    }
    let (many, few) = (fastest(keys), fastest(Array(keys.prefix(2))))
    // It was 80 times as long.
    #expect(many < few * 20, "\(many), \(few)")
  }

  @Test func manyShortTextsCostNoMoreThanTheirBytes() {
    let keys = (0..<450).map { "k\(100 + $0)xyzXYZaaaaaaaa\(100 + $0)QRSqrs9" }
    let search = SecretSearch(keys)
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 24)
    let time = cpuTime {
      for _ in 0..<100_000 { _ = search.ranges(in: text.span) }
    }
    // Eight seconds, where each text may cost as much as a long one.
    #expect(time < .seconds(3), "\(time)")
    let said = Array("it is \(keys[7]), or so".utf8)
    // With so many alike, what stands behind one is not looked at.
    #expect(search.ranges(in: said.span) == [6..<said.count])
  }

  /// Of 100,000, half a minute of the writer, where each looked for a `delta` beside it.
  @Test func manyMembersOfOneNameAreReadOnce() {
    let members = Array(repeating: #""message":"a""#, count: 100_000).joined(separator: ",")
    let body = Array("data: {\"z\":{\(members)}}\n\n".utf8)
    #expect(Self.timed { MessageTexts(body) }.bytes.contains { $0.count == 99_999 })
  }

  /// Each place has a text of its own, of fifty times its bytes.
  @Test(arguments: ["array", "members"])
  func ofABodyWithMorePlacesThanAreReadNothingIsKept(_ form: String) throws {
    let places = (0..<200_000).map { form == "array" ? #""a""# : #""\#($0)":"a""# }.joined(separator: ",")
    let body = Array("data: {\"z\":\(form == "array" ? "[\(places)]" : "{\(places)}")}\n\n".utf8)
    #expect(Self.timed { MessageTexts(body) }.bytes.count == 1 << 16)
    let exchange = Sample.exchange(1) { $0.attempts[0].response = StoredMessage(body: body) }
    let kept = try #require(exchange.redacted(Redaction()).attempts[0].response)
    #expect(kept.body.isEmpty && kept.omittedBytes == body.count)
  }

  @Test func whereTheWorkIsTooMuchTheTextIsTakenForASecret() {
    let search = SecretSearch([String(repeating: "a", count: 59_000) + "b"])
    let cleared = search.cleared(String(repeating: "a", count: 1 << 20))
    #expect(cleared.map { $0.utf8.count < 1 << 20 && $0.hasSuffix(Redaction.mark) } == true)
  }

  /// Decoys that stand before the key in order, or behind it, by the letter that comes next.
  @Test(arguments: ["0", "m", "z"])
  func decoysHideNoKey(_ letter: String) {
    let key = "sk-front" + String(repeating: "Zq8Wv5Tn2Rk9", count: 5)
    let known = String(key.prefix(40))
    let decoys = (100..<130).map { known + letter + String(repeating: "a\($0)", count: 50) }
    for text in [known, known + "0", known + "n", key] { #expect(SecretSearch(decoys + [key]).cleared("it is \(text)!") == "it is [redacted]!") }
  }

  /// What is known of a front's key, and what is not, in texts that are too much work: where the search gives up tells nothing of the key.
  @Test(arguments: [9, 12, 20, 29])
  func whereTheWorkIsTooMuchTellsNothing(_ known: Int) {
    let key = "sk-front" + String(repeating: "Zq8Wv5Tn2Rk9", count: 5)
    let search = SecretSearch((100..<131).map { "sk-front" + String(repeating: "a\($0)", count: 200) } + [key])
    func gaveUp(_ probe: String) -> [Range<Int>] { search.ranges(in: Array(repeating: probe, count: 4000).joined(separator: " ").utf8.span) }
    let right = gaveUp(String(key.prefix(known)))
    #expect(right == gaveUp(key.prefix(known - 1) + "!") && right.last?.upperBound == (known + 1) * 4000 - 1)
  }

  @Test func ofARecordWithMoreKeysThanAreLookedForNoTextIsKept() {
    let key = "sk-planted-0123456789abcdef"
    let exchange = Sample.exchange(1) {
      let headers = [StoredMessage.Header("Authorization", Self.words.joined(separator: ",") + "," + key)]
      $0.request = StoredMessage(headers: headers, body: Array("it is \(key)".utf8))
      $0.model = "m-\(key)"
    }
    let kept = exchange.redacted(Redaction())
    #expect(!"\(kept)".contains("planted") && kept.model == Redaction.mark && kept.request?.body == Array(Redaction.mark.utf8))
  }

  @Test(arguments: [
    StoredMessage.Header("Set-Cookie", (0..<2000).map { "n\($0)=0123456789abcdef\($0)" }.joined(separator: "; ")),
    StoredMessage.Header("x-api-key", "0123456789" + String(repeating: "/~+%", count: 15_000)),
  ])
  func ofAnAnswerWithMoreKeysThanAreLookedForOnlyTheQuestionIsKept(_ header: StoredMessage.Header) {
    let exchange = Sample.exchange(1) {
      ($0.model, $0.error) = ("kimi", "it said 0123456789abcdef1999")
      let headers = [StoredMessage.Header("Authorization", "Bearer sk-planted-0123456789")]
      $0.request = StoredMessage(headers: headers, body: Array("it is sk-planted-0123456789".utf8))
      $0.response = StoredMessage(headers: [header], body: Array("0123456789abcdef1999".utf8))
    }
    let kept = exchange.redacted(Redaction())
    #expect(kept.request?.body == Array("it is [redacted]".utf8) && kept.model == "kimi")
    #expect(kept.response?.body == Array(Redaction.mark.utf8) && kept.error == Redaction.mark)
  }

  @Test func anAnswersCookiesAreLookedForWhereTheyCanBe() {
    let cookies = (0..<300).map { "n\($0)=0123456789abcdef\($0)" }.joined(separator: "; ")
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(headers: [.init("Authorization", "Bearer sk-planted-0123456789")], body: Array("a question".utf8))
      $0.response = StoredMessage(headers: [.init("Set-Cookie", cookies)], body: Array("it is sk-planted-0123456789, 0123456789abcdef299".utf8))
    }
    let kept = exchange.redacted(Redaction())
    #expect(kept.request?.body == Array("a question".utf8))
    #expect(kept.response?.body == Array("it is [redacted], [redacted]".utf8))
  }
}
