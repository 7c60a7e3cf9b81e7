// SPDX-License-Identifier: Apache-2.0

/// The Moonshot flavour of JSON Schema (section 3 of the reference; the `walle` validator, level ultra): what Moonshot's
/// guided decoding takes of a tool's schema.
extension SchemaLint {
  /// How large a schema may be, as walle's code has it.
  enum MFJSLimits {
    static let depth = 30
    static let properties = 3_000
    static let alternatives = 500
    static let values = 1_000
    static let valueCharacters = 75_000
    static let bytes = 120_000
  }

  mutating func mfjsDocument() {
    if document.length > MFJSLimits.bytes {
      mfjs("too_large", at: 0, "the schema is larger than \(MFJSLimits.bytes) bytes", fix: "split the tool, or shorten descriptions")
    }
    guard document.kind(0) == .object else {
      return mfjs("not_object", at: 0, "the schema must be an object", fix: "wrap it in {\"type\": \"object\", ...}")
    }
    if document.nodes[0].count == 0 { return }
    mfjsSchema(0, depth: 1)
    mfjsRecursion()
  }

  mutating func mfjs(_ code: String, at row: Int, _ message: String, fix: String) {
    add(.mfjs, code, at: row, message, fix: fix)
  }

  private mutating func mfjsSchema(_ row: Int, depth: Int) {
    guard document.kind(row) == .object else {
      return mfjs("not_object", at: row, "a subschema must be an object", fix: "write an object with a `type`")
    }
    if depth > MFJSLimits.depth {
      return mfjs("too_deep", at: row, "schemas are nested deeper than \(MFJSLimits.depth)", fix: "flatten it, or use `$defs`")
    }
    mfjsKeywords(row)
    mfjsPlace(row)
    mfjsTypes(row)
    mfjsMembers(row, depth: depth)
    mfjsReference(row)
    mfjsValues(row)
    mfjsBounds(row)
  }

  private static let supported: Set<[UInt8]> = Set([
    "type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "$ref", "$defs", "$id",
    "description", "title", "default", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems",
    // Known to walle, though its server does not enforce it yet.
    "pattern",
  ].map { Array($0.utf8) })

  private mutating func mfjsKeywords(_ row: Int) {
    document.forEachMember(of: row) { key, value in
      let name = document.string(key)
      if !Self.supported.contains(document.text(key)) {
        mfjs(
          "unsupported_keyword", at: value, "`\(name)` is not supported",
          fix: Self.replacements[document.text(key)] ?? "leave it out, and say it in `description`")
      }
      if ["description", "title", "$id"].contains(name), document.kind(value) != .string {
        mfjs("not_string", at: value, "`\(name)` must be a string", fix: "write a string")
      }
      if row != 0, name == "$defs" || name == "$id" {
        mfjs("not_at_root", at: value, "`\(name)` may stand only at the root", fix: "move it to the root")
      }
    }
  }

  private static let replacements = Dictionary([
    "oneOf": "use `anyOf`", "const": "use `enum` with one value", "allOf": "merge the schemas into one",
    "exclusiveMinimum": "use `minimum`", "exclusiveMaximum": "use `maximum`", "definitions": "use `$defs`",
    "prefixItems": "use `items` with one schema", "nullable": "write \"null\" into `type`",
  ].map { (Array($0.key.utf8), $0.value) }) { first, _ in first }

  /// `anyOf` and `$ref` stand alone but for descriptions.
  private mutating func mfjsPlace(_ row: Int) {
    for (name, code, fix): (StaticString, String, String) in [
      ("anyOf", "beside_any_of", "move it into every alternative"), ("$ref", "beside_ref", "move it into what the reference names"),
    ] {
      guard let value = member(name, of: row) else { continue }
      document.forEachMember(of: row) { key, neighbour in
        let other = document.string(key)
        if neighbour == value || ["description", "title", "default"].contains(other) { return }
        if row == 0, other == "$defs" || other == "$id" { return }
        mfjs(code, at: neighbour, "`\(other)` is not allowed at the same level as `\(name)`", fix: fix)
      }
    }
  }

  func member(_ name: StaticString, of row: Int) -> Int? { document.member(name, of: row) }

