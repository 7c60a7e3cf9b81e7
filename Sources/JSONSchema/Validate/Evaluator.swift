// SPDX-License-Identifier: Apache-2.0

/// What validating came to.
enum Outcome: UInt8 {
  case valid, invalid
  /// It could not be finished: `Evaluator.breakage` says why.
  case broken
}

/// Runs a `Program` over a `Document`. Its buffers are reused, so that once they have grown nothing is allocated for a valid
/// document.
struct Evaluator: ~Copyable {
  var document = Document()
  var space = MatchSpace()
  var breakage = Breakage.tooDeep
  /// The first thing that failed in what was tried last.
  var failure: Failure?
  /// Whether violations are collected; then nothing stops at the first.
  var isRecording = false
  var recorded: [Failure] = []
  /// How many violations are kept, and how many more there were.
  var recordLimit = Validator.violationLimit
  var unrecorded = 0
  /// Whether to go on after a violation, because Python would and something may break there.
  var exhausts = false
  /// Schemas entered within one another.
  var steps = 0
  /// Schemas that may still be entered. What takes longer than entering one (some 20 ns) counts for several.
  var work = 0
  /// What all validations to come may use together of what is not granted for their values.
  var allowance = Allowance()
  /// Resources entered, outermost first, when dynamic scope matters.
  var scope: [Int32] = []
  var marks = EvaluationMarks()
  /// Text for patterns with half surrogates moved.
  var moved: [UInt8] = []
  /// Members of the document's large objects.
  var members = MemberIndex()

  struct Allowance {
    var work = Int.max
    var steps = Int.max
  }

  /// An operation (or -1 for `type`) that did not hold, of a schema, for a row of the document.
  struct Failure {
    var schema: Int32
    var operation: Int32
    var node: Int32
    /// For `object`: the key that is missing (row in the schema) or too many (row in the document), by `detail`.
    var detail = Detail.none
    var extra: Int32 = -1
    enum Detail: UInt8 { case none, missing, additional, tooMany, noneMatches, severalMatch, branch }
  }

  /// Validates the document that has been read.
  mutating func run(_ program: Program) -> Outcome {
    steps = 0
    let granted = Allowance(
      work: min(program.limits.work, allowance.work), steps: min(program.limits.matchSteps, allowance.steps))
    work = granted.work + workForValues
    space.steps = granted.steps + stepsForValues
    defer {
      // The values' own grant is used up first.
      allowance.work -= min(max(granted.work - work, 0), granted.work)
      allowance.steps -= min(max(granted.steps - space.steps, 0), granted.steps)
      members.reset()
    }
    failure = nil
    unrecorded = 0
    recorded.removeAll(keepingCapacity: true)
    scope.removeAll(keepingCapacity: true)
    exhausts = isRecording || (program.canBreak && program.profile.isPython)
    return enter(program.root, program)
  }

  /// Checks the whole document by a schema.
  mutating func enter(_ schema: Int32, _ program: Program) -> Outcome {
    guard program.tracksEvaluation else {
      marks.deactivate()
      return check(schema, 0, program)
    }
    marks.reset(count: document.nodes.count)
    work &-= document.nodes.count &>> 4
    defer { marks.shrink() }
    let outcome = check(schema, 0, program)
    return marks.isFull ? breaks(.tooMuchWork) : outcome
  }

  /// What is always granted for the document's values.
  var workForValues: Int { 64 * document.nodes.count + document.storage.count &>> 4 }
  var stepsForValues: Int { 64 * document.nodes.count + 8 * document.storage.count }

  mutating func fail(
    _ schema: Int32, _ operation: Int, _ node: Int, _ detail: Failure.Detail = .none, _ extra: Int = -1
  ) -> Outcome {
    let entry = Failure(
      schema: schema, operation: Int32(operation), node: Int32(node), detail: detail, extra: Int32(extra))
    failure = entry
    if isRecording {
      if recorded.count < recordLimit { recorded.append(entry) } else { unrecorded &+= 1 }
    }
    return .invalid
  }

  mutating func breaks(_ reason: Breakage) -> Outcome {
    breakage = reason
    return .broken
  }

