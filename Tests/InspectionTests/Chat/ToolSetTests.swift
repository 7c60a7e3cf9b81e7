// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSONSchema
import Testing

private func set(_ schemas: [String]) -> ToolSet {
  ToolSet(
    names: ByteStrings(schemas.indices.map { "f\($0)" }), schemas: ByteStrings(schemas), builtins: schemas.map { _ in false },
    caches: SchemaCaches())
}

private func judge(_ call: String, _ arguments: String, _ tools: ToolSet) -> (valid: Bool?, k2vv: Bool)? {
  let delta =
    #"{"tool_calls":[{"index":0,"id":"\#(call):0","type":"function","function":{"name":"\#(call)","arguments":"\#(arguments)"}}]}"#
  var observer = ResponseObserver(format: .eventStream, status: 200, request: RequestFacts(tools: tools))
  for event in [
    #"{"choices":[{"index":0,"delta":\#(delta),"finish_reason":null}]}"#,
    #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]",
  ] {
    observer.feed(Array("data: \(event)\n\n".utf8).span)
  }
  let verdict = observer.finish(.complete).choices.first?.calls.first?.verdict
  return verdict.map { ($0.valid, $0.k2vvValid) }
}

@Test("Of schemas behind the first 4 MiB none is compiled, and calls of their tools are undecided, whoever asks")
func schemasBehindMany() {
  let long = #"{"type":"object","description":"\#(String(repeating: "x", count: 4 << 20))"}"#
  let short = #"{"type":"object","required":["n"]}"#
  let tools = set([short, long, short])
  for (call, valid) in [("f0", false), ("f1", nil), ("f2", nil)] as [(String, Bool?)] {
    let verdict = judge(call, "{}", tools)
    #expect(verdict != nil && verdict?.valid == valid && verdict?.k2vv == false, "\(call)")
  }
  #expect(judge("f0", #"{\"n\":1}"#, tools)?.valid == true)
  let footprint = tools.footprint
  for tool in [1, 2] {
    guard case .unusable(.tooLarge) = tools.parameters(of: tool) else { return #expect(Bool(false), "\(tool)") }
  }
  #expect(tools.footprint == footprint && footprint < 64 << 10)
}

@Test("What a set takes in whole is the same before and after a call has asked for the schemas of K2VV")
func wholeFootprint() {
  let tools = set([#"{"type":"object","properties":{"n":{"type":"integer"}}}"#])
  #expect(tools.wholeFootprint == 0)
  _ = tools.parameters(of: 0)
  let (before, compiled) = (tools.wholeFootprint, tools.footprint)
  #expect(compiled > 0 && before == 2 * compiled)
  #expect(judge("f0", "{}", tools)?.k2vv == true)
  #expect(tools.footprint > compiled && tools.wholeFootprint == before)
}
