// SPDX-License-Identifier: Apache-2.0

// What each key, element and end of a value decides.
extension StreamingValidator {
  /// A scalar is complete: each schema that it must satisfy is asked.
  mutating func endScalar(_ range: Range<Int>, at offset: Int) {
    check(range, from: valueMark, at: offset)
    obligations.restore(valueMark)
    state = frames.isEmpty ? .end : .comma
    incomingCount = 0
  }

  /// A container is complete. It is read once more on its own: everything that only its end can decide (required, counts,
  /// contains, oneOf ...) is decided by the same code as for whole documents. The root waits for `finish`'s own pass no longer
  /// than needed: it is asked here too.
  mutating func endContainer(at offset: Int) {
    guard let frame = frames.popLast() else { return }
    let range = Int(frame.start)..<offset + 1
    rechecked += range.count
    if rechecked <= 8 * text.count + 65_536 { check(range, from: frame.mark, at: offset) }
    obligations.restore(frame.mark)
    state = frames.isEmpty ? .end : .comma
    incomingCount = 0
  }

  /// What entering the evaluator for one value and schema takes.
  private static let runEffort = 4

  private mutating func check(_ range: Range<Int>, from mark: Obligations.Mark, at offset: Int) {
    let program = schema.program
    // Dynamic scope is lost on the way here, so what depends on it waits for the end.
    guard !program.tracksScope, obligations.incoming.count > Int(mark.incoming) else { return }
    do {
      let depth = program.limits.depth
      try evaluator.document.read(text[range], dialect: program.profile.isPython ? .python : .json, depth: depth)
    } catch {
      return die(.syntax, at: offset)
    }
    evaluator.grantForValue()
    for index in obligations.affordable(Int(mark.incoming)..<obligations.incoming.count) {
      let entry = obligations.incoming[index]
      guard obligations.isAlive(entry.alternative) else { continue }
      guard obligations.spend(Self.runEffort) else { break }
      if evaluator.run(program, from: entry.schema) == .invalid {
        obligations.kill(entry.alternative, row: evaluator.failedRow(program))
      }
    }
    dieIfHopeless(at: offset)
  }

  /// A key is complete: which schemas its value must satisfy, and whether there may be one.
  mutating func endKey(at offset: Int) {
    guard let frame = frames.last else { return }
    let program = schema.program
    do {
      try evaluator.document.readKey(text[tokenStart..<offset + 1])
    } catch {
      return die(.syntax, at: offset)
    }
    evaluator.grantForValue()
    obligations.grant()
    frames[frames.count - 1].count += 1
    incomingCount = 0
    for index in obligations.affordable(Int(frame.mark.active)..<obligations.active.count) {
      let entry = obligations.active[index]
      guard obligations.isAlive(entry.alternative) else { continue }
      let compiled = program.schemas[Int(entry.schema)]
      guard obligations.spend(compiled.size) else { break }
      for at in compiled.start..<compiled.end {
        let operation = program.operations[Int(at)]
        switch operation.code {
        case .object: memberSchemas(program.objects[Int(operation.a)], operation, entry.alternative)
        case .maxProperties where frame.count + 1 > operation.a: obligations.kill(entry.alternative, row: operation.row)
        case .propertyNames where obligations.spend(Self.runEffort):
          if evaluator.run(program, from: operation.a) == .invalid {
            obligations.kill(entry.alternative, row: operation.row)
          }
        default: break
        }
      }
    }
    dieIfHopeless(at: offset)
    state = .colon
  }

