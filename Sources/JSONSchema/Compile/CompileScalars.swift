// SPDX-License-Identifier: Apache-2.0

// Keywords about one value at a time: type, enum, const, numbers, strings.
extension Compiler {
  /// The kinds that a name of `type` allows, or nil for a name that does not exist.
  private func kinds(named row: Int) -> UInt8? {
    guard source.kind(row) == .string else { return nil }
    let names: [(StaticString, UInt8)] = [
      ("string", Kind.string.bit), ("object", Kind.object.bit), ("array", Kind.array.bit),
      ("integer", Kind.number.bit), ("number", Kind.number.bit), ("boolean", Kind.true.bit | Kind.false.bit),
      ("null", Kind.null.bit),
    ]
    for (name, bits) in names where source.equals(row, name) { return bits }
    return nil
  }

  mutating func type(_ row: Int, _ context: SchemaContext) {
    var bits: UInt8 = 0
    var hasNumber = false
    var hasInteger = false
    var isUnknown = false
    func addName(_ name: Int) {
      guard !isUnknown else { return }
      guard let kinds = kinds(named: name) else {
        isUnknown = true
        return
      }
      bits |= kinds
      if kinds == Kind.number.bit {
        if source.equals(name, "integer") { hasInteger = true } else { hasNumber = true }
      }
    }
    switch source.kind(row) {
    case .string: addName(row)
    case .array: source.forEachElement(of: row) { _, element in addName(element) }
    default:
      raise(.malformedSchema, row: row)
      return
    }
    let integersOnly = hasInteger && !hasNumber
    if isUnknown {
      // Python tries one after the other, and raises when it gets to the unknown one.
      raise(.unknownType, integersOnly ? ~bits | Kind.number.bit : ~bits, row: row)
      if integersOnly { pending[pending.count - 1].b = 1 }
      return
    }
    if options.profile.isPython, isAfterReference(context) {
      // Where Python might break before it gets here, the order of the text counts.
      add(.type, 0xFF, Int32(bits), integersOnly ? 1 : 0, row: row)
      if context.draft == .draft4 { pending[pending.count - 1].b *= 2 }
      return
    }
    schemas[Int(context.index)].types = bits
    schemas[Int(context.index)].integersOnly = integersOnly
    schemas[Int(context.index)].literalIntegers = context.draft == .draft4
    schemas[Int(context.index)].typeRow = Int32(row)
  }

  /// Whether a keyword that may lead anywhere stands before `type`.
  private func isAfterReference(_ context: SchemaContext) -> Bool {
    for position in 0..<context.found.count {
      switch context.found.keyword(at: position) {
      case nil, .type: return false
      case .ref, .dynamicRef, .recursiveRef: return true
      case .defs, .definitions, .contentSchema: break
      case .some(let keyword): if keyword.info.subschemas != .none { return true }
      }
    }
    return false
  }

  mutating func enumeration(_ row: Int) {
    guard source.kind(row) == .array else {
      raise(.malformedSchema, row: row)
      return
    }
    var kinds: UInt8 = 0
    source.forEachElement(of: row) { _, element in kinds |= source.kind(element).bit }
    lists.append(Int32(kinds))
    let start = reserveList(source.nodes[row].count)
    var index = Int(start)
    source.forEachElement(of: row) { _, element in
      lists[index] = Int32(element)
      index += 1
    }
    if index - Int(start) > EnumerationTable.least {
      _ = EnumerationTable(of: Int(start)..<index, in: source, &lists, isPython: options.profile.isPython)
    }
    add(.enumeration, 0xFF, start, Int32(index) - start, row: row)
  }

  mutating func number(_ keyword: Keyword, _ row: Int, _ context: SchemaContext) {
    var kind: NumberRule.Kind
    switch keyword {
    case .minimum: kind = .minimum
    case .maximum: kind = .maximum
    case .exclusiveMinimum: kind = .exclusiveMinimum
    case .exclusiveMaximum: kind = .exclusiveMaximum
    default: kind = .multipleOf
    }
    if context.draft == .draft4 {
      // Draft 4: booleans that make the neighbour exclusive.
      switch keyword {
      case .exclusiveMinimum, .exclusiveMaximum: return
      case .minimum: if isTrue(context.found[.exclusiveMinimum]) { kind = .exclusiveMinimum }
      case .maximum: if isTrue(context.found[.exclusiveMaximum]) { kind = .exclusiveMaximum }
      default: break
      }
    }
    guard let rule = numberRule(kind, row) else {
      raise(.malformedSchema, Kind.number.bit, row: row)
      return
    }
    if kind == .multipleOf, options.profile.isPython { canBreak = true }
    numbers.append(rule)
    add(.number, Kind.number.bit, Int32(numbers.count - 1), row: row)
  }

