// SPDX-License-Identifier: Apache-2.0

/// Validates instances. It holds the buffers that validating needs, so one that is kept allocates nothing for a valid instance.
///
/// Unchecked: it cannot be copied, and alone owns PCRE2's match data, so that no two threads ever use the same.
public struct Validator: ~Copyable, @unchecked Sendable {
  private var evaluator = Evaluator()
  private let root: String

  /// `root` is what messages call the whole instance, such as "arguments".
  public init(root: String = "value") {
    self.root = root
  }

  /// The verdict on a whole document; stops at the first violation.
  public mutating func validate(_ instance: borrowing Span<UInt8>, with schema: borrowing Schema) -> Verdict {
    evaluator.isRecording = false
    return run(instance, schema.program)
  }

  /// The verdict on a whole document; stops at the first violation.
  public mutating func validate(_ instance: [UInt8], with schema: borrowing Schema) -> Verdict {
    validate(instance.span, with: schema)
  }

  /// Violations that are kept unless more are asked for: more help nobody.
  public static let violationLimit = 100

  /// Schemas that all validations to come may enter together, beyond the 64 for each of their values; unlimited at first. What is
  /// left is told, so that validators can hand it on. Of patterns, twice as many steps go with it.
  public var allowance: Int {
    get { min(evaluator.allowance.work, evaluator.allowance.steps / 2) }
    set {
      evaluator.allowance.work = max(newValue, 0)
      evaluator.allowance.steps = newValue > Int.max / 2 ? .max : 2 * max(newValue, 0)
    }
  }

  /// The verdict, and what is wrong with the document, the first hundred things. Where no branch of a choice holds but just one is for this
  /// kind of value, what is wrong in that branch stands for the choice.
  public mutating func violations(
    in instance: borrowing Span<UInt8>, with schema: borrowing Schema
  ) -> (verdict: Verdict, violations: [Violation]) {
    let found = violations(in: instance, with: schema, limit: Validator.violationLimit)
    return (found.verdict, found.violations)
  }

  /// The same, with at most `limit` violations in words, and how many more there are: each costs time to say where it is. Fewer are
  /// told where they take more than 512 bytes each, and 64 KiB together.
  ///
  /// - Parameter inWords: false leaves `got`, `want` and `message` empty.
  public mutating func violations(
    in instance: borrowing Span<UInt8>, with schema: borrowing Schema, limit: Int, inWords: Bool = true
  ) -> (verdict: Verdict, violations: [Violation], further: Int) {
    evaluator.isRecording = true
    evaluator.recordLimit = max(limit, 1)
    let verdict = run(instance, schema.program)
    evaluator.isRecording = false
    switch verdict {
    case .invalid:
      let told = evaluator.violations(schema.program, root: root, inWords: inWords)
      return (verdict, told, evaluator.unrecorded)
    case .broken where !schema.profile.isPython:
      // Only looking for more than the first violation led to what cannot be decided: the first one is the verdict.
      let (verdict, first) = firstViolation(in: instance, with: schema)
      return (verdict, first.map { [$0] } ?? [], 0)
    default:
      return (verdict, [], 0)
    }
  }

  /// The verdict, and the first thing that is wrong with the document.
  public mutating func firstViolation(
    in instance: borrowing Span<UInt8>, with schema: borrowing Schema
  ) -> (verdict: Verdict, violation: Violation?) {
    let verdict = validate(instance, with: schema)
    guard verdict == .invalid, let failure = evaluator.failure else { return (verdict, nil) }
    return (verdict, evaluator.violation(failure, schema.program, root: root))
  }

  private mutating func run(_ instance: borrowing Span<UInt8>, _ program: Program) -> Verdict {
    guard instance.count <= program.limits.instanceBytes else {
      return .notJSON(SyntaxProblem(offset: 0, reason: .tooLarge(limit: program.limits.instanceBytes)))
    }
    do {
      try evaluator.document.read(
        instance, dialect: program.profile.isPython ? .python : .json, depth: program.limits.depth,
        values: program.limits.instanceValues)
    } catch {
      // What it is behind the limit nobody has looked.
      if case .tooManyValues = error.reason { return .broken(.tooMuchWork) }
      return .notJSON(error)
    }
    // Python's `json.loads` raises on these.
    if program.profile.isPython, evaluator.document.oddities.contains(.longInteger) { return .broken(.arithmetic) }
    switch evaluator.run(program) {
    case .valid: return .valid
    case .invalid: return .invalid
    case .broken: return .broken(evaluator.breakage)
    }
  }
}
