// SPDX-License-Identifier: Apache-2.0

// Schemas that say something else than their authors think.
extension SchemaLint {
  mutating func suspicious(_ row: Int) { suspicious(row, isNew: document.member("$schema", of: 0) == nil) }

  private mutating func suspicious(_ row: Int, isNew: Bool) {
    guard document.kind(row) == .object else { return }
    if row == 0 { unknownDraft() }
    undeclaredRequired(row)
    ignoredKeywords(row, isNew: isNew)
    for child in subschemas(of: row) { suspicious(child, isNew: isNew) }
  }

  private mutating func unknownDraft() {
    guard let value = document.member("$schema", of: 0), document.kind(value) == .string else { return }
    let uri = document.string(value)
    guard Draft(exactly: uri) == nil else { return }
    add(
      .suspicious, "unknown_schema", at: value, "`$schema` names no draft that Python knows, so it counts as 2020-12",
      fix: Draft(uri).map { "write \"\($0.uri)\"" } ?? "write \"\(Draft.draft2020.uri)\", or leave `$schema` out")
  }

  private mutating func undeclaredRequired(_ row: Int) {
    guard let required = document.member("required", of: row), document.kind(required) == .array,
      let properties = document.member("properties", of: row), document.kind(properties) == .object
    else { return }
    document.forEachElement(of: required) { _, element in
      guard document.kind(element) == .string,
        indexedMember(document.storage[document.nodes[element].text], of: properties) == nil
      else { return }
      let name = document.string(element)
      add(
        .suspicious, "required_undeclared", at: element, "`\(name)` is required but not among `properties`",
        fix: "declare `\(name)` in `properties`, or take it out of `required`")
    }
  }

  /// Keywords that look as if they did something.
  private mutating func ignoredKeywords(_ row: Int, isNew: Bool) {
    if let nullable = document.member("nullable", of: row), document.kind(nullable) == .true {
      add(
        .suspicious, "nullable", at: nullable, "`nullable` is OpenAPI 3.0 and means nothing here: null is refused",
        fix: "write \"null\" into `type`, as in [\"string\", \"null\"]")
    }
    if isNew, let value = document.member("dependencies", of: row) {
      add(
        .suspicious, "dependencies", at: value, "`dependencies` is ignored since 2019-09",
        fix: "use `dependentRequired` or `dependentSchemas`")
    }
    if isNew, let value = document.member("additionalItems", of: row) {
      add(.suspicious, "additional_items", at: value, "`additionalItems` is ignored since 2020-12", fix: "use `items` beside `prefixItems`")
    }
    if let value = document.member("example", of: row) {
      add(.suspicious, "example", at: value, "`example` is OpenAPI 3.0 and means nothing here", fix: "use `examples`, an array")
    }
  }

  /// References that lead nowhere: they break a validation that gets to them.
  mutating func deadReferences(_ text: [UInt8]) {
    var compiler = Compiler(options: SchemaOptions(profile: .kvv))
    compiler.source = document
    compiler.addDocument(row: 0, uri: "", draft: .draft2020)
    let owner = compiler.resources.owner[0]
    for row in document.nodes.indices where document.nodes[row].kind == .string {
      guard row > 0, document.nodes[row - 1].hash == Self.reference, document.equals(row - 1, "$ref") else { continue }
      let target = compiler.resolve(document.text(row), from: owner)
      // Beyond what is looked at nothing is said.
      guard compiler.addressBytes >= 0 else { return }
      if target == nil {
        add(
          .suspicious, "dead_ref", at: row, "`$ref` \"\(document.string(row))\" leads nowhere",
          fix: "define what it names, or write the schema in its place")
      }
    }
  }

  private static let reference = ("$ref" as StaticString).keyHash
}
