// SPDX-License-Identifier: Apache-2.0

// Keywords about objects.
extension Compiler {
  /// `properties`, `patternProperties`, `additionalProperties` and `required` together.
  mutating func objectRule(_ row: Int, _ context: SchemaContext) throws(SchemaError) {
    let found = context.found
    var rule = ObjectRule()
    rule.firstProperty = Int32(properties.count)
    if let declared = found[.properties] {
      guard source.kind(declared) == .object else {
        raise(.malformedSchema, Kind.object.bit, row: declared)
        return
      }
      source.forEachMember(of: declared) { key, _ in
        let node = source.nodes[key]
        properties.append(
          PropertyRule(
            hash: node.hash, start: Int32(node.a), count: Int32(node.b - node.a), schema: -1, isDeclared: true,
            isRequired: false))
      }
    }
    if let required = found[.required] {
      guard source.kind(required) == .array else {
        raise(.malformedSchema, Kind.object.bit, row: required)
        return
      }
      addRequired(required, &rule)
    }
    rule.propertyCount = Int32(properties.count) - rule.firstProperty
    buildSlots(&rule)
    let index = objects.count
    objects.append(rule)
    add(.object, Kind.object.bit, Int32(index), row: row)

    if let declared = found[.properties] {
      var property = Int(rule.firstProperty)
      try source.forEachMember(of: declared) { (_, value) throws(SchemaError) in
        properties[property].schema = try child(value, context.resource, context.draft)
        property += 1
      }
    }
    try addPatterns(&rule, context)
    try addAdditional(&rule, context)
    objects[index] = rule
  }

  private mutating func addRequired(_ row: Int, _ rule: inout ObjectRule) {
    rule.requiredRow = Int32(row)
    var names: [UInt32: [Int]] = [:]
    let count = source.nodes[row].count
    // Each name that no property has is one more to look for the next among.
    let isLong = count * (count + properties.count - Int(rule.firstProperty)) > 1_024
    if isLong {
      for index in Int(rule.firstProperty)..<properties.count { names[properties[index].hash, default: []].append(index) }
    }
    source.forEachElement(of: row) { _, element in
      guard source.kind(element) == .string else {
        // Python asks whether the object has a key that is no string: it has not.
        add(.never, Kind.object.bit, row: element)
        return
      }
      let text = source.nodes[element].text
      let hash = textHash(source.storage.span, text.lowerBound, text.count)
      let known: Int?
      if isLong {
        known = names[hash]?.first { source.isText(text, properties[$0]) }
      } else {
        known = (Int(rule.firstProperty)..<properties.count).first {
          properties[$0].hash == hash && source.isText(text, properties[$0])
        }
      }
      if let known {
        if !properties[known].isRequired { rule.requiredCount += 1 }
        properties[known].isRequired = true
      } else {
        rule.requiredCount += 1
        properties.append(
          PropertyRule(
            hash: hash, start: Int32(text.lowerBound), count: Int32(text.count), schema: -1, isDeclared: false,
            isRequired: true))
        if isLong { names[hash, default: []].append(properties.count - 1) }
      }
    }
  }

  private mutating func buildSlots(_ rule: inout ObjectRule) {
    rule.firstSlot = Int32(slots.count)
    guard rule.propertyCount > 0 else { return }
    var size = 4
    while size < Int(rule.propertyCount) * 2 { size *= 2 }
    rule.slotMask = Int32(size - 1)
    let first = slots.count
    for _ in 0..<size { slots.append(-1) }
    for index in Int(rule.firstProperty)..<Int(rule.firstProperty + rule.propertyCount) {
      var slot = Int(properties[index].hash) & (size - 1)
      while slots[first + slot] >= 0 { slot = (slot + 1) & (size - 1) }
      slots[first + slot] = Int32(index)
    }
  }

