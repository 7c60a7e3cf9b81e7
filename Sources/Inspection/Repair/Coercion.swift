// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// `coercion` and `optional_null`: tries, for each value that the schema refuses, what else it may stand for, and keeps what
/// the validator accepts. The validator knows every keyword and reference; this only proposes and asks.
///
/// The search is bounded in validations and in bytes validated. Where several changes would do, the first in the order of
/// `CoercionCandidates` and of the schema's alternatives is taken, so that the same call is always mended alike.
struct Coercion: ~Copyable {
  private let rules: Set<RepairRule>
  /// Which violations of a document need no mending: while it is still being written.
  private let tolerance: ([UInt8]) -> (Violation) -> Bool
  private var validator = Validator(root: "arguments")
  private var validations = 0
  /// What the search may still cost, in bytes validated.
  private(set) var work: Int
  /// The search ended for want of work allowed, or at something that the validator cannot decide; not for want of candidates.
  private(set) var isUndecided = false

  private static let validationLimit = 1000
  /// For all calls of an answer together.
  static let workLimit = 64 << 20
  /// Changes in all. What has more than that wrong with it has another cause.
  private static let depthLimit = 256
  private static let narrowingLimit = 3

  init(
    rules: Set<RepairRule>, work: Int = workLimit, tolerance: @escaping ([UInt8]) -> (Violation) -> Bool = { _ in { _ in false } }
  ) {
    self.rules = rules
    self.work = work
    self.tolerance = tolerance
  }

  /// The document without violations, or nil when no allowed change leads there. A document without any is returned as it is.
  mutating func mended(_ text: [UInt8], _ schema: ReadSchema) -> MendedText? {
    search(MendedText(text: text), schema, below: "", depth: 0, narrowings: 0)
  }

  /// Mends all that is wrong at or below a place.
  ///
  /// - Parameter found: what is wrong, where that is known.
  private mutating func search(
    _ state: MendedText, _ schema: ReadSchema, below scope: String, depth: Int, narrowings: Int, found: [Violation]? = nil
  ) -> MendedText? {
    guard let all = found ?? violations(in: state.text, schema) else { return nil }
    let wrong = all.filter { $0.isAt(orBelow: scope) }
    if wrong.isEmpty { return state }
    guard depth < Self.depthLimit else { return nil }
    let known = Set(all.map(\.place))
    for violation in wrong {
      var isMendable = false
      for next in mendings(of: violation, in: state, schema, narrowings: narrowings) {
        guard let after = violations(in: next.text, schema),
          !after.contains(where: { $0.instancePath == violation.instancePath || !known.contains($0.place) && !$0.isAt(orBelow: violation.instancePath) })
        else { continue }
        if let done = search(next, schema, below: scope, depth: depth + 1, narrowings: narrowings, found: after) { return done }
        isMendable = true
      }
      // What nothing can be done about may go when something else does; the rest has to be mended here.
      if isMendable { return nil }
    }
    return nil
  }

  /// The ways to go on with a value that is wrong.
  private mutating func mendings(
    of violation: Violation, in state: MendedText, _ schema: ReadSchema, narrowings: Int
  ) -> [MendedText] {
    let isChoice = violation.keyword == "anyOf" || violation.keyword == "oneOf"
    // One value may be wrong in hundreds of ways, and values in values each in its own.
    guard isChoice || CoercionCandidates.keywords.contains(violation.keyword), spend(violation.range.count) else { return [] }
    let value = Array(state.text[violation.range])
    var ways: [MendedText] = []
    // All of the text is read for it, whether it is a member's value or not.
    if rules.contains(.optionalNull), value.elementsEqual("null".utf8), spend(state.text.count),
      let edit = removingNull(at: violation.instancePath, in: state.text)
    {
      ways.append(state.applying(edit, ArgumentStep(rule: .optionalNull, path: violation.instancePath, before: value, after: [])))
    }
    guard rules.contains(.coercion) else { return ways }
    if isChoice {
      guard narrowings < Self.narrowingLimit else { return ways }
      // Which alternative was meant is not known: each is taken for the only one in turn.
      for branch in 0..<min(schema.branchCount(at: violation.schemaPath), 16) {
        // A schema compiled, with its patterns.
        guard spend(schema.schema.footprint + 4 * schema.text.count), let narrowed = schema.narrowed(at: violation.schemaPath, to: branch),
          let way = search(state, narrowed, below: violation.instancePath, depth: 0, narrowings: narrowings + 1)
        else { continue }
        ways.append(way)
      }
    } else if !violation.instancePath.isEmpty, spend(256 + schema.text.count / 64) {
      let types = schema.types(at: violation.schemaPath, keyword: violation.keyword)
      for replacement in CoercionCandidates.replacements(for: value, types: types) {
        let edit = JSONEdit(range: violation.range, replacement: replacement)
        ways.append(
          state.applying(
            edit, ArgumentStep(rule: .coercion, path: violation.instancePath, before: value, after: replacement)))
      }
    }
    return ways
  }

  /// Counts what something costs, unless too little is left.
  private mutating func spend(_ bytes: Int) -> Bool {
    work -= bytes
    if work < 0 { isUndecided = true }
    return work >= 0
  }

  /// What is wrong, but for what is tolerated; nil when it cannot be told, or not any more.
  private mutating func violations(in text: [UInt8], _ schema: ReadSchema) -> [Violation]? {
    validations += 1
    if validations > Self.validationLimit { isUndecided = true }
    guard validations <= Self.validationLimit, spend(text.count + 2048) else { return nil }
    // A schema entered beyond those for the values themselves counts as much as 16 bytes.
    let allowance = work / 16
    validator.allowance = allowance
    let (verdict, violations, further) = validator.violations(
      in: text.span, with: schema.schema, limit: 2 * Self.depthLimit, inWords: false)
    work -= violations.reduce(0) { $0 + 512 + $1.textBytes } + 16 * (allowance - validator.allowance)
    switch verdict {
    case .valid: return []
    case .invalid:
      guard further == 0 else {
        isUndecided = true
        return nil
      }
      let tolerates = tolerance(text)
      return violations.filter { !tolerates($0) }
    case .broken, .notJSON:
      isUndecided = true
      return nil
    }
  }
}

extension Violation {
  fileprivate func isAt(orBelow path: String) -> Bool {
    guard !path.isEmpty, instancePath.utf8.starts(with: path.utf8) else { return path.isEmpty }
    let rest = instancePath.utf8.dropFirst(path.utf8.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/")
  }

  /// What is wrong and where. As bytes: to hash a string that is no ASCII takes a hundred times as long.
  fileprivate struct Place: Hashable {
    var keyword: String
    var path: [UInt8]
  }

  fileprivate var place: Place { Place(keyword: keyword, path: Array(instancePath.utf8)) }
}

extension MendedText {
  fileprivate func applying(_ edit: JSONEdit, _ step: ArgumentStep) -> MendedText {
    MendedText(text: JSONEdit.apply([edit], to: text.span), steps: steps + [step])
  }
}
