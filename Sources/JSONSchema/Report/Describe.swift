// SPDX-License-Identifier: Apache-2.0

extension Evaluator {
  /// What was there, what should have been, and a sentence where "got, want" would read badly.
  struct Words {
    var got: String
    var want: String
    var sentence: String?
  }

  func describe(_ failure: Failure, _ program: Program) -> Words {
    let node = Int(failure.node)
    let got = document.summary(node)
    guard failure.operation >= 0 else {
      return Words(got: got, want: typeNames(program.schemas[Int(failure.schema)]))
    }
    let operation = program.operations[Int(failure.operation)]
    switch operation.code {
    case .object, .dependentRequired, .unevaluatedProperties, .unevaluatedItems:
      return describeMembers(failure, operation, program)
    case .enumeration:
      let values = program.lists[Int(operation.a)..<Int(operation.a + operation.b)]
      var list = values.prefix(8).map { program.source.excerpt(Int($0)) }.joined(separator: ", ")
      if values.count > 8 { list += ", … (\(values.count) in all)" }
      return Words(got: got, want: values.count == 1 ? list : "one of \(list)")
    case .type:
      var schema = CompiledSchema(row: operation.row)
      schema.types = UInt8(truncatingIfNeeded: operation.a)
      schema.integersOnly = operation.b != 0
      return Words(got: got, want: typeNames(schema))
    case .constant: return Words(got: got, want: program.source.excerpt(Int(operation.a)))
    case .number: return Words(got: got, want: describeNumber(program.numbers[Int(operation.a)].kind, operation, program))
    case .minLength, .maxLength:
      return count("a string of \(length(node)) characters", operation, "character")
    case .minItems, .maxItems: return count(got, operation, "element")
    case .minProperties, .maxProperties:
      return count("an object of \(document.nodes[node].count) properties", operation, "property", "properties")
    case .pattern: return Words(got: got, want: "a match of /\(program.source.shortString(Int(operation.row), limit: 1 << 10))/")
    case .format:
      let problem = program.formats[Int(operation.a)].patternProblem(document.storage[document.nodes[node].text])
      return Words(
        got: got, want: "the format \(program.source.string(Int(operation.row)))",
        sentence: problem.map { "\(got) cannot be used as a pattern: \($0)" })
    case .uniqueItems: return Words(got: got, want: "elements that differ", sentence: "has equal elements")
    case .contains:
      return Words(
        got: got, want: failure.detail == .tooMany ? "fewer elements like that" : "an element that matches `contains`",
        sentence: failure.detail == .tooMany
          ? "more than \(program.lists[Int(operation.b) + 1]) elements match `contains`"
          : "fewer than \(program.lists[Int(operation.b)]) elements match `contains`")
    case .anyOf, .oneOf:
      if failure.detail == .severalMatch {
        return Words(got: got, want: "a match of just one alternative", sentence: "matches more than one alternative of `oneOf`")
      }
      return Words(got: got, want: "one of \(operation.b) alternatives", sentence: "\(got) matches none of \(operation.b) alternatives")
    case .not: return Words(got: got, want: "no match of `not`", sentence: "\(got) is what `not` forbids")
    case .never: return Words(got: got, want: "nothing", sentence: "nothing is allowed here, got \(got)")
    default: return Words(got: got, want: "what the schema says")
    }
  }

  private func count(_ got: String, _ operation: Operation, _ one: String, _ many: String? = nil) -> Words {
    let isMinimum = operation.code == .minLength || operation.code == .minItems || operation.code == .minProperties
    let unit = operation.a == 1 ? one : many ?? one + "s"
    return Words(got: got, want: (isMinimum ? "at least " : "at most ") + "\(operation.a) \(unit)")
  }

  private func describeNumber(_ kind: NumberRule.Kind, _ operation: Operation, _ program: Program) -> String {
    let bound = program.source.excerpt(Int(operation.row))
    switch kind {
    case .minimum: return "at least \(bound)"
    case .maximum: return "at most \(bound)"
    case .exclusiveMinimum: return "more than \(bound)"
    case .exclusiveMaximum: return "less than \(bound)"
    case .multipleOf: return "a multiple of \(bound)"
    }
  }

  private func typeNames(_ schema: CompiledSchema) -> String {
    var names: [String] = []
    for kind in [Kind.object, .array, .string, .number, .true, .null] where schema.types & kind.bit != 0 {
      names.append(kind == .number && schema.integersOnly ? "integer" : kind.name)
    }
    return names.isEmpty ? "nothing" : names.joined(separator: " or ")
  }

  /// A member or element that is missing, or too many.
  private func describeMembers(_ failure: Failure, _ operation: Operation, _ program: Program) -> Words {
    let got = document.summary(Int(failure.node))
    if failure.detail == .additional {
      let extra = Int(failure.extra)
      guard operation.code != .unevaluatedItems else {
        return Words(got: document.summary(extra), want: "no further elements", sentence: "unexpected element \(document.summary(extra))")
      }
      let name = document.shortString(extra)
      let known = operation.code == .object ? declaredNames(program.objects[Int(operation.a)], program) : []
      let list = known.prefix(8).map { "`\($0)`" }.joined(separator: ", ") + (known.count > 8 ? ", …" : "")
      return Words(
        got: "property `\(name)`", want: known.isEmpty ? "no such property" : "one of \(list)",
        sentence: "unknown property `\(name)`" + (known.isEmpty ? "" : ", known are \(list)"))
    }
    let name: String
    if operation.code == .object {
      let property = program.properties[Int(failure.extra)]
      name = Document.shortened(program.source.storage[Int(property.start)..<Int(property.start + property.count)])
    } else {
      name = program.source.shortString(Int(failure.extra))
      let other = program.source.shortString(Int(operation.a))
      return Words(got: got, want: "`\(name)`", sentence: "property `\(name)` is required beside `\(other)`")
    }
    return Words(got: "object without `\(name)`", want: "`\(name)`", sentence: "required property `\(name)` is missing")
  }

  /// As many as are shown, and one more if there are more.
  private func declaredNames(_ rule: ObjectRule, _ program: Program) -> [String] {
    var names: [String] = []
    var index = rule.firstProperty
    while index < rule.firstProperty + rule.propertyCount, names.count < 9 {
      let property = program.properties[Int(index)]
      if property.isDeclared {
        names.append(Document.shortened(program.source.storage[Int(property.start)..<Int(property.start + property.count)]))
      }
      index += 1
    }
    return names
  }
}
