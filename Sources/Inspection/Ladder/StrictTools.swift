// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// `"strict": true` for every function with a schema that Moonshot's flavour allows, since a vendor may refuse the whole request
/// for any other. A tool that says something of `strict` keeps it.
func strictEdits(_ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> [JSONEdit] {
  let index = request.index
  var edits: [JSONEdit] = []
  for tool in request.tools where !tool.isBuiltin {
    let function = index.value("function", in: tool.node, of: bytes) ?? tool.node
    guard let parameters = tool.parameters, index.count(parameters) > 0,
      index.value("strict", in: function, of: bytes) == nil,
      isMFJS([UInt8](copying: bytes.extracting(index.range(parameters))))
    else { continue }
    edits.append(index.inserting(Array("strict".utf8), Array("true".utf8), into: function))
  }
  return edits.sorted { $0.range.lowerBound < $1.range.lowerBound }
}

private func isMFJS(_ schema: [UInt8]) -> Bool {
  guard (try? Schema(schema)) != nil else { return false }
  return SchemaLint.findings(in: schema).allSatisfy { $0.topic != .mfjs }
}
