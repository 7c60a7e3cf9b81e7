// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON

// A request's body: whatever it is, it is read or refused; what is edited is still JSON, and has nothing left to edit.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  guard let request = try? ChatRequest(reading: bytes.span) else { return 0 }
  var tools = ToolSetCache(schemas: SchemaCaches())
  let facts = request.facts(in: bytes.span, tools: &tools)
  for generation in [Generation.k2, .k3, .other] {
    let target = RequestTarget(generation: generation, profile: VendorProfile(name: "fuzz"), traits: ModelTraits())
    var reasoning = ReasoningCache(capacity: 4)
    let changes = normalize(
      request, in: bytes.span, for: target, rules: Set(VendorProfile.RequestRule.allCases), reasoning: &reasoning, owner: 1)
    _ = requestFindings(of: request, in: bytes.span, for: target, tools: facts.tools, normalization: changes)
    let sent = changes.apply(to: bytes.span)
    guard let again = try? ChatRequest(reading: sent.span) else { fatalError("an edited request is JSON") }
    let ids = normalizeIDs(of: again, in: sent.span, generation: generation)
    demand(ids.edits.isEmpty, "doing it twice changes nothing")
  }
  return 0
}
