// SPDX-License-Identifier: Apache-2.0

// Finding `$id` and anchors before anything refers to them.
extension Compiler {
  /// Registers a document of the source, and the resources within it.
  mutating func addDocument(row: Int, uri: String, draft: Draft) {
    let end = source.nodes.count
    resources.documents.append(Resources.Document(row: Int32(row), uri: uri, end: Int32(end)))
    while compiled.count < end { compiled.append(-1) }
    while resources.owner.count < end { resources.owner.append(-1) }
    var root = Resources.Resource(row: Int32(row), base: URIReference(Array(uri.utf8)), draft: draft)
    if row > 0 || options.profile == .specification, let named = declaredDraft(of: row, default: draft) {
      root.draft = named.draft
      root.vocabulary = named.vocabulary
    }
    let index = Int32(resources.all.count)
    resources.all.append(root)
    resources.byAddress[Array(uri.utf8)] = index
    resources.owner[row] = index
    if hasIdentifiers(from: row) { identify(row, resource: index, draft: root.draft, isRoot: true) }
  }

  /// Whether any key from a row on is one that names schemas. By hash: a false yes costs time only.
  private func hasIdentifiers(from row: Int) -> Bool {
    for index in row..<source.nodes.count {
      let hash = source.nodes[index].hash
      if hash != 0, Compiler.identifierHashes.contains(hash) { return true }
    }
    return false
  }

  private static let identifierHashes: [UInt32] =
    (["$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"] as [StaticString]).map(\.keyHash)

  /// The draft that `$schema` of a resource's root names, through custom metaschemas and their vocabularies.
  private func declaredDraft(of row: Int, default draft: Draft) -> (draft: Draft, vocabulary: VocabularySet)? {
    guard let value = source.member("$schema", of: row), source.kind(value) == .string else { return nil }
    let uri = source.string(value)
    if options.profile.isPython { return Draft(exactly: uri).map { ($0, .all) } }
    if let known = Draft(uri) { return (known, .all) }
    let address = URIReference(source.text(value)).address
    guard !options.documents.isEmpty, let bytes = options.documents[String(decoding: address, as: UTF8.self)], let metaschema = try? Document(bytes) else { return nil }
    var result = (draft: draft, vocabulary: VocabularySet.all)
    if let parent = metaschema.member("$schema", of: 0), let known = Draft(metaschema.string(parent)) {
      result.draft = known
    }
    if let list = metaschema.member("$vocabulary", of: 0), metaschema.kind(list) == .object {
      result.vocabulary = vocabulary(list, of: metaschema)
    }
    return result
  }

  private func vocabulary(_ list: Int, of metaschema: Document) -> VocabularySet {
    var set: VocabularySet = []
    metaschema.forEachMember(of: list) { key, _ in
      let uri = metaschema.string(key)
      if uri.hasSuffix("/vocab/applicator") { set.insert(.applicator) }
      if uri.hasSuffix("/vocab/unevaluated") { set.insert(.unevaluated) }
      if uri.hasSuffix("/vocab/validation") { set.insert(.validation) }
      if uri.hasSuffix("/vocab/format-assertion") { set.insert(.formatAssertion) }
      // 2019-09 keeps unevaluated* among the applicators.
      if uri.hasSuffix("2019-09/vocab/applicator") { set.insert(.unevaluated) }
    }
    return set
  }

