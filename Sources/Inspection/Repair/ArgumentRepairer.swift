// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// Mends the arguments of calls of one tool: first what keeps them from being a JSON object, then what the schema refuses.
///
///     "```json\n{\"n\":\"5\"}\n```"  ->  {"n":5}       with the steps `surrounding_junk` and `coercion`
struct ArgumentRepairer: ~Copyable {
  let rules: Set<RepairRule>
  private let tool: Int
  private let tools: ToolSet
  private let schema: Schema?
  /// The arguments may not be all.
  private let isCut: Bool
  private var validator = Validator(root: "arguments")
  /// What mending may still cost, see `Coercion`.
  private(set) var work: Int
  /// Nothing was found, and more work might have found something.
  private(set) var isUndecided = false

  init(tool: Int, of tools: ToolSet, rules: Set<RepairRule>, isCut: Bool = false, work: Int = Coercion.workLimit) {
    self.rules = rules
    self.isCut = isCut
    self.work = work
    self.tool = tool
    self.tools = tools
    if !tools.isBuiltin(tool), case .schema(let schema) = tools.parameters(of: tool) {
      self.schema = schema
    } else {
      schema = nil
    }
  }

  /// What is asked of the object; nil where nothing can be: no parameters, a builtin tool, a schema that is none.
  func readSchema() -> ReadSchema? { schema.flatMap { ReadSchema($0, text: tools.schemas[tool]) } }

  /// Whether the arguments are a JSON object that the schema takes. What the schema itself leaves undecided counts as taken.
  mutating func accepts(_ text: [UInt8]) -> Bool {
    guard isJSONObject(text) else { return false }
    guard let schema else { return true }
    let allowance = max(work, 0) / 16
    validator.allowance = allowance
    defer { work -= 16 * (allowance - validator.allowance) }
    switch validator.validate(text, with: schema) {
    case .valid, .broken: return true
    case .invalid, .notJSON: return false
    }
  }

  /// The arguments as `accepts` wants them, with at least one step; nil when they need none, when the allowed steps do not lead
  /// there, or when a key comes twice in what they lead to.
  mutating func mended(_ text: [UInt8]) -> MendedText? {
    if accepts(text) { return nil }
    guard let object = asObject(MendedText(text: text)), !hasRepeatedKey(object.text) else { return nil }
    if !object.steps.isEmpty, accepts(object.text) { return object }
    guard schema != nil, rules.contains(.coercion) || rules.contains(.optionalNull) else { return nil }
    guard work > 0, let schema = readSchema() else {
      isUndecided = true
      return nil
    }
    // To read a large schema takes its time too.
    var coercion = Coercion(rules: rules, work: work - schema.text.count)
    let found = coercion.mended(object.text, schema)
    work = coercion.work
    isUndecided = coercion.isUndecided
    guard var mended = found, accepts(mended.text), !mended.steps.isEmpty else { return nil }
    mended.steps = object.steps + mended.steps
    return mended
  }

  /// The text as a JSON object.
  private func asObject(_ start: MendedText) -> MendedText? {
    if isJSONObject(start.text) { return start }
    // A nil map of Go's is `null`.
    if start.text.span.isBlank || start.text == Array("null".utf8) {
      return rules.contains(.argumentsForm) ? start.replaced(by: Array("{}".utf8), .argumentsForm) : nil
    }
    if rules.contains(.doubleEncoding), let decoded = decodingWholeString(start.text) {
      let whole = start.replaced(by: decoded, .doubleEncoding)
      return isJSONObject(decoded) ? whole : asObjectFromText(whole)
    }
    return asObjectFromText(start)
  }

  private func asObjectFromText(_ start: MendedText) -> MendedText? {
    var state = start
    // What is JSON as a whole, and not an object, was not meant as one.
    guard jsonError(in: state.text.span) != nil else { return nil }
    if rules.contains(.controlCharacters) {
      let escaped = escapingControlCharacters(state.text)
      if isJSONObject(escaped) { return state.replaced(by: escaped, .controlCharacters) }
    }
    guard rules.contains(.surroundingJunk), let object = SurroundingJunk.removed(from: state.text, isCut: isCut) else { return nil }
    state = state.replaced(by: object, .surroundingJunk)
    if isJSONObject(object) { return state }
    guard rules.contains(.controlCharacters) else { return nil }
    let escaped = escapingControlCharacters(object)
    return isJSONObject(escaped) ? state.replaced(by: escaped, .controlCharacters) : nil
  }
}

func isJSONObject(_ text: [UInt8]) -> Bool {
  text.first { !$0.isWhiteSpace } == UInt8(ascii: "{") && jsonError(in: text.span) == nil
}

extension MendedText {
  fileprivate func replaced(by new: [UInt8], _ rule: RepairRule) -> MendedText {
    MendedText(text: new, steps: steps + [ArgumentStep(rule: rule, before: text, after: new)])
  }
}
