// SPDX-License-Identifier: Apache-2.0
import JSON
package import JSONSchema

/// Violations as a store keeps them: a JSON array of objects with the names that `belay check schema --json` has.
package enum ViolationList {
  /// - Returns: empty for none.
  package static func json(_ violations: [Violation]) -> String {
    if violations.isEmpty { return "" }
    var writer = JSONWriter()
    writer.beginArray()
    for violation in violations {
      writer.beginObject()
      writer.write(key: "instance_path")
      writer.write(string: violation.instancePath)
      writer.write(key: "schema_path")
      writer.write(string: violation.schemaPath)
      writer.write(key: "keyword")
      writer.write(string: violation.keyword)
      writer.write(key: "message")
      writer.write(string: violation.message)
      writer.write(key: "start")
      writer.write(violation.range.lowerBound)
      writer.write(key: "end")
      writer.write(violation.range.upperBound)
      writer.endObject()
    }
    writer.endArray()
    return String(decoding: writer.finish(), as: UTF8.self)
  }
}
