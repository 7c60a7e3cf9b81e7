// SPDX-License-Identifier: Apache-2.0
import JSON

extension AssembledCall {
  /// The call as OpenAI's API writes it. `index` is for a stream's delta; a whole message has none.
  func json(index: Int? = nil) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    if let index {
      writer.write(key: "index")
      writer.write(index)
    }
    writer.write(key: "id")
    writer.write(string: id)
    writer.write(key: "type")
    writer.write(string: "function")
    writer.write(key: "function")
    writer.beginObject()
    writer.write(key: "name")
    writer.write(string: name)
    writer.write(key: "arguments")
    writer.write(string: arguments)
    writer.endObject()
    for (key, value) in (try? JSONValue(parsing: others))?.object?.members ?? [] {
      writer.write(key: key.utf8)
      writer.write(value)
    }
    writer.endObject()
    return writer.finish()
  }

  /// Nothing a client can see differs.
  func isSame(as other: AssembledCall) -> Bool {
    id == other.id && name == other.name && arguments == other.arguments && argumentsForm == other.argumentsForm
      && quirks == other.quirks
  }
}
