// SPDX-License-Identifier: Apache-2.0
import JSON
import Store
import Testing

/// Finding keys in bytes, in whatever way they are written.
@Suite struct SecretSearchTests {
  private static let key = "sk-planted-0123456789abcdef"

  @Test func itFindsWhatALookAtEachPlaceFinds() {
    var random = SeededGenerator()
    func text(_ length: Int) -> [UInt8] { (0..<length).map { _ in UInt8.random(in: 0x61...0x62, using: &random) } }
    for round in 0..<4000 {
      let most = round.isMultiple(of: 2) ? 10 : 40
      // Some begin as others do.
      var secrets = [text(Int.random(in: 8...most, using: &random))]
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        secrets.append((secrets[0].prefix(Int.random(in: 0...most, using: &random)) + text(most)).prefix(Int.random(in: 8...most, using: &random)) + [])
      }
      var bytes = text(Int.random(in: 0...40, using: &random))
      for secret in secrets where Bool.random(using: &random) {
        bytes += secret.prefix(Int.random(in: 0...secret.count, using: &random)) + (Bool.random(using: &random) ? Array("…".utf8) : text(3))
      }
      let search = SecretSearch(secrets.map { String(decoding: $0, as: UTF8.self) })
      for isCut in [false, true] {
        var found = bytes.map { _ in false }
        for range in search.ranges(in: bytes.span, isCut: isCut) { for place in range { found[place] = true } }
        #expect(found == Self.isSecret(secrets, in: bytes, isCut: isCut))
      }
    }
  }

  /// Of each byte.
  private static func isSecret(_ secrets: [[UInt8]], in bytes: [UInt8], isCut: Bool) -> [Bool] {
    var isSecret = bytes.map { _ in false }
    let ellipsis = Array("…".utf8)
    let cuts = bytes.indices.filter { bytes[$0...].starts(with: ellipsis) } + [bytes.count]
    for secret in secrets {
      for start in bytes.indices {
        var count = zip(bytes[start...], secret).prefix { $0 == $1 }.count
        let isEnough = count == secret.count || count >= 16 && 2 * count >= secret.count
        if !isEnough {
          guard isCut, let cut = cuts.last(where: { (start + 8...max(start + 8, start + count)).contains($0) && $0 - start <= count }) else { continue }
          count = cut - start
        }
        for place in start..<start + count { isSecret[place] = true }
      }
    }
    return isSecret
  }

  @Test func whatIsAddedIsLookedForBesideWhatWasKnown() {
    let known = SecretSearch(["known-secret-1"])
    let more = known.adding(["added-secret-2", "short", "redacted"])
    #expect(known.cleared("known-secret-1, added-secret-2") == "[redacted], added-secret-2")
    #expect(more.cleared("known-secret-1, added-secret-2, short, [redacted]") == "[redacted], [redacted], short, [redacted]")
    #expect(more.cleared("nothing") == nil && SecretSearch([]).isEmpty && SecretSearch([]).cleared("known-secret-1") == nil)
  }

  /// What a `String` takes for one character with the key's last.
  @Test(arguments: ["\u{301}", "\u{200D}", "\u{FE0F}", "\u{20E3}"])
  func aCharacterThatCombinesHidesNoKey(_ mark: String) {
    #expect(SecretSearch([Self.key]).cleared("a \(Self.key)\(mark)")?.utf8.elementsEqual("a [redacted]\(mark)".utf8) == true)
  }

  private static func escaped(_ text: String, _ backslashes: String) -> String {
    text.unicodeScalars.map { scalar in
      let digits = String(scalar.value, radix: 16)
      return backslashes + "u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }

  @Test(arguments: [
    escaped(key, #"\"#), escaped(key, #"\\"#), escaped(key, #"\\\\"#), #"s\u006B-planted-0123456789abcdef"#,
    #"\u0073k-planted-0123456789abcdef"#, #"sk-planted-0123456789abcde\u0066"#, "sk%2Dplanted-0123456789abcdef",
    "%73%6b-planted-0123456789abcdef", "sk-pl%61nted-0123456789%61bcdef", #"\\u0073%6B-planted-0123456789abcdef"#,
  ])
  func escapesThatAreNotNeededHideNoKey(_ written: String) {
    let search = SecretSearch([Self.key])
    #expect(search.cleared(#"{"n":"\u00e9\n 100% 文 \#(written)\u4e2d"}"#) == #"{"n":"\u00e9\n 100% 文 [redacted]\u4e2d"}"#)
    #expect(search.cleared(written) == Redaction.mark)
    #expect(search.cleared(String(written.dropFirst(8))) == nil)
  }

  private static let slashed = "sk/planted/0123456789/abcdef"

  @Test(arguments: [
    #"sk\/planted/0123456789/abcdef"#, #"sk/planted/0123456789\/abcdef"#, #"sk\\\/planted\/0123456789/abcdef"#,
    #"sk\\\\\\\/planted\\\\\\\/0123456789\\\\\\\/abcdef"#,
  ])
  func aSolidusMayBeEscapedHereAndNotThere(_ written: String) {
    #expect(SecretSearch([Self.slashed]).cleared("it is \(written)!") == "it is [redacted]!")
  }

  @Test(arguments: 0...6)
  func aKeyWithWhatStringsEscapeIsFoundAtAnyDepth(_ depth: Int) {
    let key = #"pa"ss\wo"rd\\0123456789"#
    let written = (0..<depth).reduce(key) { text, _ in String(JSONValue(text).description.dropFirst().dropLast()) }
    #expect(SecretSearch([key]).cleared("\\n it is \(written)! \\u0041") == "\\n it is [redacted]! \\u0041")
  }

  @Test func whatIsAllBackslashesIsASecretToo() {
    let key = String(repeating: "\\", count: 12)
    #expect(SecretSearch([key]).cleared("a \(key) b") == "a [redacted] b")
  }

  // MARK: Cuts

  @Test(arguments: [("", ""), ("", "…"), ("'", "…'"), ("got string \"", "…, want integer"), ("`", "…` and `x`")])
  func whatACutLeavesOfAKeyIsTakenOut(_ before: String, _ after: String) {
    let search = SecretSearch(["another-secret", Self.key])
    for length in 8..<Self.key.utf8.count {
      let text = before + Self.key.prefix(length) + after
      #expect(search.cleared(cut: text) == before + Redaction.mark + after)
      #expect(search.cleared(cut: Array(text.utf8)) == Array((before + Redaction.mark + after).utf8))
      // So much of it is one in any text.
      #expect(search.cleared(text) == (length < 16 ? nil : before + Redaction.mark + after))
    }
    #expect(search.cleared(cut: before + Self.key.prefix(7) + after) == nil)
    #expect(search.cleared(cut: before + Self.key + after) == before + Redaction.mark + after)
    #expect(search.cleared(cut: before + Self.key.prefix(15) + "." + after) == nil)
  }

  @Test func aCutMayGoThroughAnEscapeOrFollowAWholeKey() {
    let search = SecretSearch([Self.key])
    let written = Self.escaped(Self.key, #"\"#)
    for length in 48..<written.utf8.count { #expect(search.cleared(cut: #"got ""# + written.prefix(length) + "…") == #"got "[redacted]…"#, "\(length)") }
    #expect(search.cleared(cut: "\(Self.key) sk-planted-01…") == "[redacted] [redacted]…")
    #expect(search.cleared(cut: "sk-sk-planted-01") == "sk-[redacted]")
    #expect(search.cleared(cut: "sk-plante") == Redaction.mark && search.cleared(cut: "") == nil && SecretSearch([]).cleared(cut: "sk-planted…") == nil)
  }

  @Test func halfAKeyCountsForTheWhole() {
    let long = String(repeating: "0123456789", count: 5)
    let search = SecretSearch([Self.key, long])
    for length in 8..<50 { #expect(search.cleared("it: \(long.prefix(length))") == (length < 25 ? nil : "it: [redacted]"), "\(length)") }
    #expect(search.cleared("\(Self.key.prefix(20)), \(long.prefix(30))…") == "[redacted], [redacted]…")
    #expect(search.cleared(#"{"k":"\u0073k-planted-01234567"#) == #"{"k":"[redacted]"#)
  }

  // MARK: The proxy's own keys

  private static let own = "belay_" + String(repeating: "aB3", count: 14) + "x"

  @Test(arguments: ["", "x", "it is ", #""key":""#, "bela_belay", "belay_"])
  func aClientsKeyIsKnownByItsLook(_ before: String) {
    for search in [SecretSearch([]), SecretSearch([Self.key])] {
      #expect(search.cleared(before + Self.own + "!") == before + "[redacted]!")
      #expect(search.cleared(before + Self.own) == before + Redaction.mark)
      #expect(search.cleared(cut: before + Self.own.prefix(30) + "…") == before + "[redacted]…")
      // Cut, and half of it is left at least.
      #expect(search.cleared(before + Self.own.dropLast()) == before + Redaction.mark)
      #expect(search.cleared(before + Self.own.prefix(6 + 21)) == nil)
    }
    #expect(SecretSearch([]).cleared(Self.escaped(Self.own, #"\"#)) == Redaction.mark)
  }

  @Test func whatOnlyBeginsLikeAClientsKeyIsNone() {
    for text in ["belay_fidelity_informative_comparisons_0123456789_total", "belay_fidelity_f1_lower", "belay_requests_total", "belay_key"] {
      #expect(SecretSearch([]).cleared(text) == nil && SecretSearch([]).cleared(cut: text) == nil)
    }
  }
}