  /// Whether the value of a row satisfies a schema.
  mutating func check(_ index: Int32, _ node: Int, _ program: Program) -> Outcome {
    let schema = program.schemas[Int(index)]
    let kind = document.kind(node)
    let bit = kind.bit
    // Long lists of keywords take their time too.
    work &-= 1 &+ Int(schema.end &- schema.start) &>> 6
    guard work >= 0 else { return breaks(.tooMuchWork) }
    var outcome = Outcome.valid
    if schema.types & bit == 0
      || (schema.integersOnly && kind == .number && !isInteger(node, program, literal: schema.literalIntegers))
    {
      outcome = fail(index, -1, node)
      if !exhausts { return outcome }
    }
    guard schema.start < schema.end else { return outcome }
    steps &+= 1
    defer { steps &-= 1 }
    guard steps <= program.limits.steps else { return breaks(.tooDeep) }
    let leavesScope = program.tracksScope && scope.last != schema.resource
    if leavesScope { scope.append(schema.resource) }
    defer { if leavesScope { scope.removeLast() } }
    let mark = marks.position
    var at = Int(schema.start)
    let end = Int(schema.end)
    while at < end {
      let operation = program.operations[at]
      if operation.kinds & bit != 0 {
        switch perform(operation, at, index, node, mark, program) {
        case .valid: break
        case .invalid:
          outcome = .invalid
          if !exhausts { return .invalid }
        case .broken: return .broken
        }
      }
      at &+= 1
    }
    return outcome
  }

  /// Does one keyword's work.
  @inline(__always)
  private mutating func perform(
    _ operation: Operation, _ at: Int, _ schema: Int32, _ node: Int, _ mark: Int, _ program: Program
  ) -> Outcome {
    switch operation.code {
    case .object: return checkObject(operation, at, schema, node, program)
    case .items: return checkItems(operation, node, program)
    case .enumeration: return checkEnumeration(operation, at, schema, node, program)
    case .reference: return check(operation.a, node, program)
    case .anyOf: return checkAny(operation, at, schema, node, program)
    case .minLength, .maxLength, .pattern, .format: return checkString(operation, at, schema, node, program)
    case .number: return checkNumber(operation, at, schema, node, program)
    case .never: return fail(schema, at, node)
    case .raise:
      // With `b`, an integer has found its type already.
      if operation.b == 1, document.kind(node) == .number, isInteger(node, program, literal: false) { return .valid }
      return breaks(Breakage(rawValue: UInt8(truncatingIfNeeded: operation.a)) ?? .malformedSchema)
    case .type:
      let kind = document.kind(node)
      let fits =
        UInt8(truncatingIfNeeded: operation.a) & kind.bit != 0
        && (operation.b == 0 || kind != .number || isInteger(node, program, literal: operation.b == 2))
      return fits ? .valid : fail(schema, at, node)
    case .constant:
      return equals(node, Int(operation.a), program) ? .valid : fail(schema, at, node)
    case .minItems: return document.nodes[node].count >= Int(operation.a) ? .valid : fail(schema, at, node)
    case .maxItems: return document.nodes[node].count <= Int(operation.a) ? .valid : fail(schema, at, node)
    case .uniqueItems:
      let isUnique = hasUniqueItems(node, program)
      if work < 0 { return breaks(.tooMuchWork) }
      return isUnique ? .valid : fail(schema, at, node)
    case .prefixItems: return checkPrefix(operation, node, program)
    case .contains: return checkContains(operation, at, schema, node, program)
    case .minProperties: return document.nodes[node].count >= Int(operation.a) ? .valid : fail(schema, at, node)
    case .maxProperties: return document.nodes[node].count <= Int(operation.a) ? .valid : fail(schema, at, node)
    case .propertyNames: return checkNames(operation, node, program)
    case .dependentRequired: return checkDependentRequired(operation, at, schema, node, program)
    case .dependentSchemas:
      return member(named: Int(operation.a), of: node, program) == nil
        ? .valid : check(operation.b, node, program)
    case .allOf: return checkAll(operation, node, program)
    case .oneOf: return checkOne(operation, at, schema, node, program)
    case .not: return checkNot(operation, at, schema, node, program)
    case .conditional: return checkConditional(operation, node, program)
    case .dynamicReference: return checkDynamic(operation, node, program)
    case .unevaluatedItems: return checkUnevaluatedItems(operation, at, schema, node, mark, program)
    case .unevaluatedProperties: return checkUnevaluatedProperties(operation, at, schema, node, mark, program)
    }
  }
}