  private func isTrue(_ row: Int?) -> Bool { row.map { source.kind($0) == .true } ?? false }

  private func numberRule(_ kind: NumberRule.Kind, _ row: Int) -> NumberRule? {
    switch source.kind(row) {
    case .number:
      let text = source.source(row)
      let flags = source.nodes[row].flags
      let exact = flags.contains(.nonFinite) ? Number.zero : Number(text)
      return NumberRule(
        kind: kind, small: flags.contains(.float) ? nil : smallInteger(text), exact: exact,
        python: options.profile.isPython ? PythonNumber(text, flags: flags) : .int(.zero))
    case .true, .false:
      // Python's booleans are numbers.
      let value = source.kind(row) == .true ? 1 : 0
      return NumberRule(kind: kind, small: Int64(value), exact: Number(value), python: .int(Number(value)))
    default: return nil
    }
  }

  /// A count's value, rounded up or down as the comparison needs; nil when it is no number.
  func limit(_ row: Int, roundingUp: Bool) -> Int32? {
    switch source.kind(row) {
    case .true: return 1
    case .false: return 0
    case .number:
      let text = source.source(row)
      if !source.nodes[row].flags.contains(.float), let small = smallInteger(text) {
        return Int32(clamping: small)
      }
      let value = PythonNumber(text, flags: source.nodes[row].flags).asDouble ?? .infinity
      if value.isNaN { return roundingUp ? -1 : .max }
      let rounded = value.rounded(roundingUp ? .up : .down)
      return rounded >= Double(Int32.max) ? .max : rounded <= -1 ? -1 : Int32(rounded)
    default: return nil
    }
  }

  mutating func length(_ keyword: Keyword, _ row: Int) {
    let isMinimum = keyword == .minLength
    guard let limit = limit(row, roundingUp: isMinimum) else {
      raise(.malformedSchema, Kind.string.bit, row: row)
      return
    }
    add(isMinimum ? .minLength : .maxLength, Kind.string.bit, limit, row: row)
  }

  mutating func pattern(_ row: Int) throws(SchemaError) {
    guard source.kind(row) == .string, let index = try regex(row) else {
      raise(source.kind(row) == .string ? .badPattern : .malformedSchema, Kind.string.bit, row: row)
      return
    }
    canBreak = true
    add(.pattern, Kind.string.bit, index, row: row)
  }

  /// The compiled pattern of a string or key, or nil where Python would raise when it gets there.
  mutating func regex(_ row: Int) throws(SchemaError) -> Int32? {
    let regex: Regex
    do {
      let text = source.storage[source.nodes[row].text]
      regex = try Regex(text, dialect: options.profile.isPython ? .python : .ecma)
    } catch {
      if options.profile.isPython { return nil }
      throw .pattern(path: source.pointer(to: row), message: error.message)
    }
    return try add(regex)
  }

  /// The index of a pattern. A few bytes of text can be many when compiled, and they are kept as long as the schema.
  mutating func add(_ regex: Regex) throws(SchemaError) -> Int32 {
    patternBytes += regex.size
    let limit = min(options.limits.patternBytes, 16 << 10 + 64 * source.storage.count)
    guard patternBytes <= limit else { throw .tooLarge(limit: limit) }
    patterns.append(regex)
    return Int32(patterns.count - 1)
  }

  mutating func format(_ row: Int, _ context: SchemaContext) {
    if options.isMetaschema, options.profile.isPython, source.equals(row, "regex") {
      formats.append(.pythonRegex)
      add(.format, Kind.string.bit, Int32(formats.count - 1), row: row)
    }
    let vocabulary = resources.all[Int(context.resource)].vocabulary
    guard options.assertsFormats || vocabulary.contains(.formatAssertion), !options.profile.isPython else { return }
    guard source.kind(row) == .string, let format = Format(named: source.string(row), draft: context.draft) else {
      return
    }
    formats.append(format)
    add(.format, Kind.string.bit, Int32(formats.count - 1), row: row)
  }
}

/// An integer literal of up to 18 digits.
@inline(__always)
func smallInteger(_ text: ArraySlice<UInt8>) -> Int64? {
  guard text.count <= 18 else { return nil }
  var value: Int64 = 0
  for byte in text where byte != UInt8(ascii: "-") { value = value &* 10 &+ Int64(byte &- 0x30) }
  return text.first == UInt8(ascii: "-") ? -value : value
}
