// SPDX-License-Identifier: Apache-2.0

/// A compiled JSON Schema: immutable, to be shared and used any number of times.
public struct Schema: Sendable {
  let program: Program
  /// The draft that the schema as a whole is in.
  public let draft: Draft
  public let profile: Profile
  /// About how many bytes of memory it takes: some thirteen times its text, and what its patterns are when compiled.
  public var footprint: Int { program.footprint }

  /// Compiles a schema's text. Throws when it is not JSON, not a schema (by its metaschema; not in the `kvv` profile), or
  /// beyond the limits. References that lead nowhere are no error here: they break a validation that gets to them.
  public init(_ bytes: [UInt8], options: SchemaOptions = SchemaOptions()) throws(SchemaError) {
    guard bytes.count <= options.limits.schemaBytes else { throw .tooLarge(limit: options.limits.schemaBytes) }
    let document: Document
    do {
      document = try Document(bytes, dialect: options.profile.isPython ? .python : .json, depth: options.limits.depth)
    } catch {
      throw .syntax(error)
    }
    var compiler = Compiler(options: options)
    compiler.source = document
    draft = compiler.rootDraft()
    profile = options.profile
    try Schema.checkIdentity(document, options)
    if options.profile != .kvv { try Metaschemas.check(document, draft, options.profile) }
    program = try Compiler.compile(document, options)
  }

  /// Python raises on a `$schema` that is neither a string nor null before it validates anything.
  private static func checkIdentity(_ document: Document, _ options: SchemaOptions) throws(SchemaError) {
    guard options.profile == .k2vv, let row = document.member("$schema", of: 0) else { return }
    let kind = document.kind(row)
    if kind != .string, kind != .null {
      throw .invalid([
        Violation(
          instancePath: "/$schema", range: Int(document.nodes[row].start)..<Int(document.nodes[row].end),
          schemaPath: "", keyword: "$schema", got: kind.name, want: "string", message: "`$schema`: got \(kind.name), want string")
      ])
    }
  }
}
