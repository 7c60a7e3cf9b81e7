// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// `properties`, `patternProperties`, `additionalProperties` and `required`, in one walk over the members.
  mutating func checkObject(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    let rule = program.objects[Int(operation.a)]
    let end = document.nodes[node].past
    var outcome = Outcome.valid
    var expected = rule.firstProperty
    var required: Int32 = 0
    // Members of which no schema is asked take their time too, when they are many.
    var walked = -8
    defer { work &-= max(walked, 0) }
    var key = node &+ 1
    while key < end {
      walked &+= 1
      let value = key &+ 1
      let next = document.past(value)
      if document.nodes[key].flags.contains(.shadowed) {
        key = next
        continue
      }
      var isKnown = false
      let index = property(for: key, rule, expected, program)
      if index >= 0 {
        expected = index &+ 1
        let property = program.properties[Int(index)]
        walked &+= Int(property.count) &>> 6
        if property.isRequired { required &+= 1 }
        if property.isDeclared {
          isKnown = true
          marks.mark(value)
          if property.schema >= 0 {
            let result = check(property.schema, value, program)
            if result != .valid {
              outcome = result
              if !exhausts || result == .broken { return result }
            }
          }
        }
      }
      if rule.patternCount > 0 || (rule.additionalRow >= 0 && !isKnown) {
        let result = checkOthers(rule, at, schema, node, key, isKnown, program)
        if result != .valid {
          outcome = result
          if !exhausts || result == .broken { return result }
        }
      }
      key = next
    }
    if required != rule.requiredCount {
      outcome = missing(rule, at, schema, node, program)
    }
    return outcome
  }

  /// The property that a key names, looking first where the last one makes it likely; -1 for none.
  @inline(__always)
  func property(for key: Int, _ rule: ObjectRule, _ expected: Int32, _ program: Program) -> Int32 {
    guard rule.propertyCount > 0 else { return -1 }
    let row = document.nodes[key]
    if expected < rule.firstProperty &+ rule.propertyCount, names(expected, row, program) { return expected }
    var slot = Int32(truncatingIfNeeded: row.hash) & rule.slotMask
    while true {
      let index = program.slots[Int(rule.firstSlot &+ slot)]
      if index < 0 { return -1 }
      if names(index, row, program) { return index }
      slot = (slot &+ 1) & rule.slotMask
    }
  }

  @inline(__always)
  private func names(_ index: Int32, _ row: Node, _ program: Program) -> Bool {
    let property = program.properties[Int(index)]
    let count = row.b &- row.a
    return property.hash == row.hash && UInt32(bitPattern: property.count) == count
      && sameText(
        document.storage, Int(row.a), program.source.storage, Int(property.start), Int(count))
  }

  /// Pattern and additional properties, for one member.
  private mutating func checkOthers(
    _ rule: ObjectRule, _ at: Int, _ schema: Int32, _ node: Int, _ key: Int, _ isDeclared: Bool, _ program: Program
  ) -> Outcome {
    var isKnown = isDeclared
    var outcome = Outcome.valid
    for pattern in 0..<Int(rule.patternCount) {
      let place = Int(rule.firstPattern) + pattern * 2
      guard program.lists[place] >= 0 else { return breaks(.badPattern) }
      switch search(program.patterns[Int(program.lists[place])], key) {
      case .noMatch: continue
      case .limit: return breaks(.matchLimit)
      case .match: break
      }
      isKnown = true
      marks.mark(key + 1)
      guard program.lists[place + 1] >= 0 else { continue }
      let result = check(program.lists[place + 1], key + 1, program)
      if result != .valid {
        outcome = result
        if !exhausts || result == .broken { return result }
      }
    }
    guard rule.additionalRow >= 0, !isDeclared else { return outcome }
    if program.profile.isPython, rule.patternCount > 0 {
      isKnown = false
      if rule.joined == -2 { return breaks(.badPattern) }
      if rule.joined >= 0 {
        switch search(program.patterns[Int(rule.joined)], key) {
        case .noMatch: break
        case .limit: return breaks(.matchLimit)
        case .match: isKnown = true
        }
      }
    }
    if isKnown { return outcome }
    marks.mark(key + 1)
    guard rule.additional >= 0 else { return outcome }
    if isNever(rule.additional, program) { return fail(schema, at, node, .additional, key) }
    let result = check(rule.additional, key + 1, program)
    return result == .valid ? outcome : result
  }

  /// Whether a schema is `false`, which is worth a better message than its own.
  func isNever(_ index: Int32, _ program: Program) -> Bool {
    let schema = program.schemas[Int(index)]
    return schema.end &- schema.start == 1 && program.operations[Int(schema.start)].code == .never
  }

  private mutating func missing(
    _ rule: ObjectRule, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    var outcome = Outcome.invalid
    var walked = -8
    defer { work &-= 2 &* max(walked, 0) }
    for index in rule.firstProperty..<rule.firstProperty + rule.propertyCount {
      let property = program.properties[Int(index)]
      guard property.isRequired else { continue }
      walked &+= 1 &+ Int(property.count) &>> 4
      let start = Int(property.start)
      let name = program.source.storage[start..<start + Int(property.count)]
      if members.member(name, of: node, in: document) == nil {
        outcome = fail(schema, at, node, .missing, Int(index))
        if !exhausts { return outcome }
      }
    }
    return outcome
  }

  mutating func checkNames(_ operation: Operation, _ node: Int, _ program: Program) -> Outcome {
    let end = document.nodes[node].past
    var outcome = Outcome.valid
    var key = node &+ 1
    while key < end {
      if !document.nodes[key].flags.contains(.shadowed) {
        let result = check(operation.a, key, program)
        if result != .valid {
          outcome = result
          if !exhausts || result == .broken { return result }
        }
      } else {
        work &-= 1
      }
      key = document.past(key &+ 1)
    }
    return outcome
  }

  /// The value of the member that has the name of a string in the schema.
  mutating func member(named name: Int, of node: Int, _ program: Program) -> Int? {
    let text = program.source.nodes[name].text
    // A name is compared, or hashed, as long as it is.
    work &-= 2 &+ text.count &>> 4
    return members.member(program.source.storage[text], of: node, in: document)
  }

  mutating func checkDependentRequired(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    guard member(named: Int(operation.a), of: node, program) != nil else { return .valid }
    let list = Int(operation.b)
    var row = list + 1
    while row < program.source.past(list) {
      if program.source.kind(row) != .string || member(named: row, of: node, program) == nil {
        return fail(schema, at, node, .missing, row)
      }
      row = program.source.past(row)
    }
    return .valid
  }

  mutating func checkUnevaluatedProperties(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ mark: Int, _ program: Program
  ) -> Outcome {
    let end = document.nodes[node].past
    work &-= (end &- node) &>> 2
    var outcome = Outcome.valid
    var key = node &+ 1
    while key < end {
      let value = key &+ 1
      if !document.nodes[key].flags.contains(.shadowed), !marks.isMarked(value, since: mark) {
        let result =
          isNever(operation.a, program)
          ? fail(schema, at, node, .additional, key) : check(operation.a, value, program)
        if result != .valid {
          outcome = result
          if !exhausts || result == .broken { return result }
        }
        marks.mark(value)
      }
      key = document.past(value)
    }
    return outcome
  }
}
