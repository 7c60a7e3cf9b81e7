// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

@Test("Each finding is found in its stream, and none in one that is nearly the same", arguments: Fixture.all)
func finds(_ fixture: Fixture) throws {
  let summary = DripFeed.expectSameResult(of: fixture.bytes) { fixture.observe($0) }
  #expect(summary.findings.map(\.code) == fixture.codes, "\(summary.findings)")
  let kind = try #require(fixture.kind, "no finding has this name")
  #expect(summary.findings.contains { $0.kind == kind } == !fixture.isNear)
}

/// Which forms of an answer can show a finding.
private func forms(_ kind: FindingKind) -> [ResponseFormat] {
  switch kind {
  // Only pieces can be odd in these ways.
  case .changedID, .repeatedID, .missingIndex, .sparseIndex, .repeatedIndex, .repeatedName, .splitName, .lateName,
    .interleavedCalls, .argumentsSplitCharacter, .contentAfterCalls:
    [.eventStream]
  case .superfluousIndex: [.json]
  case _ where kind.rawValue.hasPrefix("stream."): [.eventStream]
  case .responseError, .responseNotJSON: [.json]
  default: [.json, .eventStream]
  }
}

@Test(
  "Every finding about a response has its pair of fixtures, streamed and not",
  arguments: FindingKind.allCases.drop { $0 != .missingID })
func everyFindingHasFixtures(_ kind: FindingKind) {
  // A limit that a file would have to be long for: see `limits` and `oversizedEvents`.
  if [.oversizedEvent, .oversizedResponse, .argumentsTooLong].contains(kind) { return }
  for form in forms(kind) {
    #expect(Fixture.showing.contains { $0.kind == kind && $0.format == form }, "\(form)")
    #expect(Fixture.near.contains { $0.kind == kind && $0.format == form }, "near, \(form)")
  }
}

@Test(
  "Bytes after [DONE] change nothing but how the stream is written",
  arguments: Fixture.all.filter { $0.bytes.suffix(14).elementsEqual("data: [DONE]\n\n".utf8) })
func trailingBytesAfterDone(_ fixture: Fixture) {
  let tail = Array("\n\n\ndata: [DO".utf8)
  let summary = DripFeed.expectSameResult(of: fixture.bytes + tail) { fixture.observe($0) }
  #expect(summary == fixture.observe([fixture.bytes]))
}

@Test("An event over the limit is a finding, and the rest is read")
func oversizedEvents() {
  let long = String(repeating: "x", count: 500)
  let stream =
    #"data: {"choices":[{"index":0,"delta":{"content":"\#(long)"}}]}"# + "\n\n"
    + #"data: {"choices":[{"index":0,"delta":{"content":"hm"},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"
  let summary = DripFeed.expectSameResult(of: Array(stream.utf8)) { pieces in
    var observer = ResponseObserver(format: .eventStream, request: RequestFacts(), eventLimit: 200)
    for piece in pieces { observer.feed(piece.span) }
    return observer.finish(.complete)
  }
  #expect(summary.findings.map(\.code) == ["stream.event_too_long"])
  #expect(summary.choices.first?.finishReason == "stop")
}

@Test("A body over the limit is not looked at, and its memory is given back")
func oversizedBody() {
  var observer = ResponseObserver(format: .json, request: RequestFacts(), bodyLimit: 10)
  for _ in 0..<4 { observer.feed([0x20, 0x20, 0x20, 0x20].span) }
  #expect(observer.hasFirstToken)
  #expect(observer.finish(.complete).findings.map(\.code) == ["response.too_long"])
}
