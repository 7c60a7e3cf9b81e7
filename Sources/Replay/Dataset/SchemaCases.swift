// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON

/// KVV's test of tool-call schemas: a folder of suites with a `valid.jsonl` each, one Moonshot-flavored schema a line (walle's
/// `validator_cases`). Each becomes the schema of a tool's only argument, and two requests that force a call of that tool: one
/// plain, one streamed. As `tests/tool_call_json_schema/validator.py` of Kimi-Vendor-Verifier.
enum SchemaCases {
  static let toolName = "kvv_walle_case"

  /// Throws when the folder has no such suite.
  static func source(folder: String) throws(ReplayProblem) -> RequestSource {
    var lines: [Line] = []
    for (suite, path) in try files(folder: folder) {
      var reader = try DatasetReader(path: path)
      while let line = try reader.next() {
        lines += requests(of: line, suite: suite, first: lines.count + 1)
      }
    }
    guard !lines.isEmpty else {
      throw ReplayProblem("\(folder) holds no schema cases: expected folders with a valid.jsonl each, as KVV's validator_cases")
    }
    return RequestSource(name: folder, lines: lines)
  }

  /// The files of the suites, in the order of the suites' names.
  static func files(folder: String) throws(ReplayProblem) -> [(suite: String, path: String)] {
    let manager = FileManager.default
    let suites: [String]
    do {
      suites = try manager.contentsOfDirectory(atPath: folder).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw ReplayProblem(reading: folder, error)
    }
    return suites.map { (suite: $0, path: folder + "/" + $0 + "/valid.jsonl") }.filter { manager.fileExists(atPath: $0.path) }
  }

  private static func requests(of line: Line, suite: String, first: Int) -> [Line] {
    func leftOut(_ reason: String) -> [Line] {
      [Line(number: first, leftOut: "\(suite):\(line.number): \(reason)")]
    }
    guard let bytes = line.bytes, let schema = try? JSONValue(parsing: bytes) else {
      return [Line(number: first, unreadable: "\(suite):\(line.number) is not a JSON schema")]
    }
    if let reason = reasonToLeaveOut(schema) { return leftOut(reason) }
    let wrapped = SchemaWrapping.withoutDefaults(SchemaWrapping.asArgument(schema))
    return [false, true].enumerated().map { offset, isStream in
      Line(number: first + offset, bytes: JSONWriter.bytes(of: request(wrapped, isStream: isStream)))
    }
  }

  private static func request(_ schema: JSONValue, isStream: Bool) -> JSONValue {
    var request: JSONObject = [
      "messages": [["role": "user", "content": JSONValue(instruction)]],
      "tools": [
        [
          "type": "function",
          "function": [
            "name": JSONValue(toolName),
            "description": "Submit minimal JSON arguments that validate against this JSON Schema.",
            "parameters": schema, "strict": true,
          ],
        ]
      ],
      "tool_choice": "required", "max_tokens": 2048,
    ]
    if isStream { request["stream"] = true }
    return .object(request)
  }

  /// KVV's words, as a vendor's answer depends on them.
  private static let instruction = """
    Call the \(toolName) tool exactly once with minimumruntime arguments that satisfy its parameter schema, try your best to \
    create the arguments. Do not copy or describe the JSON Schema itself. Do not include schema keywords like type, properties, \
    required, or additionalProperties unless the schema explicitly requires them as argument property names. If the schema \
    defines a top-level value argument, provide the minimal valid value for it. Always include every required property. Respect \
    minItems, minProperties, enum, const, minimum, and minLength constraints. Prefer empty arrays and empty objects only when \
    those constraints allow them. Do not answer with plain text.
    """

  /// What KVV does not ask of a vendor, in KVV's words.
  private static func reasonToLeaveOut(_ schema: JSONValue) -> String? {
    guard schema.object != nil else { return nil }
    if schema["type"] == "string", let length = schema["minLength"]?.double, length > 1000 {
      return "skipped_extreme_minlength_not_supported"
    }
    if schema["properties"]?.object?.keys.contains(where: isExotic) == true { return "skipped_exotic_property_keys" }
    return SchemaWrapping.recursesWithoutEnd(schema) ? "skipped_recursive_ref" : nil
  }

  private static func isExotic(_ key: JSONString) -> Bool {
    let text = key.string
    return text.isEmpty || text.trimmingCharacters(in: .whitespacesAndNewlines) != text
      || ["\\n", "\\t", "\\r", "\\b", "\\f"].contains(where: text.contains)
  }
}
