// SPDX-License-Identifier: Apache-2.0
import JSON

/// How KVV makes the schema of a tool's parameters out of a schema of its own.
enum SchemaWrapping {
  private static let rootReference: JSONString = "#"
  private static let primitives: Set<JSONString> = ["string", "number", "integer", "boolean", "null"]

  /// An object with the one required member `value`. `$defs` and `$id` move up to the new root; a reference to the old root gets
  /// a definition to point at.
  static func asArgument(_ schema: JSONValue) -> JSONValue {
    guard let object = schema.object else { return schema }
    var wrapped: JSONObject = ["type": "object", "required": ["value"], "additionalProperties": false]
    func inner(_ schema: JSONObject) -> JSONValue {
      .object(JSONObject(schema.members.filter { $0.key != "$defs" && $0.key != "$id" }))
    }
    if references(schema).contains(.string(rootReference)) {
      var definitions = object["$defs"]?.object ?? JSONObject()
      var name = "__case_schema"
      while definitions[JSONString(name)] != nil { name = "_" + name }
      let target = "#/$defs/" + name
      let rewritten = pointingRoots(schema, at: JSONValue(target)).object ?? object
      for (key, value) in rewritten["$defs"]?.object?.members ?? [] { definitions[key] = value }
      definitions[JSONString(name)] = inner(rewritten)
      wrapped["properties"] = ["value": ["$ref": JSONValue(target)]]
      wrapped["$defs"] = .object(definitions)
    } else {
      wrapped["properties"] = ["value": inner(object)]
      if let definitions = object["$defs"] { wrapped["$defs"] = definitions }
    }
    if let id = object["$id"] { wrapped["$id"] = id }
    return .object(wrapped)
  }

  /// Without the members called `default`, at any depth, which unsettle decoders.
  static func withoutDefaults(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      .object(JSONObject(object.members.filter { $0.key != "default" }.map { ($0.key, withoutDefaults($0.value)) }))
    case .array(let values): .array(values.map(withoutDefaults))
    default: value
    }
  }

  /// Whether a definition must contain itself, by a required property and with no other way.
  static func recursesWithoutEnd(_ schema: JSONValue) -> Bool {
    let definitions = schema["$defs"]?.object ?? JSONObject()
    for case .string(let reference) in references(schema) {
      let text = reference.string
      guard text.hasPrefix("#/$defs/"), let name = text.split(separator: "/").last,
        let definition = definitions[JSONString(String(name))],
        references(definition).contains(.string(reference)), !hasWayOut(definition)
      else { continue }
      let required = definition["required"]?.array ?? []
      for (name, property) in definition["properties"]?.object?.members ?? []
      where references(property).contains(.string(reference)) && required.contains(.string(name)) {
        return true
      }
    }
    return false
  }

  private static func references(_ value: JSONValue) -> [JSONValue] {
    switch value {
    case .object(let object):
      (object["$ref"].map { [$0] } ?? []) + object.members.flatMap { references($0.value) }
    case .array(let values): values.flatMap(references)
    default: []
    }
  }

  private static func pointingRoots(_ value: JSONValue, at target: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      .object(
        JSONObject(
          object.members.map { key, value in
            (key, key == "$ref" && value == .string(rootReference) ? target : pointingRoots(value, at: target))
          }))
    case .array(let values): .array(values.map { pointingRoots($0, at: target) })
    default: value
    }
  }

  private static func hasWayOut(_ value: JSONValue) -> Bool {
    switch value {
    case .object(let object):
      if isPrimitive(object["type"]) { return true }
      if let options = object["anyOf"] ?? object["oneOf"] { return (options.array ?? []).contains(where: hasWayOut) }
      return object["enum"] != nil || object.members.contains { hasWayOut($0.value) }
    case .array(let values): return values.contains(where: hasWayOut)
    default: return false
    }
  }

  private static func isPrimitive(_ type: JSONValue?) -> Bool {
    switch type {
    case .string(let name): primitives.contains(name)
    case .array(let names): names.contains(where: isPrimitive)
    default: false
    }
  }
}
