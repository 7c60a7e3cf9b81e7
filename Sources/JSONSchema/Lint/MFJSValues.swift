// SPDX-License-Identifier: Apache-2.0

// MFJS: types, values and bounds.
extension SchemaLint {
  /// Few, and compared one by one: to hash a string that is no ASCII takes a hundred times as long.
  private static let types = ["object", "array", "string", "number", "integer", "boolean", "null"]

  /// The names in `type`, as far as they are strings.
  private func typeNames(_ row: Int) -> [String] {
    guard let value = member("type", of: row) else { return [] }
    if document.kind(value) == .string { return [document.string(value)] }
    guard document.kind(value) == .array else { return [] }
    var names: [String] = []
    document.forEachElement(of: value) { if document.kind($1) == .string { names.append(document.string($1)) } }
    return names
  }

  mutating func mfjsTypes(_ row: Int) {
    guard let value = member("type", of: row) else {
      if member("anyOf", of: row) == nil, member("$ref", of: row) == nil, member("enum", of: row) == nil {
        mfjs("type_missing", at: row, "every schema needs a `type`", fix: "add `type`")
      }
      return
    }
    switch document.kind(value) {
    case .string: break
    case .array:
      if document.nodes[value].count == 0 {
        mfjs("type_empty", at: value, "the `type` array is empty", fix: "name a type")
      }
    default: return mfjs("type_not_string", at: value, "`type` must be a string or an array of strings", fix: "name a type")
    }
    let names = typeNames(row)
    if document.kind(value) == .array, names.count != document.nodes[value].count {
      mfjs("type_not_string", at: value, "the `type` array holds something else than strings", fix: "name types only")
    }
    for name in names where !Self.types.contains(name) {
      mfjs("type_unknown", at: value, "`\(name)` is not a type", fix: "use one of " + Self.types.sorted().joined(separator: ", "))
    }
    mfjsApplicable(row, names, value)
  }

  /// Keywords that do not go with the type.
  private mutating func mfjsApplicable(_ row: Int, _ names: [String], _ value: Int) {
    let belongs: [(StaticString, [String])] = [
      ("properties", ["object"]), ("required", ["object"]), ("additionalProperties", ["object"]), ("items", ["array"]),
      ("minItems", ["array"]), ("maxItems", ["array"]), ("minLength", ["string"]), ("maxLength", ["string"]),
      ("minimum", ["number", "integer"]), ("maximum", ["number", "integer"]),
    ]
    for (keyword, types) in belongs {
      guard let place = member(keyword, of: row), !names.isEmpty else { continue }
      if names.count > 1 {
        mfjs("keyword_for_types", at: place, "`\(keyword)` is not allowed in combination with multiple types", fix: "use `anyOf` with one type each")
      } else if !types.contains(names[0]) {
        mfjs("keyword_for_type", at: place, "`\(keyword)` does not go with type \(names[0])", fix: "leave it out")
      }
    }
    if names.count > 1, member("enum", of: row) != nil, names.count > 2 || !names.contains("null") {
      mfjs("types_with_enum", at: value, "with `enum`, several types are not allowed but one and null", fix: "use one type")
    }
  }

  mutating func mfjsValues(_ row: Int) {
    let names = typeNames(row)
    if let list = member("enum", of: row) {
      guard document.kind(list) == .array, document.nodes[list].count > 0 else {
        return mfjs("enum_not_array", at: list, "`enum` must be an array with a value at least", fix: "list the values")
      }
      if document.nodes[list].count > MFJSLimits.values || document.nodes[list].end - document.nodes[list].start > MFJSLimits.valueCharacters {
        mfjs("enum_too_large", at: list, "`enum` has too many values", fix: "say it in `description`")
      }
      let types = Self.types.filter(names.contains)
      document.forEachElement(of: list) { _, element in
        if document.kind(element) == .number, !PythonNumber.double(document.source(element)).isFinite {
          mfjs("enum_number", at: element, "\(document.excerpt(element)) is beyond all doubles", fix: "choose a smaller number")
        }
        if !names.isEmpty, !fits(element, types) {
          mfjs("enum_type", at: element, "\(document.excerpt(element)) does not match any type of `type`", fix: "leave it out, or change `type`")
        }
      }
    }
    if let value = member("default", of: row), !names.isEmpty {
      if !fits(value, Self.types.filter(names.contains)) {
        mfjs("default_type", at: value, "`default` does not match `type`", fix: "write a value of the type")
      }
    }
  }

  private func fits(_ row: Int, _ types: [String]) -> Bool {
    switch document.kind(row) {
    case .string: types.contains("string")
    case .number:
      types.contains("number") || (types.contains("integer") && Number(document.source(row)).isInteger)
    case .true, .false: types.contains("boolean")
    case .null: types.contains("null")
    case .object: types.contains("object")
    case .array: types.contains("array")
    }
  }

  /// Bounds are numbers without exponents, and in order.
  mutating func mfjsBounds(_ row: Int) {
    let bounds: [(StaticString, StaticString, Bool)] = [
      ("minLength", "maxLength", true), ("minItems", "maxItems", true), ("minimum", "maximum", false),
    ]
    for (low, high, isCount) in bounds {
      for name in [low, high] {
        guard let value = member(name, of: row) else { continue }
        guard document.kind(value) == .number, !document.nodes[value].flags.contains(.nonFinite) else {
          mfjs("bound_not_number", at: value, "`\(name)` must be a number", fix: "write a number")
          continue
        }
        let number = Number(document.source(value))
        let mustBeInteger = isCount || typeNames(row) == ["integer"]
        if mustBeInteger, document.nodes[value].flags.contains(.float) {
          mfjs("bound_not_integer", at: value, "`\(name)` must be an integer", fix: "write an integer")
        }
        if isCount, number.isNegative { mfjs("bound_negative", at: value, "`\(name)` must be non-negative", fix: "write 0 or more") }
        if document.source(value).contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
          mfjs("bound_exponent", at: value, "`\(name)` is written with an exponent", fix: "write it as a decimal")
        }
      }
      if let low = member(low, of: row), let highRow = member(high, of: row), document.kind(low) == .number,
        document.kind(highRow) == .number, Number(document.source(highRow)) < Number(document.source(low))
      {
        mfjs("bounds_order", at: low, "the lower bound is greater than `\(high)`", fix: "exchange them")
      }
    }
  }
}
