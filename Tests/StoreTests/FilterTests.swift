// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

@Suite struct FilterTests {
  static let exchanges = (0..<300).map { number in
    Sample.exchange(number) { exchange in
      exchange.vendor = ["a", "b", "c"][number % 3]
      exchange.model = number % 7 == 0 ? "rare" : "kimi-k2"
      exchange.status = number % 100 == 0 ? 503 : 200
      exchange.outcome = number % 90 == 0 ? "broken" : "completed"
      exchange.verdict = number % 60 == 0 ? "violation" : "valid"
      exchange.finishReason = number % 2 == 0 ? "stop" : "tool_calls"
      exchange.callCount = number % 2
      exchange.validCalls = number % 10 == 1 ? 0 : number % 2
      exchange.totalNanoseconds = Int64(number) * 10_000_000
      if number % 50 == 0 { exchange.findings = [StoredFinding(code: "completion.empty", severity: .warning)] }
      if number % 2 == 1 { exchange.calls = [StoredCall(name: number % 3 == 0 ? "search" : "read_file", id: "x", arguments: "{}")] }
      if number == 100 { exchange.attempts.append(StoredAttempt(vendor: "b")) }
      exchange.request = Sample.body("{\"messages\":[{\"content\":\"question \(number) about \(number == 42 ? "n\\u00e9edles, \\u4f60\\u597d" : "hay")\"}]}")
    }
  }

  @Test(arguments: [
    ("finish_reason == 'stop' && findings has 'completion.empty'", [0, 50, 100, 150, 200, 250]),
    ("findings has 'completion'", [0, 50, 100, 150, 200, 250]),
    ("findings has 'compl'", []),
    ("findings > 0 and vendor == 'a'", [0, 150]),
    ("vendor == \"b\" && (status >= 500 || retries > 0)", [100]),
    ("status in (503, 504)", [0, 100, 200]),
    ("status != 200", [0, 100, 200]),
    ("calls > 0 && !valid && duration < 350ms", [1, 11, 21, 31]),
    ("not valid && duration > 2.9s", [291]),
    ("tools has 'search' && duration <= 100ms", [3, 9]),
    ("text ~ 'n\u{e9}ed'", [42]),
    ("text ~ '\u{4f60}\u{597d}'", [42]),
    ("text ~ '\u{4f60}'", [42]),
    ("text ~ '\u{597d}\u{4f60}'", []),
    ("text ~ 'question 17'", [17, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179]),
    ("id ~ 'zzz'", []),
    ("!(first_token > 1s) && status == 503 && outcome == 'broken'", [0]),
    ("vendor == 'a' or '1' == '1'", nil),
    ("vendor == \"a' OR 1=1 --\"", []),
    ("time < '1999-01-01'", []),
    ("time <= '2026-09-21T14:13:21Z' && vendor == 'a'", [0]),
    ("model ~ 'RAR' && duration < 150ms", [0, 7, 14]),
  ] as [(String, [Int]?)])
  func anExpressionFindsWhatItSays(_ text: String, _ expected: [Int]?) async throws {
    guard let expected else {
      #expect(throws: FilterError.self) { try FilterExpression(text) }
      return
    }
    try await withStore(Self.exchanges) { reader, _, _ in
      var filter = ExchangeFilter()
      filter.expression = try FilterExpression(text)
      let found = try await reader.list(filter, limit: 1000).exchanges.map { Int($0.key.milliseconds - Sample.start) / 1000 }
      #expect(found == expected.reversed())
    }
  }

