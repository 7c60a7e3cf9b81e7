// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

@Test("Each finding about a request is found in its fixture, and no other", arguments: RequestFixture.showing)
func findsInRequest(_ fixture: RequestFixture) throws {
  let findings = try inspect(fixture.bytes, for: fixture.target)
  #expect(findings.map(\.code) == [fixture.code], "\(findings)")
  let request = try ChatRequest(reading: fixture.bytes.span)
  for finding in findings {
    // A missing field is reported at what should have it, or where it should be.
    let path = try JSONPointer(finding.path ?? "no path")
    let parent = JSONPointer(tokens: path.tokens.dropLast())
    #expect(!path.tokens.isEmpty && request.index.node(at: parent, of: fixture.bytes.span) != nil, "\(finding)")
    #expect(finding.message.count < 400 && !finding.message.contains("\n"))
  }
}

@Test("Nothing is found in a request that is nearly the same", arguments: RequestFixture.near)
func findsNothingInRequest(_ fixture: RequestFixture) throws {
  let findings = try inspect(fixture.bytes, for: fixture.target)
  #expect(findings == [], "\(findings)")
}

@Test("Every finding about a request has its pair of fixtures")
func everyRequestFindingHasFixtures() {
  let groups = ["history.", "request.", "schema."]
  for kind in FindingKind.allCases where groups.contains(where: { kind.rawValue.hasPrefix($0) }) {
    #expect(RequestFixture.showing.contains { $0.code == kind.rawValue }, "\(kind.rawValue)")
    #expect(RequestFixture.near.contains { $0.code == kind.rawValue }, "\(kind.rawValue)")
  }
}

@Test("A vendor of which nothing is known is not said to mind anything", arguments: RequestFixture.showing)
func unknownVendors(_ fixture: RequestFixture) throws {
  let aboutVendors: Set<FindingKind> = [
    .unsupportedToolChoice, .unsupportedStrict, .immutableSampling, .foreignThinking, .foreignBuiltin, .foreignPartial,
    .missingReasoning,
  ]
  let codes = try inspect(fixture.bytes, for: target(fixture.target.generation)).map(\.kind)
  #expect(aboutVendors.isDisjoint(with: codes))
}

@Test("K2's and Moonshot's rules do not hold for another family", arguments: RequestFixture.showing)
func otherFamilies(_ fixture: RequestFixture) throws {
  let codes = try Set(inspect(fixture.bytes, for: target(.other)).map(\.code))
  #expect(codes.isSubset(of: ["schema.invalid", "schema.suspicious", "request.input_role", "request.duplicate_tool"]))
}

@Test(
  "Words of tool_choice that no vendor knows, and choices without the tool",
  arguments: [
    (#""any""#, 1), (#"{"type":"function","function":{"name":"search"}}"#, 0), (#""auto""#, 0), ("null", 0),
    (#"{"type":"function","function":{"name":"lost"}}"#, 1), (#"{"type":"function"}"#, 1), (#""none""#, 0),
  ])
func toolChoiceFindings(choice: String, count: Int) throws {
  let text = String(decoding: body(user(), tools: ["search"]), as: UTF8.self)
  let bytes = Array(text.replacing(#""model""#, with: #""tool_choice":\#(choice),"model""#).utf8)
  #expect(try inspect(bytes, for: target()).map(\.code) == Array(repeating: "request.tool_choice", count: count))
}

@Test("Where a tool stands is where its findings point to, K3's own tools included")
func toolPaths() throws {
  let bad = #"{"type":"function","function":{"name":"b-d","parameters":{"type":7}}}"#
  let bytes = Array(
    #"{"messages":[{"role":"user","content":"x"},{"role":"system","content":"","tools":[1,\#(bad)]}],"tools":[{"type":"function","name":"flat-one"}]}"#
      .utf8)
  let findings = try inspect(bytes, for: target(.k3))
  #expect(
    findings.map { "\($0.code) \($0.path ?? "")" } == [
      "request.tool_name /tools/0/name", "request.tool_name /messages/1/tools/1/function/name",
      "schema.invalid /messages/1/tools/1/function/parameters/type",
    ])
}

@Test(
  "In the 66 real requests nothing is found but what K2VV's samples are known for",
  .enabled(if: !SharedData.requests.isEmpty, "needs k2vv/requests.jsonl in the shared data"))
func realRequestFindings() throws {
  // In the 22 conversations with a search in them: ids as the official API answers them (`search:0`), `""` beside calls, the
  // tool's name on results as in Moonshot's guidance, and the role `_input`, which K2VV's script rewrites before sending.
  let known: [FindingKind] = [.foreignHistoryID, .blankContent, .messageName, .inputRole]
  var found: [FindingKind: Int] = [:]
  for bytes in SharedData.requests {
    for finding in try inspect(bytes, for: target()) { found[finding.kind, default: 0] += 1 }
  }
  #expect(found == Dictionary(uniqueKeysWithValues: known.map { ($0, 22) }))
}