  private mutating func memberSchemas(_ rule: ObjectRule, _ operation: Operation, _ alternative: Int32) {
    let program = schema.program
    guard obligations.spend(Int(rule.patternCount)) else { return }
    var isKnown = false
    let index = evaluator.property(for: 0, rule, rule.firstProperty, program)
    if index >= 0 {
      let property = program.properties[Int(index)]
      isKnown = property.isDeclared
      if property.schema >= 0 { owe(property.schema, alternative) }
    }
    for pattern in 0..<Int(rule.patternCount) {
      let place = Int(rule.firstPattern) + pattern * 2
      // What breaks, or takes too long, is left to the end.
      guard program.lists[place] >= 0 else {
        isKnown = true
        continue
      }
      switch evaluator.search(program.patterns[Int(program.lists[place])], 0) {
      case .noMatch: continue
      case .limit: isKnown = true
      case .match:
        isKnown = true
        if program.lists[place + 1] >= 0 { owe(program.lists[place + 1], alternative) }
      }
    }
    // Python's joined pattern is stranger than its parts; leave that to the end as well.
    if isKnown || (program.profile.isPython && rule.patternCount > 1) { return }
    guard rule.additional >= 0 else { return }
    if evaluator.isNever(rule.additional, program) {
      obligations.kill(alternative, row: rule.additionalRow)
    } else {
      owe(rule.additional, alternative)
    }
  }

  private mutating func owe(_ schema: Int32, _ alternative: Int32) {
    obligations.incoming.append((schema, alternative))
    incomingCount += 1
  }

  /// An element begins: which schemas it must satisfy, and whether there may be one.
  mutating func beginElement(at offset: Int) {
    guard let frame = frames.last else { return }
    let program = schema.program
    obligations.grant()
    frames[frames.count - 1].count += 1
    incomingCount = 0
    for index in obligations.affordable(Int(frame.mark.active)..<obligations.active.count) {
      let entry = obligations.active[index]
      guard obligations.isAlive(entry.alternative) else { continue }
      let compiled = program.schemas[Int(entry.schema)]
      guard obligations.spend(compiled.size) else { break }
      for at in compiled.start..<compiled.end {
        let operation = program.operations[Int(at)]
        switch operation.code {
        case .prefixItems where frame.count < operation.b:
          let child = program.lists[Int(operation.a + frame.count)]
          if child >= 0 { owe(child, entry.alternative) }
        case .items where frame.count >= operation.b && operation.a >= 0:
          if evaluator.isNever(operation.a, program) {
            obligations.kill(entry.alternative, row: operation.row)
          } else {
            owe(operation.a, entry.alternative)
          }
        case .maxItems where frame.count + 1 > operation.a: obligations.kill(entry.alternative, row: operation.row)
        default: break
        }
      }
    }
    dieIfHopeless(at: offset)
  }
}

extension Evaluator {
  /// What the value that has been read may take of all schemas that it is asked of, beyond what is granted for all values of the
  /// stream together: when that is used up, the end decides. A value is read again with each container around it.
  mutating func grantForValue() {
    work = max(work, 0) + workForValues / 8
    space.steps = max(space.steps, 0) + stepsForValues / 4
  }

  /// Validates the value that has been read by one schema of the program.
  mutating func run(_ program: Program, from schema: Int32) -> Outcome {
    steps = 0
    defer { members.reset() }
    failure = nil
    isRecording = false
    exhausts = program.canBreak && program.profile.isPython
    scope.removeAll(keepingCapacity: true)
    return enter(schema, program)
  }

  /// The row in the schema of what failed last: that of `schemaRow`, without looking for the keyword's name.
  func failedRow(_ program: Program) -> Int32 {
    guard let failure else { return -1 }
    guard failure.operation >= 0 else { return program.schemas[Int(failure.schema)].typeRow }
    let operation = program.operations[Int(failure.operation)]
    guard operation.code == .object else { return operation.row }
    let rule = program.objects[Int(operation.a)]
    return failure.detail == .missing ? rule.requiredRow : rule.additionalRow
  }
}

extension Document {
  /// Reads a key alone, as row 0.
  mutating func readKey(_ bytes: ArraySlice<UInt8>) throws(SyntaxProblem) {
    try read(bytes, dialect: .json, depth: 1)
    let text = reader.nodes[0].text
    reader.nodes[0].hash = textHash(storage.span, text.lowerBound, text.count)
  }
}
