// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Testing

private let hasData = Comment(rawValue: "needs k2vv/requests.jsonl in the shared data")

/// The body with all ids of calls and results made the same.
private func masked(_ bytes: [UInt8]) throws -> [UInt8] {
  let request = try ChatRequest(reading: bytes.span)
  let nodes = request.calls.compactMap(\.id) + request.messages.compactMap(\.toolCallID)
  let edits = nodes.map { request.index.replacing($0, with: Array("0".utf8)) }
  return JSONEdit.apply(edits.sorted { $0.range.lowerBound < $1.range.lowerBound }, to: bytes.span)
}

@Test(
  "In the 66 real requests every id becomes functions.search:N, and nothing else changes",
  .enabled(if: !SharedData.requests.isEmpty, hasData))
func realRequests() throws {
  #expect(SharedData.requests.count == 66)
  var calls = 0
  for (line, bytes) in SharedData.requests.enumerated() {
    let normalized = try normalize(bytes)
    let request = try ChatRequest(reading: normalized.bytes.span)
    for (number, call) in request.calls.enumerated() {
      #expect(request.text(call.id, in: normalized.bytes.span) == "functions.search:\(number)", "request \(line)")
    }
    calls += request.calls.count
    let callIDs = request.calls.map { request.text($0.id, in: normalized.bytes.span) }
    let results = request.messages.filter { $0.role == .tool }.map {
      request.text($0.toolCallID, in: normalized.bytes.span)
    }
    #expect(results == callIDs, "request \(line)")
    #expect(try masked(normalized.bytes) == masked(bytes), "request \(line)")
    #expect(normalized.codes == [], "request \(line)")
    #expect(try normalize(normalized.bytes).normalization.edits.isEmpty)
  }
  #expect(calls == 22)
}

@Test("The view of the 66 real requests has what is in them", .enabled(if: !SharedData.requests.isEmpty, hasData))
func realRequestViews() throws {
  for bytes in SharedData.requests {
    let request = try ChatRequest(reading: bytes.span)
    #expect(request.model == "moonshot")
    #expect(request.tools.map { request.text($0.name, in: bytes.span) } == ["search"])
    #expect(request.facts(in: bytes.span, caches: SchemaCaches()).tools.names == ByteStrings(["search"]))
    #expect(request.messages.first?.role == .system)
    #expect(request.isStream && request.choiceCount == 1 && request.toolChoice == .missing)
  }
}
