// SPDX-License-Identifier: Apache-2.0

// References: noted while compiling, followed when everything else is done.
extension Compiler {
  mutating func reference(_ row: Int, _ context: SchemaContext) throws(SchemaError) {
    guard source.kind(row) == .string else { return raise(.malformedSchema, row: row) }
    references.append(Reference(row: Int32(row), resource: context.resource))
    add(.reference, 0xFF, Int32(references.count - 1), row: row)
  }

  mutating func dynamicReference(_ row: Int, _ context: SchemaContext) throws(SchemaError) {
    guard source.kind(row) == .string else { return raise(.malformedSchema, row: row) }
    dynamicReferences.append(DynamicReference(target: -1, candidates: [:]))
    references.append(
      Reference(row: Int32(row), resource: context.resource, dynamic: Int32(dynamicReferences.count - 1)))
    tracksScope = true
    add(.dynamicReference, 0xFF, Int32(dynamicReferences.count - 1), row: row)
  }

  mutating func recursiveReference(_ row: Int, _ context: SchemaContext) throws(SchemaError) {
    try dynamicReference(row, context)
    if !references.isEmpty { references[references.count - 1].isRecursive = true }
  }

  /// Compiles what the references lead to, and what those refer to in turn.
  mutating func followReferences() throws(SchemaError) {
    var followed = 0
    repeat {
      while followed < references.count {
        try follow(followed)
        followed += 1
      }
      for index in references.indices where references[index].dynamic >= 0 { try addCandidates(index) }
    } while followed < references.count
    for index in operations.indices where operations[index].code == .reference {
      let target = references[Int(operations[index].a)].target
      operations[index].a = target
      if target < 0 { makeDangling(index) }
    }
    for index in operations.indices where operations[index].code == .dynamicReference {
      if dynamicReferences[Int(operations[index].a)].target < 0 { makeDangling(index) }
    }
  }

  private mutating func makeDangling(_ index: Int) {
    operations[index].code = .raise
    operations[index].a = Int32(Breakage.unresolvedReference.rawValue)
    canBreak = true
  }

  private mutating func follow(_ index: Int) throws(SchemaError) {
    let reference = references[index]
    let text = source.text(Int(reference.row))
    guard let (row, resource) = resolve(text, from: reference.resource) else { return }
    let target = try schema(at: row, resource: resource, draft: resources.all[Int(resource)].draft)
    references[index].target = target
    guard reference.dynamic >= 0 else { return }
    dynamicReferences[Int(reference.dynamic)].target = target
    let fragment = Array(URIReference(text).fragment ?? [])
    if reference.isRecursive {
      if resources.all[Int(resource)].hasRecursiveAnchor { references[index].anchor = [] }
    } else if !fragment.isEmpty, resources.all[Int(resource)].dynamicAnchors[fragment] == Int32(row) {
      references[index].anchor = fragment
    }
  }

  /// Every resource that may stand in dynamic scope and has the anchor.
  private mutating func addCandidates(_ index: Int) throws(SchemaError) {
    let reference = references[index]
    guard let name = reference.anchor, reference.asked < resources.all.count else { return }
    indexAnchors()
    references[index].asked = resources.all.count
    let anchor = Anchor(name: name, isRecursive: reference.isRecursive)
    var known = candidates[anchor] ?? [:]
    let all = anchors[anchor] ?? []
    for (resource, row) in all.dropFirst(known.count) {
      known[resource] = try schema(at: Int(row), resource: resource, draft: resources.all[Int(resource)].draft)
    }
    candidates[anchor] = known
    dynamicReferences[Int(reference.dynamic)].candidates = known
  }

  /// Notes the anchors of resources that have come since.
  private mutating func indexAnchors() {
    for index in anchored..<resources.all.count {
      let resource = resources.all[index]
      if resource.hasRecursiveAnchor {
        anchors[Anchor(name: [], isRecursive: true), default: []].append((Int32(index), resource.row))
      }
      for (name, row) in resource.dynamicAnchors {
        anchors[Anchor(name: name, isRecursive: false), default: []].append((Int32(index), row))
      }
    }
    anchored = resources.all.count
  }

  /// The row that a reference leads to, and its resource.
  mutating func resolve(_ text: [UInt8], from resource: Int32) -> (row: Int, resource: Int32)? {
    let key = ReferenceText(text: text, resource: resource)
    if let known = resolved[key] { return known }
    let found = find(text, from: resource)
    resolved[key] = .some(found)
    return found
  }

  private mutating func find(_ text: [UInt8], from resource: Int32) -> (row: Int, resource: Int32)? {
    let base = resources.all[Int(resource)]
    let reference = URIReference(text)
    let isLocal = reference.scheme == nil && reference.authority == nil && reference.path.isEmpty && reference.query == nil
    var target = resource
    if !isLocal || resources.all.count > 1 {
      guard spend(reference, base.base) else { return nil }
      let address = reference.resolved(against: base.base).address
      guard let known = self.resource(at: address, like: base.draft) else { return nil }
      target = known
    }
    let found = resources.all[Int(target)]
    let fragment = reference.decodedFragment
    if fragment.isEmpty { return (Int(found.row), target) }
    if fragment[0] == UInt8(ascii: "/") { return walk(fragment, from: Int(found.row), resource: target) }
    if let row = found.anchors[fragment] ?? found.dynamicAnchors[fragment] {
      return (Int(row), resources.owner[Int(row)] >= 0 ? resources.owner[Int(row)] : target)
    }
    return nil
  }

  /// The resource with an address: known already, supplied by the caller, or a bundled metaschema.
  private mutating func resource(at path: [UInt8], like draft: Draft) -> Int32? {
    if let known = resources.byAddress[path] { return known }
    let address = String(decoding: path, as: UTF8.self)
    if !options.documents.isEmpty, let bytes = options.documents[address] ?? options.documents[address + "#"] {
      let dialect: Reader.Dialect = options.profile.isPython ? .python : .json
      guard let document = try? Document(bytes, dialect: dialect, depth: options.limits.depth) else { return nil }
      let row = append(document)
      addDocument(row: row, uri: address, draft: draft)
    } else if let metaschema = Metaschemas.all.first(where: { $0.uri == address }) {
      let bytes = metaschema.text.withUTF8Buffer { unsafe Array($0) }
      guard let document = try? Document(bytes) else { return nil }
      let row = append(document)
      addDocument(row: row, uri: address, draft: metaschema.draft)
    }
    return resources.byAddress[path]
  }

  private mutating func append(_ document: Document) -> Int {
    source.append(document)
  }

  /// Follows a JSON pointer, whose text begins with a slash, through any members, known keywords or not.
  private mutating func walk(_ pointer: [UInt8], from start: Int, resource: Int32) -> (row: Int, resource: Int32)? {
    var row = start
    var owner = resource
    for part in pointer.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      var token: [UInt8] = []
      var isEscape = false
      for byte in part {
        if isEscape {
          token.append(byte == UInt8(ascii: "1") ? UInt8(ascii: "/") : UInt8(ascii: "~"))
          isEscape = false
        } else if byte == UInt8(ascii: "~") {
          isEscape = true
        } else {
          token.append(byte)
        }
      }
      switch source.kind(row) {
      case .object:
        guard let value = members.member(token[...], of: row, in: source) else { return nil }
        row = value
      case .array:
        guard let index = Int(String(decoding: token, as: UTF8.self)),
          let element = members.element(index, of: row, in: source)
        else { return nil }
        row = element
      default: return nil
      }
      if resources.owner[row] >= 0 { owner = resources.owner[row] }
    }
    return (row, owner)
  }
}
