// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON

// A byte that says where to cut and what kind of answer it is, a request, a zero byte, an answer: what is seen of the answer does
// not depend on its cuts, and a stream that is read with every option says no less.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let choice = input.first ?? 0
  let parts = input.dropFirst().split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
  let answer = parts.count > 1 ? parts[1] : parts.first ?? []
  var facts = RequestFacts()
  let body = parts.count > 1 ? parts[0] : []
  if let request = try? ChatRequest(reading: body.span) {
    var tools = ToolSetCache(schemas: SchemaCaches())
    facts = request.facts(in: body.span, tools: &tools)
  }
  let format = choice & 1 == 0 ? ResponseFormat.eventStream : .json
  let options: ResponseObserver.Options = choice & 2 == 0 ? .none : [.watchesCalls, .keepsText, .keepsReasoning]
  func summary(step: Int) -> ResponseSummary {
    var observer = ResponseObserver(format: format, request: facts, options: options, eventLimit: 2048, callLimit: 4096, bodyLimit: 4096)
    for start in stride(from: 0, to: answer.count, by: step) {
      let piece = Array(answer[start..<min(answer.count, start + step)])
      observer.feed(piece.span)
    }
    return observer.finish(choice & 4 == 0 ? .complete : .cut)
  }
  let whole = summary(step: max(1, answer.count))
  demand(whole == summary(step: 1), "the cuts do not matter")
  demand(whole == summary(step: Int(choice >> 3) + 2), "the cuts do not matter")
  return 0
}