  private mutating func mfjsMembers(_ row: Int, depth: Int) {
    if let properties = member("properties", of: row) {
      if document.kind(properties) == .object {
        mfjsProperties(properties, depth: depth)
      } else {
        mfjs("properties_not_object", at: properties, "`properties` must be an object", fix: "write an object of schemas")
      }
    }
    if let definitions = member("$defs", of: row) {
      if document.kind(definitions) == .object {
        document.forEachMember(of: definitions) { key, value in
          let name = document.string(key)
          if name.isEmpty { mfjs("empty_name", at: value, "a name in `$defs` is empty", fix: "give it a name") }
          mfjsSlashes(key, value)
          mfjsSchema(value, depth: depth + 1)
        }
      } else {
        mfjs("defs_not_object", at: definitions, "`$defs` must be an object", fix: "write an object of schemas")
      }
    }
    if let items = member("items", of: row) { mfjsSchema(items, depth: depth + 1) }
    if let others = member("additionalProperties", of: row) {
      switch document.kind(others) {
      case .true, .false: break
      case .object: if document.nodes[others].count > 0 { mfjsSchema(others, depth: depth + 1) }
      default:
        mfjs("additional_properties", at: others, "`additionalProperties` must be a boolean or an object", fix: "write false")
      }
    }
    mfjsAlternatives(row, depth: depth)
    mfjsRequired(row)
  }

  private mutating func mfjsProperties(_ properties: Int, depth: Int) {
    if document.nodes[properties].count > MFJSLimits.properties {
      mfjs("too_many_properties", at: properties, "more than \(MFJSLimits.properties) properties", fix: "split the tool")
    }
    let reserved = ["$defs", "$ref", "anyOf", "required", "additionalProperties"]
    document.forEachMember(of: properties) { key, value in
      let name = document.string(key)
      if name.isEmpty { mfjs("empty_name", at: value, "a property's name is empty", fix: "give it a name") }
      if reserved.contains(name) {
        mfjs("reserved_name", at: value, "the property name `\(name)` is reserved for JSON Schema", fix: "give it another name")
      }
      mfjsSchema(value, depth: depth + 1)
    }
  }

  /// References walk through `$defs`, so no name on the way may look like two.
  private mutating func mfjsSlashes(_ key: Int, _ value: Int) {
    if document.storage[document.nodes[key].text].contains(UInt8(ascii: "/")) {
      mfjs("slash_in_name", at: value, "the name `\(document.string(key))` may not contain '/'", fix: "use '_' in its place")
    }
    guard document.kind(value) == .object else { return }
    if let properties = member("properties", of: value), document.kind(properties) == .object {
      document.forEachMember(of: properties) { mfjsSlashes($0, $1) }
    }
    if let items = member("items", of: value), document.kind(items) == .object { mfjsSlashes(items - 1, items) }
    if let list = member("anyOf", of: value), document.kind(list) == .array {
      document.forEachElement(of: list) { _, element in
        if let properties = member("properties", of: element), document.kind(properties) == .object {
          document.forEachMember(of: properties) { mfjsSlashes($0, $1) }
        }
      }
    }
  }

  private mutating func mfjsAlternatives(_ row: Int, depth: Int) {
    guard let list = member("anyOf", of: row) else { return }
    guard document.kind(list) == .array else {
      return mfjs("any_of_not_array", at: list, "`anyOf` must be an array", fix: "write an array of schemas")
    }
    if document.nodes[list].count == 0 || document.nodes[list].count > MFJSLimits.alternatives {
      mfjs("any_of_size", at: list, "`anyOf` must have 1 to \(MFJSLimits.alternatives) alternatives", fix: "list fewer, and one at least")
    }
    document.forEachElement(of: list) { mfjsSchema($1, depth: depth + 1) }
  }

  private mutating func mfjsRequired(_ row: Int) {
    guard let list = member("required", of: row) else { return }
    guard document.kind(list) == .array else {
      return mfjs("required_not_array", at: list, "`required` must be an array", fix: "write an array of names")
    }
    let properties = member("properties", of: row)
    var seen: Set<[UInt8]> = []
    document.forEachElement(of: list) { _, element in
      guard document.kind(element) == .string else {
        return mfjs("required_not_string", at: element, "`required` must hold strings", fix: "write property names")
      }
      let name = document.string(element)
      if !seen.insert(document.text(element)).inserted {
        mfjs("required_twice", at: element, "`\(name)` is required twice", fix: "name it once")
      }
      if name.isEmpty || properties.flatMap({ indexedMember(Array(name.utf8)[...], of: $0) }) == nil {
        mfjs("required_undeclared", at: element, "`\(name)` is required but not declared in `properties`", fix: "declare it")
      }
    }
  }
}
