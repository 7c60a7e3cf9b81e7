// SPDX-License-Identifier: Apache-2.0
import Foundation
import Inspection
import JSON
import Testing

private let seed =
  ProcessInfo.processInfo.environment["BELAY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...999_999)

/// One to four changes, in any order, some twice.
private func randomChanges(_ generator: inout SeededGenerator) -> [RetryChange] {
  let problems: [FailedCall.Problem] = [.none, .unknownTool, .notJSON("why not"), .violations([])]
  return (0..<Int.random(in: 1...4, using: &generator)).map { _ in
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: .strict
    case 1: .requireTool(name: nil)
    case 2: .requireTool(name: Array("search".utf8))
    case 3: .moreTokens(100_000)
    case 4: .model(Array("other/mödel".utf8))
    default:
      .feedback(
        FailedTurn(
          calls: (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            FailedCall(
              name: Array(["search", "", "a\"b", "searc\u{301}h"].randomElement(using: &generator)!.utf8),
              arguments: Array(["{}", "", "[1]", "{\"a\":", "\u{1}\n"].randomElement(using: &generator)!.utf8),
              problem: problems.randomElement(using: &generator)!)
          },
          text: Array(["", " ", "so"].randomElement(using: &generator)!.utf8),
          reasoning: Bool.random(using: &generator) ? Array("hm".utf8) : nil))
    }
  }
}

private func normalized(_ bytes: [UInt8], _ generation: Generation) throws -> [UInt8] { try normalize(bytes, generation).bytes }

/// Real requests, fixtures, and made ones.
private let bodies: [[UInt8]] =
  SharedData.requests + RequestFixture.all.map(\.bytes)
  + (0..<60 as Range<UInt64>).map { randomConversation(seed: $0).body }

@Test("Whatever is changed, a retry is a request whose history is in order, and the rest of it is as it was")
func retriesAreRequests() throws {
  var generator = SeededGenerator(seed: seed)
  for (number, body) in bodies.enumerated() {
    for generation in [Generation.k2, .k3] {
      let sent = try normalized(body, generation)
      let before = try ChatRequest(reading: sent.span)
      let changes = randomChanges(&generator)
      let after = try retryBody(sent, changes: changes, generation: generation)
      let comment = Comment(rawValue: "body \(number), seed \(seed): \(changes)")
      let request = try ChatRequest(reading: after.span)
      #expect(normalizeIDs(of: request, in: after.span, generation: generation).edits.isEmpty, comment)
      #expect(request.tools.count == before.tools.count && request.isStream == before.isStream, comment)
      #expect(request.messages.count >= before.messages.count, comment)
      // Tools in messages become strict as well.
      for (one, other) in zip(before.messages, request.messages) where one.toolList == nil {
        #expect(sent[before.index.range(one.node)] == after[request.index.range(other.node)], comment)
      }
      let ids = request.calls.suffix(request.calls.count - before.calls.count).map { request.text($0.id, in: after.span) }
      let old = before.calls.map { before.text($0.id, in: sent.span) }
      #expect(Set(ids).count == ids.count && Set(ids).isDisjoint(with: old), comment)
    }
  }
}

@Test(
  "The OpenAI SDK's types accept a retry of what they accept",
  .enabled(if: OpenAITypes.python != nil, "needs the Python environment of the tests"))
func retriesPassTheSDK() throws {
  var generator = SeededGenerator(seed: seed)
  // K2VV's own role and Moonshot's own fields are not OpenAI's: what the SDK refuses before is left out.
  let sent = try bodies.map { try normalized($0, .k2) }
  let accepted = try zip(sent, OpenAITypes.verdicts(on: sent)).filter { $0.1 == "ok" }.map(\.0)
  #expect(accepted.count > bodies.count / 3)
  let retries = try accepted.map { try retryBody($0, changes: randomChanges(&generator), generation: .k2) }
  let verdicts = try OpenAITypes.verdicts(on: retries)
  #expect(verdicts.count == retries.count)
  for (retry, verdict) in zip(retries, verdicts) {
    #expect(verdict == "ok", "seed \(seed): \(String(decoding: retry.suffix(600), as: UTF8.self))")
  }
}

@Test(
  "Taking what a retry adds out again leaves the bytes that were sent",
  .enabled(if: !SharedData.requests.isEmpty, "needs k2vv/requests.jsonl in the shared data"))
func retriesOnlyAdd() throws {
  for bytes in SharedData.requests {
    let after = try retryBody(bytes, changes: [.strict, .requireTool(name: nil), .resend], generation: .k2)
    let text = String(decoding: after, as: UTF8.self)
    #expect(text.contains(#","strict":true"#) && text.contains(#","tool_choice":"required""#))
    let undone = text.replacing(#","strict":true"#, with: "").replacing(#","tool_choice":"required""#, with: "")
    #expect(Array(undone.utf8) == bytes)
  }
}
