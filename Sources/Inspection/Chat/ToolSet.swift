// SPDX-License-Identifier: Apache-2.0
package import JSONSchema
internal import Synchronization

/// The tools that a request declares, with their schemas: what a call is judged by. It outlives the request's bytes and is
/// shared by all exchanges with the same tools. Schemas are compiled when the first call asks for them.
package final class ToolSet: Sendable {
  /// What a tool's `parameters` are worth.
  package enum Parameters: Sendable {
    /// None were sent, or `null`: any object will do.
    case none
    case schema(Schema)
    /// Not a schema, or beyond the limits: the client's fault, and no reason to blame a call.
    case unusable(SchemaError)
  }

  /// In the order of declaration; the first of a name decides.
  package let names: ByteStrings
  /// The text of each tool's `parameters`, empty where it has none.
  package let schemas: ByteStrings
  /// Which tools are run by the vendor itself (Q14): their arguments follow no schema of the request.
  private let builtins: [Bool]
  private let caches: SchemaCaches
  private let compiled: Mutex<[Parameters?]>
  /// K2VV's schemas: the inner nil is a tool whose calls it never passes.
  private let k2vv: Mutex<[Schema??]>
  private let declarations: Mutex<[Finding]?>
  /// Kept for its buffers, which are made for arguments of these tools.
  private let validator = Mutex(Validator(root: "arguments"))

  package init(names: ByteStrings, schemas: ByteStrings, builtins: [Bool], caches: SchemaCaches) {
    self.names = names
    self.schemas = schemas
    self.builtins = builtins
    self.caches = caches
    compiled = Mutex(Array(repeating: nil, count: names.count))
    k2vv = Mutex(Array(repeating: nil, count: names.count))
    declarations = Mutex(nil)
  }

  /// No tools at all.
  package static let none = ToolSet([])

  /// Tools of these names, without parameters.
  package convenience init(_ names: [String]) {
    self.init(
      names: ByteStrings(names), schemas: ByteStrings(names.map { _ in "" }),
      builtins: Array(repeating: false, count: names.count), caches: SchemaCaches())
  }

  package var count: Int { names.count }

  /// The tool that a call of this name means.
  package func index(of name: borrowing Span<UInt8>) -> Int? { names.firstIndex(of: name) }

  /// About how many bytes of memory the compiled schemas take, and what was found in them.
  package var footprint: Int { compiledBytes + foundBytes + k2vv.withLock { $0.reduce(0) { $0 + (($1 ?? nil)?.footprint ?? 0) } } }

  /// The same when calls have asked for K2VV's too, whether any has or not.
  package var wholeFootprint: Int { 2 * compiledBytes + foundBytes }

  private var compiledBytes: Int { compiled.withLock { $0.reduce(0) { $0 + ($1?.footprint ?? 0) } } }

  private var foundBytes: Int {
    declarations.withLock { $0?.reduce(0) { $0 + $1.message.utf8.count + ($1.path?.utf8.count ?? 0) } ?? 0 }
  }

  /// Bytes of schemas that are compiled, of all tools together, the first ones first: as many as are kept of a set of tools
  /// (``ToolSetCache``), and far more than anybody sends. They take a part of a second, and some forty times as much memory.
  private static let schemaLimit = 4 << 20

  /// Whether the parameters are looked at. A call of a tool behind those is one that nobody can judge.
  func isLookedAt(_ tool: Int) -> Bool { schemas.range(tool).upperBound <= Self.schemaLimit }

  package func isBuiltin(_ tool: Int) -> Bool { builtins[tool] }

  /// The schema in the meaning of the specification, with the careful engineer's policies.
  package func parameters(of tool: Int) -> Parameters {
    if let known = compiled.withLock({ $0[tool] }) { return known }
    let parameters = isLookedAt(tool) ? compile(schemas[tool]) : .unusable(.tooLarge(limit: Self.schemaLimit))
    compiled.withLock { $0[tool] = parameters }
    return parameters
  }

  private func compile(_ text: [UInt8]) -> Parameters {
    if text.isEmpty || text.elementsEqual("null".utf8) { return .none }
    do { return .schema(try caches.specification.schema(text)) } catch { return .unusable(error) }
  }

  /// What is wrong with the declarations, made by the first who asks. Paths are those of the request that the tools are from: a
  /// set is shared only by requests that declare them in the same places (``ToolSetCache``).
  func findings(making make: () -> [Finding]) -> [Finding] {
    if let known = declarations.withLock({ $0 }) { return known }
    let findings = make()
    declarations.withLock { $0 = findings }
    return findings
  }

  /// Judges with the set's own validator. One that long arguments have made large is not kept.
  func judging<Result>(_ longest: Int, _ judge: (inout Validator) -> Result) -> Result {
    validator.withLock { validator in
      defer { if longest > 256 << 10 { validator = Validator(root: "arguments") } }
      return judge(&validator)
    }
  }

  /// What `tool_calls_eval.py` would say of these arguments (K2VV's `tool_calls_valid`, for one call).
  package func isK2VVValid(_ arguments: [UInt8], for tool: Int, validator: inout Validator) -> Bool {
    guard let schema = k2vvSchema(of: tool) else { return false }
    return validator.validate(arguments, with: schema) == .valid
  }

  private func k2vvSchema(of tool: Int) -> Schema? {
    guard isLookedAt(tool) else { return nil }
    if let known = k2vv.withLock({ $0[tool] }) { return known }
    let text = schemas[tool]
    let schema = K2VV.schema(of: text.isEmpty ? nil : text, cache: caches.k2vv)
    k2vv.withLock { $0[tool] = .some(schema) }
    return schema
  }
}

extension ToolSet.Parameters {
  fileprivate var footprint: Int {
    switch self {
    case .none: 0
    case .schema(let schema): schema.footprint
    case .unusable(let error): error.footprint
    }
  }
}

/// Compiled schemas by their text, one cache for each of the two verdicts; shared by a whole process.
package struct SchemaCaches: Sendable {
  package let specification = SchemaCache()
  package let k2vv = SchemaCache(options: SchemaOptions(profile: .k2vv))

  package init() {}
}

extension ToolSet: Equatable {
  package static func == (left: ToolSet, right: ToolSet) -> Bool {
    left === right
      || left.names == right.names && left.schemas == right.schemas && left.builtins == right.builtins
  }
}
