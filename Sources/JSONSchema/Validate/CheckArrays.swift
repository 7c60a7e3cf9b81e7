// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// Elements from a place on, all by one schema (-1: any will do).
  mutating func checkItems(_ operation: Operation, _ node: Int, _ program: Program) -> Outcome {
    guard operation.a >= 0 || marks.isActive else { return .valid }
    // What no schema is entered for takes its time too.
    if operation.a < 0 || operation.b > 0 { work &-= document.nodes[node].count &>> 1 }
    let end = document.nodes[node].past
    var outcome = Outcome.valid
    var row = node &+ 1
    var skipped: Int32 = 0
    while row < end {
      let next = document.past(row)
      if skipped < operation.b {
        skipped &+= 1
      } else {
        marks.mark(row)
        if operation.a >= 0 {
          let result = check(operation.a, row, program)
          if result != .valid {
            outcome = result
            if !exhausts || result == .broken { return result }
          }
        }
      }
      row = next
    }
    return outcome
  }

  /// The first elements, each by its own schema.
  mutating func checkPrefix(_ operation: Operation, _ node: Int, _ program: Program) -> Outcome {
    work &-= min(document.nodes[node].count, Int(operation.b)) &>> 1
    let end = document.nodes[node].past
    var outcome = Outcome.valid
    var row = node &+ 1
    var index: Int32 = 0
    while row < end, index < operation.b {
      marks.mark(row)
      let schema = program.lists[Int(operation.a &+ index)]
      if schema >= 0 {
        let result = check(schema, row, program)
        if result != .valid {
          outcome = result
          if !exhausts || result == .broken { return result }
        }
      }
      row = document.past(row)
      index &+= 1
    }
    return outcome
  }

  mutating func checkContains(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    let (least, most) = (program.lists[Int(operation.b)], program.lists[Int(operation.b) + 1])
    let evaluates = program.lists[Int(operation.b) + 2] == 1
    let end = document.nodes[node].past
    var matches: Int32 = 0
    var row = node &+ 1
    while row < end {
      switch test(operation.a, row, program) {
      case .valid:
        matches += 1
        if evaluates { marks.mark(row) }
        if matches > most { return fail(schema, at, node, .tooMany) }
      case .invalid: break
      case .broken: return .broken
      }
      row = document.past(row)
    }
    return matches < least ? fail(schema, at, node, .missing) : .valid
  }

  mutating func checkUnevaluatedItems(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ mark: Int, _ program: Program
  ) -> Outcome {
    work &-= document.nodes[node].count &>> 1
    let end = document.nodes[node].past
    var outcome = Outcome.valid
    var row = node &+ 1
    while row < end {
      if !marks.isMarked(row, since: mark) {
        let result =
          isNever(operation.a, program) ? fail(schema, at, node, .additional, row) : check(operation.a, row, program)
        if result != .valid {
          outcome = result
          if !exhausts || result == .broken { return result }
        }
        marks.mark(row)
      }
      row = document.past(row)
    }
    return outcome
  }
}
