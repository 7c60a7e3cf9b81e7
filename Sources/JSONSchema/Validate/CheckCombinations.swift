// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// Whether a schema holds, without a word about it: what fails inside is no violation, and leaves no marks.
  mutating func test(_ schema: Int32, _ node: Int, _ program: Program, exhausts: Bool = false) -> Outcome {
    let (wasRecording, didExhaust, position) = (isRecording, self.exhausts, marks.position)
    isRecording = false
    self.exhausts = exhausts
    let outcome = check(schema, node, program)
    isRecording = wasRecording
    self.exhausts = didExhaust
    if outcome != .valid { marks.rollBack(to: position) }
    return outcome
  }

  /// Python consumes all errors of a branch, so that something may break behind the first.
  private func exhaustsBranches(_ program: Program) -> Bool { program.canBreak && program.profile.isPython }

  mutating func checkAll(_ operation: Operation, _ node: Int, _ program: Program) -> Outcome {
    var outcome = Outcome.valid
    for index in operation.a..<operation.a + operation.b {
      let result = check(program.lists[Int(index)], node, program)
      if result != .valid {
        outcome = result
        if !exhausts || result == .broken { return result }
      }
    }
    return outcome
  }

  mutating func checkAny(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    var isValid = false
    for index in operation.a..<operation.a &+ operation.b {
      switch test(program.lists[Int(index)], node, program, exhausts: exhaustsBranches(program)) {
      case .valid:
        // The other branches still say what they evaluate.
        if !marks.isActive { return .valid }
        isValid = true
      case .invalid: break
      case .broken:
        if isValid { continue }
        return .broken
      }
    }
    return isValid ? .valid : failBranches(operation, at, schema, node, program)
  }

  mutating func checkOne(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    var matches = 0
    for index in operation.a..<operation.a &+ operation.b {
      let exhausts = matches == 0 && exhaustsBranches(program)
      switch test(program.lists[Int(index)], node, program, exhausts: exhausts) {
      case .valid: matches += 1
      case .invalid: break
      case .broken: return .broken
      }
      if matches > 1, !exhaustsBranches(program) { return fail(schema, at, node, .severalMatch) }
    }
    if matches > 1 { return fail(schema, at, node, .severalMatch) }
    return matches == 1 ? .valid : failBranches(operation, at, schema, node, program)
  }

  /// No branch holds. When just one of them is for this kind of value, what is wrong there says more than the choice does.
  private mutating func failBranches(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    guard isRecording else { return fail(schema, at, node, .noneMatches) }
    var candidate: Int32?
    var count = 0
    work &-= Int(operation.b) &>> 2
    for index in operation.a..<operation.a + operation.b {
      let branch = program.lists[Int(index)]
      if kinds(of: branch, program) & document.kind(node).bit != 0 {
        candidate = branch
        count += 1
      }
    }
    guard count == 1, let candidate else { return fail(schema, at, node, .noneMatches) }
    let before = recorded.count &+ unrecorded
    let outcome = check(candidate, node, program)
    if recorded.count &+ unrecorded == before { return fail(schema, at, node, .noneMatches) }
    return outcome
  }

  /// The kinds that a schema allows by `type`, looking through references.
  private func kinds(of schema: Int32, _ program: Program) -> UInt8 {
    var schema = program.schemas[Int(schema)]
    for _ in 0..<16 {
      guard schema.types == 0xFF, schema.end - schema.start == 1,
        program.operations[Int(schema.start)].code == .reference
      else { break }
      schema = program.schemas[Int(program.operations[Int(schema.start)].a)]
    }
    return schema.types
  }

  mutating func checkNot(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    let position = marks.position
    let outcome = test(operation.a, node, program)
    marks.rollBack(to: position)
    switch outcome {
    case .valid: return fail(schema, at, node)
    case .invalid: return .valid
    case .broken: return .broken
    }
  }

  mutating func checkConditional(_ operation: Operation, _ node: Int, _ program: Program) -> Outcome {
    switch test(program.lists[Int(operation.a)], node, program) {
    case .valid:
      let then = program.lists[Int(operation.a) + 1]
      return then < 0 ? .valid : check(then, node, program)
    case .invalid:
      let otherwise = program.lists[Int(operation.a) + 2]
      return otherwise < 0 ? .valid : check(otherwise, node, program)
    case .broken: return .broken
    }
  }

  /// The outermost resource in scope that has the anchor takes over (2020-12 core, section 8.2.3.2).
  mutating func checkDynamic(_ operation: Operation, _ node: Int, _ program: Program) -> Outcome {
    let reference = program.dynamicReferences[Int(operation.a)]
    var target = reference.target
    if !reference.candidates.isEmpty {
      for resource in scope {
        if let candidate = reference.candidates[resource] {
          target = candidate
          break
        }
        work &-= 1
      }
    }
    return check(target, node, program)
  }
}
