// SPDX-License-Identifier: Apache-2.0

/// What `tool_calls_eval.py` of K2VV makes of one tool call, its wrapper around `jsonschema.validate` included (section 2.1).
public enum K2VV {
  /// Whether a call counts as valid. `parameters` is the tool's schema as sent (nil when the tool has none), `arguments` the
  /// call's arguments as text.
  public static func isValid(
    arguments: [UInt8], parameters: [UInt8]?, cache: SchemaCache, validator: inout Validator
  ) -> Bool {
    guard let schema = schema(of: parameters, cache: cache) else { return false }
    return validator.validate(arguments, with: schema) == .valid
  }

  /// What the calls of a tool are validated with; nil where all of them count as invalid, since there is no schema or none that
  /// can be used. For whoever judges many calls of one tool.
  public static func schema(of parameters: [UInt8]?, cache: SchemaCache) -> Schema? {
    guard let parameters, !isAbsent(parameters) else { return nil }
    return try? cache.schema(parameters)
  }

  /// `if not schema`: an empty object, false, null and the like count as no schema, and the call as invalid.
  public static func isAbsent(_ parameters: [UInt8]) -> Bool {
    guard let document = try? Document(parameters, dialect: .python) else { return false }
    let root = document.nodes[0]
    switch root.kind {
    case .object, .array: return root.count == 0
    case .string: return root.text.isEmpty
    case .number: return PythonNumber(document.source(0), flags: root.flags).asDouble == 0
    case .false, .null: return true
    case .true: return false
    }
  }
}
