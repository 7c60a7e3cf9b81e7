// SPDX-License-Identifier: Apache-2.0
import JSON

// N1, N3 and N4 of the reference. The counter runs from left to right, so that what comes later never changes an id.
extension IDNormalizer {
  /// The new id of a call as JSON, or `nil` to leave the one that it has.
  mutating func k2ID(of call: ChatRequest.Call, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> [UInt8]? {
    let index = request.index
    if let name = call.name, index.kind(name) == .string, !index.isBlank(name, in: bytes) {
      if let tool = tool(prefixed: name, of: call.id, request, bytes) { return k2ID(call.id, of: tool.span, index, bytes) }
      if keep(canonicalIndex(of: call.id, name: name, index, bytes)) { return nil }
      return nextID(rawName: bytes.extracting(index.inside(name)))
    }
    // A call without a name may still show it in its id.
    if let id = call.id, index.kind(id) == .string, let text = index.decodedID(id, of: bytes),
      let range = CanonicalID.name(in: text.span)
    {
      return k2ID(id, of: text.span.extracting(range), index, bytes)
    }
    let path = "/messages/\(call.message)/tool_calls/\(call.position)"
    report(.unnamedCall, path, "the tool call names no function, and neither does its id")
    counter &+= 1
    return nil
  }

  /// The same where the request says the name in other words.
  private mutating func k2ID(
    _ id: JSONIndex.Node?, of name: borrowing Span<UInt8>, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) -> [UInt8]? {
    if let id, index.kind(id) == .string, let text = index.decodedID(id, of: bytes), keep(CanonicalID.index(of: text.span, name: name)) {
      return nil
    }
    var writer = JSONWriter()
    writer.write(string: name)
    let json = writer.finish()
    return nextID(rawName: json.span.extracting(1..<(json.count &- 1)))
  }

  /// The tool that a name means to which a vendor left the model's own prefix, `functions.search` or `functions.search:0` (R30): one
  /// that is declared, or that the call's id says, too.
  private mutating func tool(
    prefixed name: JSONIndex.Node, of id: JSONIndex.Node?, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>
  ) -> [UInt8]? {
    let index = request.index
    guard index.hasEscapes(name) || CanonicalID.behindPrefix(bytes.extracting(index.inside(name))).lowerBound > 0 else { return nil }
    guard let name = index.decodedID(name, of: bytes) else { return nil }
    let rest = CanonicalID.behindPrefix(name.span)
    guard rest.lowerBound > 0 else { return nil }
    let tools = self.tools ?? Self.tools(of: request, bytes)
    self.tools = tools
    if tools.contains(name.span) { return nil }
    let id = id.flatMap { index.decodedID($0, of: bytes) } ?? []
    for part in [rest, CanonicalID.bareName(in: name.span)] {
      let tool = name.span.extracting(part)
      if tools.contains(tool) || !tool.isBlank && CanonicalID.index(of: id.span, name: tool) != nil { return Array(name[part]) }
    }
    return nil
  }

  /// The tools that K2 is shown: no message has any for it.
  private static func tools(of request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> ByteStrings {
    var names = ByteStrings()
    for tool in request.tools where tool.message == nil {
      if let name = request.index.decodedID(tool.name, of: bytes) { names.append(name.span) }
    }
    return names
  }

  /// Leaves an id that is canonical and goes on from the ones before it: the model's own tokens may be cached.
  private mutating func keep(_ index: Int?) -> Bool {
    guard let index, index >= counter, !orphans.contains(index) else { return false }
    counter = index &+ 1
    return true
  }

  private mutating func nextID(rawName: borrowing Span<UInt8>) -> [UInt8] {
    while orphans.contains(counter) { counter &+= 1 }
    defer { counter &+= 1 }
    return CanonicalID.json(rawName: rawName, index: counter)
  }

  private func canonicalIndex(
    of id: JSONIndex.Node?, name: JSONIndex.Node, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) -> Int? {
    guard let id, index.kind(id) == .string else { return nil }
    if !index.hasEscapes(id), !index.hasEscapes(name) {
      return CanonicalID.index(of: bytes.extracting(index.inside(id)), name: bytes.extracting(index.inside(name)))
    }
    guard let id = index.decodedID(id, of: bytes), let name = index.decodedID(name, of: bytes) else { return nil }
    return CanonicalID.index(of: id.span, name: name.span)
  }
}