  private mutating func addPatterns(_ rule: inout ObjectRule, _ context: SchemaContext) throws(SchemaError) {
    guard let row = context.found[.patternProperties] else { return }
    guard source.kind(row) == .object else {
      raise(.malformedSchema, Kind.object.bit, row: row)
      return
    }
    canBreak = canBreak || source.nodes[row].count > 0
    rule.patternCount = Int32(source.nodes[row].count)
    rule.firstPattern = reserveList(source.nodes[row].count * 2)
    var at = Int(rule.firstPattern)
    try source.forEachMember(of: row) { (key, value) throws(SchemaError) in
      lists[at] = try regex(key) ?? -1
      lists[at + 1] = try child(value, context.resource, context.draft)
      at += 2
    }
    guard options.profile.isPython, context.found[.additionalProperties] != nil else { return }
    if rule.patternCount == 1 {
      rule.joined = lists[Int(rule.firstPattern)] < 0 ? -2 : lists[Int(rule.firstPattern)]
      if source.nodes[row + 1].text.isEmpty { rule.joined = -1 }
      return
    }
    var joined: [UInt8] = []
    source.forEachMember(of: row) { key, _ in
      if key > row + 1 { joined.append(UInt8(ascii: "|")) }
      joined += source.text(key)
    }
    rule.joined = if let regex = try? Regex(joined[...], dialect: .python) { try add(regex) } else { -2 }
  }

  private mutating func addAdditional(_ rule: inout ObjectRule, _ context: SchemaContext) throws(SchemaError) {
    guard let row = context.found[.additionalProperties] else { return }
    rule.additionalRow = Int32(row)
    if isPythonFalse(row) {
      rule.additional = never(row, context)
    } else if source.kind(row) == .object || source.kind(row) == .true {
      rule.additional = try child(row, context.resource, context.draft)
    }
  }

  /// What is neither an object nor true in Python's eyes, where a boolean or a schema should stand.
  func isPythonFalse(_ row: Int) -> Bool {
    switch source.kind(row) {
    case .false: true
    case .true, .object: false
    case .null: options.profile.isPython
    case .string: options.profile.isPython && source.nodes[row].text.isEmpty
    case .array: options.profile.isPython && source.nodes[row].count == 0
    case .number: options.profile.isPython && PythonNumber(source.source(row), flags: source.nodes[row].flags).asDouble == 0
    }
  }

  /// A schema of its own that allows nothing.
  mutating func never(_ row: Int, _ context: SchemaContext) -> Int32 {
    let operation = Int32(operations.count)
    operations.append(Operation(code: .never, kinds: 0xFF, row: Int32(row)))
    schemas.append(
      CompiledSchema(start: operation, end: operation + 1, resource: context.resource, row: Int32(row)))
    return Int32(schemas.count - 1)
  }

  mutating func objectKeyword(_ keyword: Keyword, _ row: Int, _ context: SchemaContext) throws(SchemaError) {
    let object = Kind.object.bit
    switch keyword {
    case .minProperties, .maxProperties:
      guard let limit = limit(row, roundingUp: keyword == .minProperties) else {
        return raise(.malformedSchema, object, row: row)
      }
      add(keyword == .minProperties ? .minProperties : .maxProperties, object, limit, row: row)
    case .propertyNames:
      let names = try child(row, context.resource, context.draft)
      if names >= 0 { add(.propertyNames, object, names, row: row) }
    case .unevaluatedProperties:
      tracksEvaluation = true
      add(.unevaluatedProperties, object, try schema(at: row, resource: context.resource, draft: context.draft), row: row)
    default: try dependencies(row, context)
    }
  }

  /// `dependencies` and its two successors: for each name, other names or a schema.
  private mutating func dependencies(_ row: Int, _ context: SchemaContext) throws(SchemaError) {
    guard source.kind(row) == .object else { return raise(.malformedSchema, Kind.object.bit, row: row) }
    try source.forEachMember(of: row) { (key, value) throws(SchemaError) in
      if source.kind(value) == .array {
        add(.dependentRequired, Kind.object.bit, Int32(key), Int32(value), row: value)
      } else {
        let schema = try schema(at: value, resource: context.resource, draft: context.draft)
        add(.dependentSchemas, Kind.object.bit, Int32(key), schema, row: value)
      }
    }
  }
}

extension Document {
  /// Whether a text is the name of a property.
  func isText(_ text: Range<Int>, _ property: PropertyRule) -> Bool {
    text.count == Int(property.count)
      && sameText(storage, text.lowerBound, storage, Int(property.start), text.count)
  }
}
