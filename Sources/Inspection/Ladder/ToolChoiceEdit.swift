// SPDX-License-Identifier: Apache-2.0
import JSON

/// `tool_choice` for one declared function, or `required`, also for one that is not declared. A request without tools is left:
/// vendors refuse a choice among none.
func toolChoiceEdits(_ name: [UInt8]?, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> [JSONEdit] {
  guard !request.tools.isEmpty else { return [] }
  var writer = JSONWriter()
  if let name, request.tools.contains(where: { request.index.decodedID($0.name, of: bytes) == name }) {
    writer.beginObject()
    writer.write(key: "type")
    writer.write(string: "function")
    writer.write(key: "function")
    writer.beginObject()
    writer.write(key: "name")
    writer.write(string: name)
    writer.endObject()
    writer.endObject()
  } else {
    writer.write(string: "required")
  }
  return [request.setting("tool_choice", to: writer.finish(), bytes)]
}
