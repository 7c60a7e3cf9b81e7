// SPDX-License-Identifier: Apache-2.0

/// Turns a schema's text into a `Program`. One pass over what is reachable from the root; references are followed afterwards.
struct Compiler {
  let options: SchemaOptions
  let keywords = KeywordTable.shared
  var source = Document()
  var resources = Resources()
  /// What may still be made of addresses.
  var addressBytes: Int
  /// The schema compiled for each row of the source; -1 for none yet.
  var compiled: [Int32] = []

  var schemas: [CompiledSchema] = []
  var operations: [Operation] = []
  var lists: [Int32] = []
  var objects: [ObjectRule] = []
  var properties: [PropertyRule] = []
  var slots: [Int32] = []
  var numbers: [NumberRule] = []
  var patterns: [Regex] = []
  /// Bytes of them when compiled.
  var patternBytes = 0
  var formats: [Format] = []
  var dynamicReferences: [DynamicReference] = []
  var tracksEvaluation = false
  var tracksScope = false
  var canBreak = false

  /// Operations of the schemas being compiled, the innermost last.
  var pending: [Operation] = []
  /// References met, and where they lead once that is known; operations hold their index until the end.
  var references: [Reference] = []
  /// Where each text leads that has been followed, by the resource it stands in.
  var resolved: [ReferenceText: (row: Int, resource: Int32)?] = [:]
  var members = MemberIndex()
  /// The resources that have each anchor, of the first `anchored` of them.
  var anchors: [Anchor: [(resource: Int32, row: Int32)]] = [:]
  var anchored = 0
  /// The schemas of each anchor by resource, shared by all references to it.
  var candidates: [Anchor: [Int32: Int32]] = [:]

  struct ReferenceText: Hashable {
    var text: [UInt8]
    var resource: Int32
  }

  struct Anchor: Hashable {
    var name: [UInt8]
    var isRecursive: Bool
  }

  struct Reference {
    /// Row of the reference's text.
    var row: Int32
    var resource: Int32
    var target: Int32 = -1
    /// Index in `dynamicReferences`, and the anchor's name (empty for `$recursiveRef`); nil: it is none.
    var dynamic: Int32 = -1
    var anchor: [UInt8]?
    var isRecursive = false
    /// How many resources had been asked for the anchor.
    var asked = 0
  }

  init(options: SchemaOptions) {
    self.options = options
    addressBytes = options.limits.addressBytes
  }

  /// Compiles a schema that has been read. `isMetaschema` leaves out the check that would need itself.
  static func compile(_ document: Document, _ options: SchemaOptions) throws(SchemaError) -> Program {
    var compiler = Compiler(options: options)
    compiler.source = document
    let draft = compiler.rootDraft()
    compiler.addDocument(row: 0, uri: "", draft: draft)
    let root = try compiler.schema(at: 0, resource: compiler.resources.owner[0], draft: draft, isRoot: true)
    try compiler.followReferences()
    guard compiler.addressBytes >= 0 else { throw .tooLarge(limit: options.limits.addressBytes) }
    return Program(compiler, root: root)
  }

  /// The draft that a whole schema is in, by section 2.1 for the Python profiles.
  func rootDraft() -> Draft {
    if options.profile == .kvv { return .draft2020 }
    let fallback = options.profile == .k2vv ? .draft2020 : options.defaultDraft
    guard let row = source.member("$schema", of: 0), source.kind(row) == .string else { return fallback }
    let uri = source.string(row)
    if options.profile == .k2vv { return Draft(exactly: uri) ?? fallback }
    return Draft(uri) ?? fallback
  }

  mutating func add(
    _ code: Operation.Code, _ kinds: UInt8 = 0xFF, _ a: Int32 = 0, _ b: Int32 = 0, row: Int
  ) {
    pending.append(Operation(code: code, kinds: kinds, a: a, b: b, row: Int32(row)))
  }

  /// Makes validation break when it gets here with an instance of these kinds.
  mutating func raise(_ breakage: Breakage, _ kinds: UInt8 = 0xFF, row: Int) {
    canBreak = true
    add(.raise, kinds, Int32(breakage.rawValue), row: row)
  }

  /// Reserves room in `lists`, to be filled while other schemas append to it.
  mutating func reserveList(_ count: Int) -> Int32 {
    let start = Int32(lists.count)
    for _ in 0..<count { lists.append(-1) }
    return start
  }

  /// The schema at a row, compiled once.
  mutating func schema(
    at row: Int, resource outer: Int32, draft outerDraft: Draft, isRoot: Bool = false
  ) throws(SchemaError) -> Int32 {
    if compiled[row] >= 0 { return compiled[row] }
    let resource = resources.owner[row] >= 0 ? resources.owner[row] : outer
    let index = Int32(schemas.count)
    schemas.append(CompiledSchema(resource: resource, row: Int32(row)))
    if !(isRoot && options.profile == .kvv) { compiled[row] = index }
    let start = pending.count
    switch source.kind(row) {
    case .true: break
    case .false: add(.never, row: row)
    case .object:
      var draft = outerDraft
      if resource != outer || isRoot { draft = resources.all[Int(resource)].draft }
      if options.profile.isPython, !isRoot, let known = pythonDraft(of: row) { draft = known }
      try members(of: row, into: index, resource: resource, draft: draft)
    default: raise(.malformedSchema, row: row)
    }
    schemas[Int(index)].start = Int32(operations.count)
    operations.append(contentsOf: pending[start...])
    pending.removeLast(pending.count - start)
    schemas[Int(index)].end = Int32(operations.count)
    return index
  }

  /// Python looks at `$schema` in every schema it enters.
  private func pythonDraft(of row: Int) -> Draft? {
    guard let value = source.member("$schema", of: row), source.kind(value) == .string else { return nil }
    return Draft(exactly: source.string(value))
  }

  /// A subschema that is worth entering; -1 for one that allows everything.
  mutating func child(_ row: Int, _ resource: Int32, _ draft: Draft) throws(SchemaError) -> Int32 {
    let index = try schema(at: row, resource: resource, draft: draft)
    let schema = schemas[Int(index)]
    return schema.types == 0xFF && !schema.integersOnly && schema.start == schema.end ? -1 : index
  }
}