  /// Walks the schemas in known places and notes their names.
  private mutating func identify(_ row: Int, resource outer: Int32, draft outerDraft: Draft, isRoot: Bool) {
    var resource = outer
    var draft = outerDraft
    if source.kind(row) == .object {
      let hidesSiblings = draft <= .draft7 && source.member("$ref", of: row) != nil
      if !hidesSiblings || isRoot {
        let idRow = draft == .draft4 ? source.member("id", of: row) : source.member("$id", of: row)
        if !hidesSiblings, let idRow, source.kind(idRow) == .string {
          resource = enter(source.text(idRow), row: row, resource: outer, isRoot: isRoot, &draft)
        }
        addAnchors(row, resource: resource, draft: draft)
      }
    }
    resources.owner[row] = resource
    guard source.kind(row) == .object else { return }
    let end = source.nodes[row].past
    var key = row + 1
    while key < end {
      let value = key + 1
      if !source.nodes[key].flags.contains(.shadowed), let keyword = keywords.keyword(key, of: source, draft: draft) {
        identifyChildren(of: keyword, value, resource: resource, draft: draft)
      }
      key = source.past(value)
    }
  }

  private mutating func identifyChildren(of keyword: Keyword, _ value: Int, resource: Int32, draft: Draft) {
    let kind = source.kind(value)
    switch keyword.info.subschemas {
    case .none: break
    case .value: identify(value, resource: resource, draft: draft, isRoot: false)
    case .valueOrArray where kind != .array: identify(value, resource: resource, draft: draft, isRoot: false)
    case .array, .valueOrArray:
      guard kind == .array else { break }
      source.forEachElement(of: value) { _, element in
        identify(element, resource: resource, draft: draft, isRoot: false)
      }
    case .map, .mapOfSchemas:
      guard kind == .object else { break }
      source.forEachMember(of: value) { _, member in
        if source.kind(member) != .array { identify(member, resource: resource, draft: draft, isRoot: false) }
      }
    }
  }

  /// Counts what an address takes that is made of a reference and its base, unless too little is left: each in a base may be as long as it.
  mutating func spend(_ reference: URIReference, _ base: URIReference) -> Bool {
    addressBytes -= reference.length + base.length
    return addressBytes >= 0
  }

  /// What `$id` makes of a schema: a resource of its own, or (up to draft 7) an anchor.
  private mutating func enter(
    _ id: [UInt8], row: Int, resource outer: Int32, isRoot: Bool, _ draft: inout Draft
  ) -> Int32 {
    let reference = URIReference(id)
    let base = resources.all[Int(outer)].base
    guard spend(reference, base) else { return outer }
    var resource = outer
    let address = reference.resolved(against: base)
    var bare = address
    bare.fragment = nil
    if !(reference.scheme == nil && reference.authority == nil && reference.path.isEmpty) {
      if isRoot {
        resources.all[Int(outer)].base = bare
      } else {
        var named = Resources.Resource(row: Int32(row), base: bare, draft: draft)
        named.vocabulary = resources.all[Int(outer)].vocabulary
        if let declared = declaredDraft(of: row, default: draft) {
          named.draft = declared.draft
          named.vocabulary = declared.vocabulary
          draft = declared.draft
        }
        resource = Int32(resources.all.count)
        resources.all.append(named)
      }
      if resources.byAddress[bare.address] == nil { resources.byAddress[bare.address] = resource }
    }
    if draft <= .draft7, let fragment = reference.fragment, !fragment.isEmpty {
      resources.all[Int(resource)].anchors[Array(fragment)] = Int32(row)
    }
    return resource
  }

  private mutating func addAnchors(_ row: Int, resource: Int32, draft: Draft) {
    guard draft >= .draft2019 else { return }
    if let anchor = source.member("$anchor", of: row), source.kind(anchor) == .string {
      resources.all[Int(resource)].anchors[source.text(anchor)] = Int32(row)
    }
    if draft >= .draft2020, let anchor = source.member("$dynamicAnchor", of: row), source.kind(anchor) == .string {
      resources.all[Int(resource)].dynamicAnchors[source.text(anchor)] = Int32(row)
    }
    if draft == .draft2019, let anchor = source.member("$recursiveAnchor", of: row), source.kind(anchor) == .true,
      resources.all[Int(resource)].row == Int32(row)
    {
      resources.all[Int(resource)].hasRecursiveAnchor = true
    }
  }
}
