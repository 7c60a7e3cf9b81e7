// SPDX-License-Identifier: Apache-2.0
import JSON
import Store
import Testing

/// Finding keys in bytes, in whatever way they are written.
@Suite struct SecretSearchTests {
  private static let key = "sk-planted-0123456789abcdef"

  @Test func itFindsWhatALookAtEachPlaceFinds() {
    var random = SeededGenerator()
    var letters: ClosedRange<UInt8> = 0x61...0x62
    func text(_ length: Int) -> [UInt8] { (0..<length).map { _ in UInt8.random(in: letters, using: &random) } }
    for round in 0..<4000 {
      letters = round % 4 < 2 ? 0x61...0x62 : 0x30...0x31
      let most = round.isMultiple(of: 2) ? 10 : 40
      // Some begin as others do.
      var secrets = [text(Int.random(in: 8...most, using: &random))]
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        secrets.append((secrets[0].prefix(Int.random(in: 0...most, using: &random)) + text(most)).prefix(Int.random(in: 8...most, using: &random)) + [])
      }
      var bytes = text(Int.random(in: 0...40, using: &random))
      for secret in secrets where Bool.random(using: &random) {
        let piece = Bool.random(using: &random) ? secret[...] : secret.dropFirst(Int.random(in: 0...secret.count / 2, using: &random))
        bytes += piece.prefix(Int.random(in: 0...secret.count, using: &random)) + (Bool.random(using: &random) ? Array("…".utf8) : text(3))
      }
      let search = SecretSearch(secrets.map { String(decoding: $0, as: UTF8.self) })
      var found = bytes.map { _ in false }
      for range in search.ranges(in: bytes.span) { for place in range { found[place] = true } }
      #expect(found == Self.isSecret(secrets, in: bytes))
    }
  }

  /// Of each byte.
  private static func isSecret(_ secrets: [[UInt8]], in bytes: [UInt8]) -> [Bool] {
    var isSecret = bytes.map { _ in false }
    for secret in secrets {
      for start in bytes.indices {
        let count = zip(bytes[start...], secret).prefix { $0 == $1 }.count
        guard count == secret.count || count >= 16 && 2 * count >= secret.count else { continue }
        // What is no whole one goes on to the end of its word: of letters and digits, here.
        let end = count == secret.count ? start + count : bytes[(start + count)...].firstIndex { $0 >= 0x80 } ?? bytes.count
        for place in start..<end { isSecret[place] = true }
      }
    }
    for secret in secrets where secret.count > 16 {
      for start in bytes.indices.dropLast(15) {
        let end = secret.suffix(max(16, (3 * secret.count + 3) / 4))
        if bytes[start...].starts(with: end) { for place in start..<start + end.count { isSecret[place] = true } }
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
    // Less than half of it.
    #expect(search.cleared(String(written.suffix(12))) == nil)
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

  private static let wide = "user:pässwörd-0123456789-😀中"

  /// As Python's `json.dumps` writes it, and in strings within strings.
  @Test(arguments: [
    wide, #"user:p\u00e4ssw\u00f6rd-0123456789-\ud83d\ude00\u4e2d"#, #"user:p\\u00E4ssw\\u00F6rd-0123456789-\\uD83D\\uDE00\\u4E2D"#,
    "user%3Ap%C3%A4ssw%C3%B6rd-0123456789-%F0%9F%98%80%E4%B8%AD",
  ])
  func aKeyWithLettersBeyondASCIIIsFoundInEscapes(_ written: String) {
    let search = SecretSearch([Self.wide])
    #expect(search.cleared(#"it's \#(written)\u00e9 and \#(written)!"#) == #"it's [redacted]\u00e9 and [redacted]!"#)
    #expect(search.cleared(#"\ud83d x \ude00 pässw\u00f6rd \u4e2d"#) == nil)
  }

  @Test func aBlankMayBeAPlus() {
    #expect(SecretSearch(["correct horse battery staple!"]).cleared("p=correct+horse+battery+staple%21&q") == "p=[redacted]&q")
    #expect(Redaction().secrets(headers: [], target: "/v1?password=correct+horse+battery%2Bstaple")
      == ["correct+horse+battery%2Bstaple", "correct+horse+battery+staple", "correct horse battery+staple"])
  }

  // MARK: Cuts

  @Test(arguments: [("", ""), ("", "…"), ("'", "…'"), ("got string \"", "…, want integer"), ("`", "…` and `x`")])
  func whatACutLeavesOfAKeyIsTakenOutFromHalfOfItOn(_ before: String, _ after: String) {
    let search = SecretSearch(["another-secret", Self.key])
    for length in 8..<Self.key.utf8.count {
      let text = before + Self.key.prefix(length) + after
      let kept = length < 16 ? nil : before + Redaction.mark + after
      #expect(search.cleared(text) == kept && search.cleared(Array(text.utf8)) == kept.map { Array($0.utf8) })
    }
    #expect(search.cleared("\(Self.key) sk-planted-01…") == "[redacted] sk-planted-01…")
  }

  /// Of which others know all but the secret part: what becomes of a guess at that must not tell whether it is right.
  @Test(arguments: [
    ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\(String(repeating: "eyJzdWIi", count: 10)).", String(repeating: "Zq8", count: 14)),
    ("0f8fad5b-d9cb-469f-a165-70867728950e:", String(repeating: "0a1b", count: 8)), ("llm-gateway@corp.example:", "hunter2-hunter2"),
    ("bGxtLWdhdGV3YXlAY29ycC5leGFtcGxlOm", "h1bnRlcjItaHVudGVyMg=="), ("cpk_0f8fad5bd9cb469fa16570867728950e.5e0d9bd1c2a84f3fb7d6a2c4e8f01357.", "Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay"),
    ("Basic bGxtLWdhdGV3YXlAY29ycC5leGFtcGxlOm", "h1bnRlcjItaHVudGVyMg=="), ("bGxtLWdhdGV3YXlAY29ycC5leGFtcGxlOm", "jDpHNzd8OkcGFzc3fDpAo="),
    ("bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbg", "Zq8Wv5Tn2Rk9Lm4Xc7Pb"), ("session=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0ZWFtIn0.", "Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay"),
    ("team-alpha-production|", "Zq8Wv5Tn2Rk9Lm4Xc7Pb"), ("a/b/c/team-alpha-production/", "Zq8/Wv5/Tn2/Rk9/Lm4/"),
  ])
  func ofASecretThatIsKnownInPartNoLetterIsTold(_ known: String, _ secret: String) {
    let search = SecretSearch([known + secret])
    for length in 0..<secret.utf8.count - 1 {
      for letter in ["x", "Z", "0"] + secret.dropFirst(length).prefix(1).map(String.init) {
        for end in ["", "zzz", String(repeating: "z", count: 99), "…"] {
          #expect(search.cleared("it is \(known)\(secret.prefix(length))\(letter)\(end), ok") == "it is [redacted]\(end == "…" ? end : ""), ok", "\(length)")
        }
      }
    }
    #expect(search.cleared("it is \(known)\(secret)!") == "it is [redacted]!")
    // Nor is a letter of what has parts told by what stands before it.
    let window = (known + secret).utf8.count * 3 / 4
    if !known.hasPrefix("a/b/") {
      #expect(search.cleared(String((known + secret).dropFirst().prefix(window))) == nil)
    }
  }

  @Test func whatStandsBesideAKeyIsNone() {
    #expect(SecretSearch(["\(Self.key):team-a"]).cleared("it is \(Self.key), for team-a") == "it is [redacted], for team-a")
    #expect(SecretSearch(["team:platform", "dev:assistant"]).cleared("the platform of the assistant") == nil)
    // A header's that was cut.
    #expect(SecretSearch(["Basic Z2F0ZXdheTpacThXdjVUbjJSazlMbTRY"]).cleared("-H 'Basic Z2F0ZXdheTpacThXdjVUbjJSazlM...'") == "-H '[redacted]...'")
  }

  /// Whoever sees what becomes of a guess must not learn of a letter whether it is right.
  @Test(arguments: ["sk-proj-" + String(repeating: "Zq8", count: 14), String(repeating: "0123456789abcdef", count: 2), "https://hooks.test/services/T0/B0/Zq8Zq8Zq8Zq8Zq8Zq8"])
  func noBeginningOfAKeyIsToldFromAWrongOne(_ key: String) {
    let search = SecretSearch([key])
    for length in 1..<max(16, key.utf8.count / 2) {
      for end in ["", "…", "…'", "\\", "%2", "\\u00"] { #expect(search.cleared(key.prefix(length) + end) == nil, "\(length)") }
    }
  }

  /// From the half that counts on no letter matters; the last one before it is all that can be learned.
  @Test(arguments: ["sk-proj-Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay12Bn", "sk/Zq8/Wv5+Tn2/Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay12Bn==", "user:Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6", "0123456789abcdef0"])
  func atMostOneLetterIsTold(_ key: String) {
    let search = SecretSearch([key])
    var told = 0
    for length in 0..<key.utf8.count - 1 {
      let (right, wrong) = (key.prefix(length + 1), key.prefix(length) + "x")
      for end in ["", "zz", " and", "\\", "%"] where search.cleared(right + end)?.replacing(Redaction.mark, with: "") != search.cleared(wrong + end)?.replacing(Redaction.mark, with: "") {
        told |= 1 << length
      }
    }
    #expect(told.nonzeroBitCount <= 1, "\(String(told, radix: 2))")
    // Nor by texts that begin within it, for who knows less than three quarters.
    let known = max(16, key.utf8.count * 3 / 4) - 2
    for start in 1...max(1, key.utf8.count - known - 1) {
      for letter in [key.dropFirst(start + known).prefix(1), "x"] { #expect(search.cleared("\(key.dropFirst(start).prefix(known))\(letter), ok") == nil, "\(start)") }
    }
  }

  /// Names may be most of a key in one word: texts that begin behind its first letter tell of the rest what texts from there on do.
  @Test(arguments: [
    "team-alpha-production-llm-gateway-key-Zq8Wv5Tn2Rk9", "team/alpha/production/llm/gateway/key/Zq8Wv5Tn2Rk9",
    #"team-alpha"production-llm"gateway-key-Zq8Wv5T"n2Rk9"#,
  ])
  func whoKnowsMostOfAKeyLearnsNoMore(_ key: String) {
    let search = SecretSearch([key])
    let writers: [(String) -> String] = [
      { $0 }, { $0.replacing("\"", with: #"\\""#) }, { $0.replacing("/", with: #"\/"#) }, { Self.escaped($0, #"\"#) },
    ]
    for write in writers {
      for length in 36..<key.utf8.count - 1 {
        let windows = (1..<12).filter { $0 + length < key.utf8.count }.map { (key.dropFirst($0).prefix(length), key.dropFirst($0).prefix(length - 1) + "x") }
        for (right, wrong) in windows + [(key.prefix(length + 1), key.prefix(length) + "x")] where right.last?.isLetter == true || right.last?.isNumber == true {
          for (before, end) in [("", ""), ("%", "zz"), (#"\u00"#, ", ok"), ("\"", #"\n"#)] {
            let ranges = [right, wrong].map { search.ranges(in: (before + write(String($0)) + end).utf8.span) }
            #expect(ranges[0] == ranges[1], "\(before)\(write(String(right)))\(end)")
          }
        }
      }
      // Nor by what stands before so much of its end.
      for start in 1..<12 {
        let end = key.dropFirst(start)
        for before in ["", "KEY=", "%", #"\u00"#] {
          let texts = [end, "x" + end.dropFirst()].map { before + write(String($0)) }
          let left = texts.map { text in search.ranges(in: text.utf8.span).map { $0.lowerBound - text.utf8.count..<$0.upperBound - text.utf8.count } }
          #expect(left[0] == left[1], "\(texts)")
          if !key.contains("\"") { #expect(!left[0].isEmpty, "\(texts)") }
        }
      }
    }
  }

  @Test func halfAKeyCountsForTheWhole() {
    let long = String(repeating: "0123456789", count: 5)
    let search = SecretSearch([Self.key, long])
    for length in 8..<50 { #expect(search.cleared("it: \(long.prefix(length))") == (length < 25 ? nil : "it: [redacted]"), "\(length)") }
    #expect(search.cleared("\(Self.key.prefix(20)), \(long.prefix(30))…") == "[redacted], [redacted]…")
    #expect(search.cleared(#"{"k":"\u0073k-planted-01234567"#) == #"{"k":"[redacted]"#)
  }

  /// Tools keep the end of what is long. The last three quarters count.
  @Test(arguments: ["", "… 900 lines …\n", "'", "\\r", "x", "sk_"])
  func aTextMayBeginWithinAKey(_ before: String) {
    let count = Self.key.utf8.count
    let search = SecretSearch(["another-secret-123", Self.key])
    for start in 1..<count - 8 {
      let left = Self.key.dropFirst(start)
      #expect(search.cleared("\(before)\(left), and more") == (count - start >= 21 ? "\(before)\(left.dropLast(21))[redacted], and more" : nil), "\(start)")
      // What ends within it too is no end.
      #expect(search.cleared("\(before)\(left.dropLast())") == nil)
    }
    // Written otherwise.
    let whole = String(Self.key.dropFirst(3))
    #expect(search.cleared(before + Self.escaped(whole, #"\"#)) == before + Self.escaped(String(whole.dropLast(21)), #"\"#) + Redaction.mark)
    let slashed = SecretSearch(["sk/planted/0123456789/abcdef"])
    for (written, left) in [("planted/0123456789/abcdef", "plan"), (#"planted\/0123456789\/abcdef"#, "pla"), ("planted%2F0123456789%2Fabcdef", "pla")] {
      #expect(slashed.cleared(before + written) == before + left + Redaction.mark)
    }
  }

  @Test func whatSeveralHaveInTheirMiddlesIsTakenOutAsFarAsAnyHasIt() {
    let search = SecretSearch(["aaaa0123456789abcdef", "bbbb0123456789abcdef", "bb0123456789abcd"])
    #expect(search.cleared("it: bb0123456789abcdef, aa0123456789abcdef") == "it: [redacted], aa[redacted]")
    #expect(search.cleared("bb0123456789abcdbbbb0123456789abcdef") == "[redacted][redacted]")
  }

  @Test func whatAnybodyWritesIsNoPartOfASecret() {
    let search = SecretSearch([
      "https://hooks.example/services/T0123456/abcdefghijklmnop", "/services/T0123456/abcdefghijklmnop", "my-team-project-production-environment",
    ])
    for text in ["hooks.example/services/T0123456/abcdef", "services/T0123456/abcdefghi", "direct-production-environment", "a team-project-production"] {
      #expect(search.cleared(text) == nil, "\(text)")
    }
    // Nearly all of it.
    #expect(search.cleared("y-team-project-production-environment") == "y-team-p" + Redaction.mark)
  }

  /// Of base64 one in 64 begins so.
  @Test(arguments: ["/Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay12Bn7Vt", "httpZq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6Hf3Gs0Ay12Bn", "//Zq8Wv5/Tn2Rk9Lm4Xc7Pb1J/d6Hf3Gs0Ay12Bn"])
  func aKeyMayBeginAsAnAddressDoes(_ key: String) {
    let search = SecretSearch(["https://hooks.example/services/T0123456/abcdefghijklmnop", key])
    for left in [key.dropFirst(), key.suffix(34)] {
      // Of that with most escapes, three quarters are most.
      let cleared = search.cleared("KEY=\(left)\n") ?? ""
      #expect(cleared.hasPrefix("KEY=") && cleared.hasSuffix("[redacted]\n") && cleared.utf8.count <= 24, "\(cleared)")
    }
    for left in [key.dropLast(), key.prefix(24), key[...]] {
      #expect(search.cleared("KEY=\(left)\n") == "KEY=[redacted]\n", "\(left)")
      #expect(search.cleared(#"{"error":"no key \#(left.replacing("/", with: #"\/"#))!"}"#) == #"{"error":"no key [redacted]!"}"#)
    }
    // What is a secret as an address and as a key is a key.
    let both = SecretSearch(["https://a.example/b\(key)", "/b" + key, "/b" + key + "x"]).adding(["\(key)0123"])
    #expect(both.cleared("it: \(key)") == "it: [redacted]")
  }

  @Test func aKeyNeedsNoDigit() {
    let key = "sk-QzRtWnLkXmVbPjDhFsGyTcAeUoIqVwQKXeNRvBoM"
    let search = SecretSearch([key])
    for piece in [key.dropFirst(8), key.suffix(34)] { #expect(search.cleared("it: \(piece).") == "it: \(piece.dropLast(33))[redacted].") }
    #expect(SecretSearch(["theOneAndOnlyNameOfTheProjectThatNobodyKnows"]).cleared("anOnlyNameOfTheProjectThatNobody") == nil)
  }

  /// The letter of the key before what is left of it may be that of an escape.
  @Test(arguments: [#"\u2026"#, #"\n"#, #"\t"#, #"\r"#, #"\b"#, #"\f"#, #"\/"#, #"\u00e6"#, #"\\n"#, #"\\u2026"#, #"\\\/"#, #"\""#, #"\\"#])
  func whatIsTakenOutEndsNoEscape(_ escape: String) throws {
    for count in 1...escape.utf8.count {
      // What stands in the escape might be the key's.
      let key = "0123" + escape.suffix(count) + "cafe-0123456789-fedcba"
      let search = SecretSearch([key])
      for text in ["it: \(escape)cafe-0123456789-fedcba", "\(escape)cafe-0123456789-fedcba", "\(escape)\(escape)cafe-0123456789-fedcba\(escape)"] {
        let cleared = search.cleared(#"{"a":"\#(text)","b":1}"#) ?? text
        #expect(!cleared.contains("cafe-0123") && cleared.hasSuffix("\"b\":1}"), "\(cleared)")
        let value = try JSONValue(parsing: cleared)["a"]?.string
        #expect(value?.contains(Redaction.mark) == true, "\(cleared)")
      }
    }
  }

  /// Nor does it begin one: a text that ends within the key goes on with an escape of its own.
  @Test(arguments: [#"\"quoted\""#, #"\\"#, #"\n"#, #"\u0041"#, #"\/"#])
  func whatIsTakenOutBeginsNoEscape(_ escape: String) throws {
    for letter in [#"\"#, #"""#, "/", "\n"] {
      let search = SecretSearch(["0123456789abcdef-\(letter)-0123456789", "cafe0123456789abcdef\(letter)"])
      for begun in ["0123456789abcdef-", "cafe0123456789abcdef"] {
        let cleared = search.cleared(#"{"a":"it: \#(begun)\#(escape)","b":1}"#) ?? begun
        #expect((try? JSONValue(parsing: cleared))?["b"]?.description == "1" && !cleared.contains(begun), "\(cleared)")
      }
    }
  }

  /// A quote of the key's where the string has its own.
  @Test(arguments: [#"ab"0123456789abcdef"#, #"0123456789abcdef"yz"#, #""0123456789abcdef""#])
  func whatIsTakenOutTakesNoQuoteOfAString(_ key: String) throws {
    for said in ["0123456789abcdef", "x0123456789abcdef", "0123456789abcdefx"] {
      let cleared = SecretSearch([key]).cleared(#"{"b":1,"a":"\#(said)","c":1}"#) ?? said
      #expect((try? JSONValue(parsing: cleared))?["c"] == JSONValue(1) && !cleared.contains("0123456789abcdef"), "\(cleared)")
    }
    let quotes = String(repeating: "\"", count: 9)
    #expect(SecretSearch([quotes]).cleared("a \(quotes) b") == "a [redacted] b")
    #expect(SecretSearch([key]).cleared("it: \(key)!")?.replacing("\"", with: "") == "it: [redacted]!")
  }

  /// More of them in a row than any JSON has, at either end of what is taken out.
  @Test func quotesThatAreASecretAreNoStrings() {
    let quotes = String(repeating: "\"", count: 12)
    #expect(SecretSearch([String(quotes.dropLast(3))]).cleared("it: \\\(quotes)%3D") == "it: [redacted]%3D")
    let seven = quotes.prefix(7)
    #expect(SecretSearch(["n\(seven)", "\"x1234567"]).cleared("it: \\n\(seven)x1234567.") == "it: \\n[redacted].")
  }

  // MARK: The proxy's own keys

  private static let own = "belay_" + String(repeating: "aB3", count: 14) + "x"

  @Test(arguments: ["", "x", "it is ", #""key":""#, "bela_belay", "belay_"])
  func aClientsKeyIsKnownByItsLook(_ before: String) {
    for search in [SecretSearch([]), SecretSearch([Self.key])] {
      #expect(search.cleared(before + Self.own + "!") == before + "[redacted]!")
      #expect(search.cleared(before + Self.own) == before + Redaction.mark)
      #expect(search.cleared(before + Self.own.prefix(30) + "…") == before + "[redacted]…")
      // Cut, and half of it is left at least.
      #expect(search.cleared(before + Self.own.dropLast()) == before + Redaction.mark)
      #expect(search.cleared(before + Self.own.prefix(6 + 21)) == nil)
    }
    #expect(SecretSearch([]).cleared(Self.escaped(Self.own, #"\"#)) == Redaction.mark)
  }

  @Test func whatOnlyBeginsLikeAClientsKeyIsNone() {
    for text in ["belay_fidelity_informative_comparisons_0123456789_total", "belay_fidelity_f1_lower", "belay_requests_total", "belay_key"] {
      #expect(SecretSearch([]).cleared(text) == nil)
    }
  }
}
