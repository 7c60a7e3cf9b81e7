// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

/// Clients choose what is looked for, and vendors in what: neither may make it long. Limits are far from what it takes, and as far from
/// what it took where each was compared with each.
@Suite struct ManySecretsTests {
  private static let patience = Duration.seconds(10)

  private static func timed<Result>(_ body: () -> Result) -> Result {
    let start = ContinuousClock.now
    let result = body()
    let time = ContinuousClock.now - start
    #expect(time < patience, "\(time)")
    return result
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
    #expect(Self.timed { search.ranges(in: text.span, isCut: true) } == [text.count - Self.words[77].utf8.count..<text.count])
  }

  static let hostile: [(secrets: [String], text: String)] = [
    ([String(repeating: "a", count: 59_000)], String(repeating: "a", count: 2 << 20)),
    ([String(repeating: "a", count: 59_000) + "b"], String(repeating: "a", count: 2 << 20)),
    ((0..<256).map { String(repeating: "a", count: 8 + $0) + "/" }, String(repeating: "a", count: 2 << 20)),
    ([String(repeating: "…", count: 20_000) + "z1"], String(repeating: String(repeating: "…", count: 5000) + "x", count: 20)),
    ([String(repeating: "x", count: 30_000) + "…"], String(repeating: "…", count: 300_000)),
    ([String(repeating: "…x", count: 15_000) + "1"], String(repeating: "…x", count: 100_000)),
  ]

  @Test(arguments: hostile.indices)
  func noTextIsLookedThroughForLong(_ number: Int) {
    let (secrets, text) = Self.hostile[number]
    let search = SecretSearch(secrets)
    for isCut in [false, true] { _ = Self.timed { search.ranges(in: text.utf8.span, isCut: isCut) } }
  }

  @Test func whereTheWorkIsTooMuchTheTextIsTakenForASecret() {
    let search = SecretSearch([String(repeating: "a", count: 59_000) + "b"])
    let cleared = search.cleared(String(repeating: "a", count: 1 << 20))
    #expect(cleared.map { $0.utf8.count < 1 << 20 && $0.hasSuffix(Redaction.mark) } == true)
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

  @Test func anAnswersManyCookiesHideNothingElse() {
    let cookies = (0..<2000).map { "n\($0)=0123456789abcdef\($0)" }.joined(separator: "; ")
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(headers: [.init("Authorization", "Bearer sk-planted-0123456789")], body: Array("a question".utf8))
      $0.response = StoredMessage(headers: [.init("Set-Cookie", cookies)], body: Array("it is sk-planted-0123456789, 0123456789abcdef7".utf8))
    }
    let kept = exchange.redacted(Redaction())
    #expect(kept.request?.body == Array("a question".utf8))
    #expect(kept.response?.body == Array("it is [redacted], [redacted]".utf8))
  }
}
