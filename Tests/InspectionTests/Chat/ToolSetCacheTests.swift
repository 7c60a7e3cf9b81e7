// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

private func facts(_ text: String, _ cache: inout ToolSetCache) throws -> RequestFacts {
  let bytes = Array(text.utf8)
  return try ChatRequest(reading: bytes.span).facts(in: bytes.span, tools: &cache)
}

private func request(_ tools: String, _ messages: String = user()) -> String { #"{"messages":[\#(messages)],"tools":[\#(tools)]}"# }
private func tool(_ name: String, _ more: String = "") -> String { #"{"type":"function","function":{"name":"\#(name)"\#(more)}}"# }

@Test("Requests with the same declarations share a tool set, and any other byte makes another")
func sharedToolSets() throws {
  var cache = ToolSetCache(schemas: SchemaCaches())
  let first = try facts(request(tool("f")), &cache)
  let later = try facts(#"{"tools":[\#(tool("f"))],"messages":[\#(user()),\#(user())]}"#, &cache)
  #expect(first.tools === later.tools && cache.count == 1)
  for other in [tool("g"), tool("f", #","parameters":{}"#), " " + tool("f"), tool("f") + "," + tool("f")] {
    #expect(try facts(request(other), &cache).tools !== first.tools)
  }
  #expect(cache.count == 5)
  #expect(try facts(request(""), &cache).tools === ToolSet.none && cache.count == 5)
}

@Test("K3's tools in messages count, and so does their place")
func messageTools() throws {
  var cache = ToolSetCache(schemas: SchemaCaches())
  let late = #"{"role":"system","content":"","tools":[\#(tool("late"))]}"#
  let one = try facts(request(tool("f"), "\(user()),\(late)"), &cache)
  #expect(one.tools.names == ByteStrings(["f", "late"]))
  #expect(try facts(request(tool("f"), "\(user()),\(late),\(user())"), &cache).tools === one.tools)
  for other in ["\(late),\(user())", "\(user()),\(late),\(late)", user()] {
    #expect(try facts(request(tool("f"), other), &cache).tools !== one.tools)
  }
  #expect(try facts(#"{"messages":[\#(user()),\#(late)]}"#, &cache).tools.names == ByteStrings(["late"]))
}

@Test("With or without the cache the facts are the same", arguments: RequestFixture.all)
func sameFacts(_ fixture: RequestFixture) throws {
  var cache = ToolSetCache(schemas: SchemaCaches())
  let request = try ChatRequest(reading: fixture.bytes.span)
  let plain = request.facts(in: fixture.bytes.span, caches: SchemaCaches())
  for _ in 0..<2 { #expect(request.facts(in: fixture.bytes.span, tools: &cache) == plain) }
}

@Test("The cache is bounded, and forgets what was used longest ago")
func boundedToolSets() throws {
  var cache = ToolSetCache(schemas: SchemaCaches(), capacity: 3, bytes: 10_000)
  let sets = try ["a", "b", "c"].map { try facts(request(tool($0)), &cache).tools }
  #expect(try facts(request(tool("a")), &cache).tools === sets[0])
  _ = try facts(request(tool("d")), &cache)
  #expect(cache.count == 3)
  #expect(try facts(request(tool("a")), &cache).tools === sets[0] && facts(request(tool("c")), &cache).tools === sets[2])
  #expect(try facts(request(tool("b")), &cache).tools !== sets[1])
  let long = String(repeating: "x", count: 9_930)
  _ = try facts(request(tool(long)), &cache)
  #expect(cache.count == 1)
  #expect(try facts(request(tool(long + long)), &cache).tools.count == 1)
  #expect(cache.count == 1)
}

@Test("What is wrong with the declarations is found once for all requests that share them")
func sharedFindings() throws {
  var cache = ToolSetCache(schemas: SchemaCaches())
  let bytes = Array(request(tool("a-b", #","parameters":{"type":7}"#)).utf8)
  let request = try ChatRequest(reading: bytes.span)
  var codes: [[String]] = []
  for _ in 0..<2 {
    let tools = request.facts(in: bytes.span, tools: &cache).tools
    let findings = requestFindings(
      of: request, in: bytes.span, for: target(), tools: tools, normalization: Normalization())
    codes.append(findings.map(\.code))
  }
  #expect(codes[0] == ["request.tool_name", "schema.invalid"] && codes[0] == codes[1] && cache.count == 1)
}
