// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// Whether a number counts as an integer: by value, but by spelling in draft 4.
  @inline(__always)
  func isInteger(_ node: Int, _ program: Program, literal: Bool) -> Bool {
    if !document.nodes[node].flags.contains(.float) { return true }
    return literal ? false : hasIntegerValue(node, program)
  }

  private func hasIntegerValue(_ node: Int, _ program: Program) -> Bool {
    let text = document.source(node)
    if program.profile.isPython { return PythonNumber(text, flags: document.nodes[node].flags).isInteger }
    return Number(text).isInteger
  }

  mutating func checkNumber(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    let rule = program.numbers[Int(operation.a)]
    let holds: Bool
    if let bound = rule.small, !document.nodes[node].flags.contains(.float),
      let value = smallInteger(document.source(node))
    {
      switch rule.kind {
      case .minimum: holds = value >= bound
      case .maximum: holds = value <= bound
      case .exclusiveMinimum: holds = value > bound
      case .exclusiveMaximum: holds = value < bound
      case .multipleOf:
        if bound == 0 { return breaks(.arithmetic) }
        holds = value % bound == 0
      }
    } else if program.profile.isPython {
      guard let answer = holdsInPython(rule, node) else { return breaks(.arithmetic) }
      holds = answer
    } else {
      let value = Number(document.source(node))
      switch rule.kind {
      case .minimum: holds = !(value < rule.exact)
      case .maximum: holds = !(rule.exact < value)
      case .exclusiveMinimum: holds = rule.exact < value
      case .exclusiveMaximum: holds = value < rule.exact
      case .multipleOf: holds = value.isMultiple(of: rule.exact)
      }
    }
    return holds ? .valid : fail(schema, at, node)
  }

  /// Nil where Python raises. Comparisons are Python's own way round, which matters for NaN.
  private func holdsInPython(_ rule: NumberRule, _ node: Int) -> Bool? {
    let value = PythonNumber(document.source(node), flags: document.nodes[node].flags)
    switch rule.kind {
    case .minimum: return !(value < rule.python)
    case .maximum: return !(rule.python < value)
    case .exclusiveMinimum: return !(value < rule.python || value == rule.python)
    case .exclusiveMaximum: return !(rule.python < value || value == rule.python)
    case .multipleOf: return value.isMultiple(of: rule.python)
    }
  }

  mutating func checkString(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    switch operation.code {
    case .minLength: return length(node) >= Int(operation.a) ? .valid : fail(schema, at, node)
    case .maxLength: return length(node) <= Int(operation.a) ? .valid : fail(schema, at, node)
    case .pattern:
      switch search(program.patterns[Int(operation.a)], node) {
      case .match: return .valid
      case .noMatch: return fail(schema, at, node)
      case .limit: return breaks(.matchLimit)
      }
    default:
      let text = document.storage[document.nodes[node].text]
      return program.formats[Int(operation.a)].accepts(text) ? .valid : fail(schema, at, node)
    }
  }

  /// A string's length in scalars; half surrogates count as one each.
  func length(_ node: Int) -> Int {
    let range = document.nodes[node].text
    guard document.nodes[node].flags.contains(.nonASCII) else { return range.count }
    var count = 0
    for at in range where document.storage[at] & 0xC0 != 0x80 { count &+= 1 }
    return count
  }

  /// Searches a string or key.
  mutating func search(_ pattern: Regex, _ node: Int) -> Regex.Result {
    let range = document.nodes[node].text
    guard document.nodes[node].flags.contains(.loneSurrogate) else {
      return pattern.search(document.storage.span, range, space)
    }
    moved.removeAll(keepingCapacity: true)
    for scalar in PatternSource(document.storage[range]).scalars {
      let value = scalar >= 0xD800 && scalar < 0xE000 ? scalar + CharacterSet.surrogateShift : scalar
      moved.append(contentsOf: UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? .encodedReplacementCharacter)
    }
    return pattern.search(moved.span, 0..<moved.count, space)
  }

  mutating func checkEnumeration(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    var index = Int(operation.a)
    let end = index &+ Int(operation.b)
    if Int(operation.b) > EnumerationTable.least {
      let mask = Int(program.lists[end])
      let hash = Equality(isPython: program.profile.isPython).hash(document, node)
      var slot = Int(truncatingIfNeeded: EnumerationTable.slot(hash)) & mask
      while program.lists[end &+ 1 &+ slot] >= 0 {
        if equals(node, Int(program.lists[Int(program.lists[end &+ 1 &+ slot])]), program) { return .valid }
        work &-= comparisonWork(node)
        guard work >= 0 else { return breaks(.tooMuchWork) }
        slot = (slot &+ 1) & mask
      }
      return fail(schema, at, node)
    }
    while index < end {
      if equals(node, Int(program.lists[index]), program) { return .valid }
      index &+= 1
    }
    return fail(schema, at, node)
  }
}