  @Test(arguments: [
    ("", 1, "an empty expression"),
    ("vendr == 'x'", 1, "did you mean vendor?"),
    ("vendor = 'x'", 8, "equality is =="),
    ("vendor == x", 11, "put the value in quotes"),
    ("vendor == 'x", 11, "no closing '"),
    ("status == 'x'", 11, "status is a number"),
    ("duration > 2", 12, "needs a unit"),
    ("duration > 2kb", 12, "cannot be measured in kb"),
    ("(calls > 0", 1, "is not closed"),
    ("calls > 0)", 10, "closes nothing"),
    ("calls", 6, "needs a comparison"),
    ("calls > ", 9, "the expression ends"),
    ("calls > 0 status == 1", 11, "expected && or ||"),
    ("calls > 0 & valid", 11, "write && for and"),
    ("findings has completion", 14, "expected a text in quotes"),
    ("vendor has 'x'", 8, "is no set"),
    ("text == 'x'", 6, "text is searched with ~"),
    ("text ~ '...'", 8, "no word to search for"),
    ("tools > 1", 7, "has no count"),
    ("valid > 1", 7, "is true or false"),
    ("time > 'noon'", 8, "a time is"),
    ("calls > 0 && ", 14, "where a field should follow"),
    ("calls ; 0", 7, "has no meaning here"),
  ])
  func anErrorPointsAtTheColumnAndSaysWhatWouldBeRight(_ text: String, _ column: Int, _ message: String) throws {
    let error = try #require(throws: FilterError.self) { try FilterExpression(text) }
    #expect(error.column == column, "\(error)")
    #expect(error.message.contains(message), "\(error)")
  }

  @Test func aDeeplyNestedExpressionIsRefusedAndNotFollowed() {
    #expect(throws: FilterError.self) { try FilterExpression(String(repeating: "(", count: 100_000)) }
    #expect(throws: FilterError.self) { try FilterExpression(String(repeating: "!", count: 100_000) + "valid") }
  }

  static let plans: [(String, String)] = [
    ("", "SEARCH e USING INTEGER PRIMARY KEY (rowid<?)"),
    ("vendor == 'a'", "SEARCH e USING INDEX exchange_vendor (vendor=?)"),
    ("model == 'rare'", "SEARCH e USING INDEX exchange_model (model=?)"),
    ("findings has 'completion'", "SEARCH l USING PRIMARY KEY (code=?)"),
    ("tools has 'search'", "SEARCH l USING PRIMARY KEY (code=?)"),
    ("repairs has 'x'", "SEARCH l USING PRIMARY KEY (code=?)"),
    ("verdict == 'violation'", "SEARCH e USING INDEX exchange_verdict (verdict=?)"),
    ("status == 503", "SEARCH e USING INDEX exchange_status (status=?)"),
    ("outcome == 'broken'", "SEARCH e USING INDEX exchange_outcome (outcome=?)"),
    ("time > '2026-01-01'", "SEARCH e USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
    ("text ~ 'needle'", "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)"),
  ]

  @Test(arguments: plans)
  func everyListedFilterUsesAnIndexAndNeedsNoSorting(_ text: String, _ expected: String) async throws {
    try await withStore(Self.exchanges) { reader, _, _ in
      var filter = ExchangeFilter()
      if !text.isEmpty { filter.expression = try FilterExpression(text) }
      for before in [nil, ExchangeKey(milliseconds: Sample.start + 100_000)] {
        let plan = try await reader.plan(filter, before: before)
        #expect(plan.contains { $0.hasPrefix(expected.replacing(")", with: "")) }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
      }
    }
  }

  @Test func theParserSurvivesWhateverIsTyped() {
    let words = ["vendor", "==", "'x'", "(", ")", "&&", "||", "!", "has", "in", "~", "2s", "-", "1e9", "\u{301}", "text", ",", "\"", "\\", "ago", "status"]
    var random = SeededGenerator()
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 1...8, using: &random)).compactMap { _ in words.randomElement(using: &random) }.joined(separator: Bool.random(using: &random) ? " " : "")
      if case .failure(let error) = Result(catching: { () throws(FilterError) in try FilterExpression(text) }) {
        #expect(error.column >= 1 && error.column <= text.count + 1)
      }
    }
  }
}
