// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// Whether a number counts as an integer: by value, but by spelling in draft 4.
  @inline(__always)
  mutating func isInteger(_ node: Int, _ program: Program, literal: Bool) -> Bool {
    if !document.nodes[node].flags.contains(.float) { return true }
    return literal ? false : hasIntegerValue(node, program)
  }

  private mutating func hasIntegerValue(_ node: Int, _ program: Program) -> Bool {
    let text = document.source(node)
    work &-= readingWork(text.count)
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
    } else {
      // Before it is done: a remainder of long numbers takes seconds.
      work &-= arithmeticWork(rule, node, program)
      guard work >= 0 else { return breaks(.tooMuchWork) }
      if program.profile.isPython {
        guard let answer = holdsInPython(rule, node) else { return breaks(.arithmetic) }
        holds = answer
      } else {
        holds = self.holds(rule, Number(document.source(node)))
      }
    }
    return holds ? .valid : fail(schema, at, node)
  }

  private func holds(_ rule: NumberRule, _ value: Number) -> Bool {
    switch rule.kind {
    case .minimum: !(value < rule.exact)
    case .maximum: !(rule.exact < value)
    case .exclusiveMinimum: rule.exact < value
    case .exclusiveMaximum: value < rule.exact
    case .multipleOf: value.isMultiple(of: rule.exact)
    }
  }

  /// What reading a number of so many bytes counts for.
  private func readingWork(_ count: Int) -> Int { 1 &+ count &>> 2 }

  private func arithmeticWork(_ rule: NumberRule, _ node: Int, _ program: Program) -> Int {
    let count = document.source(node).count
    let work = readingWork(count) &+ rule.exact.digits.count &>> 3
    if rule.kind == .multipleOf { return work &+ Number.multipleWork(count, of: rule.exact) }
    // A double that is near a long integer is compared digit by digit.
    if program.profile.isPython, rule.small == nil, case .int = rule.python, document.nodes[node].flags.contains(.float) {
      return work &+ 256
    }
    return work
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
    case .minLength, .maxLength:
      let isMinimum = operation.code == .minLength
      if document.nodes[node].flags.contains(.nonASCII) { work &-= document.nodes[node].text.count &>> 6 }
      let length = length(node)
      return (isMinimum ? length >= Int(operation.a) : length <= Int(operation.a)) ? .valid : fail(schema, at, node)
    case .pattern:
      switch search(program.patterns[Int(operation.a)], node) {
      case .match: return .valid
      case .noMatch: return fail(schema, at, node)
      case .limit: return breaks(.matchLimit)
      }
    default:
      let text = document.storage[document.nodes[node].text]
      work &-= 64 &+ text.count &>> 4
      return program.formats[Int(operation.a)].accepts(text) ? .valid : fail(schema, at, node)
    }
  }

  /// A string's length in scalars; half surrogates count as one each.
  func length(_ node: Int) -> Int {
    let range = document.nodes[node].text
    guard document.nodes[node].flags.contains(.nonASCII) else { return range.count }
    // Of eight bytes at once, those that go on with a scalar: their two upper bits are 10.
    let bytes = document.storage.span
    var (rest, continuing) = (range.count, 0)
    while rest > 0 {
      let word = low(load8(bytes, range.upperBound &- rest), min(rest, 8))
      continuing &+= ((word &>> 7) & ~(word &>> 6) & 0x0101_0101_0101_0101).nonzeroBitCount
      rest &-= 8
    }
    return range.count &- continuing
  }

  /// Searches a string or key.
  mutating func search(_ pattern: Regex, _ node: Int) -> Regex.Result {
    let range = document.nodes[node].text
    guard document.nodes[node].flags.contains(.loneSurrogate) else {
      return pattern.search(document.storage.span, range, space)
    }
    work &-= range.count &>> 4
    moved.removeAll(keepingCapacity: true)
    for at in range {
      let byte = document.storage[at]
      // A half (ED A0 80 to ED BF BF) that is moved by `CharacterSet.surrogateShift` keeps its last two bytes.
      if byte == 0xED, document.storage[at &+ 1] >= 0xA0 {
        moved.append(0xF4)
        moved.append(0x8F)
      } else {
        moved.append(byte)
      }
    }
    return pattern.search(moved.span, 0..<moved.count, space)
  }

  mutating func checkEnumeration(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ program: Program
  ) -> Outcome {
    var index = Int(operation.a)
    let end = index &+ Int(operation.b)
    if Int(operation.b) > EnumerationTable.least {
      guard program.enumerationKinds(operation) & document.kind(node).bit != 0 else { return fail(schema, at, node) }
      let table = EnumerationTable(operation, program.lists)
      work &-= hashingWork(node)
      guard work >= 0 else { return breaks(.tooMuchWork) }
      var place = table.first(Equality(isPython: program.profile.isPython).hash(document, node), program.lists)
      while place >= 0 {
        if equals(node, Int(program.lists[place]), program) { return .valid }
        work &-= 1
        guard work >= 0 else { return breaks(.tooMuchWork) }
        place = table.next(place, program.lists)
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
