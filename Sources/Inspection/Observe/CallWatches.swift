// SPDX-License-Identifier: Apache-2.0
import JSONSchema
import Synchronization

/// Validates the calls of a response while they arrive, to know at which byte one can no longer become valid.
struct CallWatches: Sendable {
  private let tools: ToolSet
  private var watches: [CallWatch] = []
  /// What they take besides the arguments: some schemas have much to keep in mind for each call.
  private(set) var keptBytes = 0

  init(tools: ToolSet) { self.tools = tools }

  /// One call's state.
  private struct CallWatch: Sendable {
    /// By what the arguments are judged: nothing yet, JSON's own grammar, a tool.
    enum Judge: Equatable, Sendable { case none, grammar, tool(Int) }
    var judge = Judge.none
    var validator: ValidatorBox?
    var validatorBytes = 0
    /// The call has died, or is left alone.
    var isOver = false
    /// The name that was looked at last, of which pieces, and whether a tool is meant by it.
    var name: [UInt8] = []
    var changes = 0
    var isKnown = false
    /// How often a name was looked at, and arguments were read from their beginning.
    var looks = 0
    var starts = 0
  }

  /// A call whose name changes more often than any name has pieces, or its tool again and again, is left alone: every look costs
  /// time, and in the end it is judged as all are.
  private static let lookLimit = 64
  private static let startLimit = 4

  /// What looking at the names of all calls may still cost, in tools looked at.
  private var effort = 1 << 20
  /// Whether a name may grow to be a tool's takes as much time for each as so many looks.
  private static let growthCost = 16

  /// A piece of `call` has come, which is number `number` of the response and has it already in it.
  ///
  /// - Returns: how the call has died of it, if it has; once for each call.
  mutating func take(
    _ delta: CallDelta, of call: borrowing AssembledCall, at number: Int, text: borrowing Span<UInt8>
  ) -> (offset: Int, reason: CallDeath.Reason)? {
    while watches.count <= number { watches.append(CallWatch()) }
    guard !watches[number].isOver else { return nil }
    let bytes = watches[number].validatorBytes
    // Of a character that is cut in half, a validator that was fed the first half takes no second.
    if call.quirks.contains(.tooLong) || call.arguments.endsInHalf { watches[number].isOver = true }
    let death = watches[number].isOver ? nil : judge(call, delta, at: number, text: text)
    if death != nil { watches[number].isOver = true }
    if watches[number].isOver { (watches[number].validator, watches[number].validatorBytes) = (nil, 0) }
    keptBytes &+= watches[number].validatorBytes &- bytes
    return death
  }

  private mutating func judge(
    _ call: borrowing AssembledCall, _ delta: CallDelta, at number: Int, text: borrowing Span<UInt8>
  ) -> (offset: Int, reason: CallDeath.Reason)? {
    let isSameName = delta.name.isEmpty || isKnownAlready(call, at: number)
    if !isSameName {
      if watches[number].isOver { return nil }
      if isUnknown(call, at: number) { return (0, .unknownTool) }
    }
    guard delta.argumentsForm != .missing, !call.arguments.isEmpty else { return nil }
    // In Kimi's grammars the name comes before the arguments: whoever sends arguments has seen all of it. Where the vendor sends
    // the name after them nevertheless, only what holds for any tool is known before.
    if isSameName, let validator = watches[number].validator {
      return validator.feed(text.extracting(delta.arguments), size: &watches[number].validatorBytes)
    }
    let judge = judge(of: call)
    if judge == watches[number].judge, let validator = watches[number].validator {
      return validator.feed(text.extracting(delta.arguments), size: &watches[number].validatorBytes)
    }
    guard judge != .none else { return isUnknownForGood(call) ? (0, .unknownTool) : nil }
    guard let schema = schema(for: judge) else { return nil }
    watches[number].starts &+= 1
    guard watches[number].starts <= Self.startLimit else {
      watches[number].isOver = true
      return nil
    }
    let validator = ValidatorBox(schema, effort: number < 4 ? .max : Self.furtherEffort)
    watches[number].judge = judge
    watches[number].validator = validator
    return validator.feed(call.arguments.span, size: &watches[number].validatorBytes)
  }

  /// By what the call is judged, now that its arguments have begun. `none`: its name is that of no tool.
  private func judge(of call: borrowing AssembledCall) -> CallWatch.Judge {
    let name = call.nameFragments.name(among: tools.names).bytes
    guard !name.isEmpty else { return .grammar }
    switch DeclaredName.match(name.span, among: tools.names) {
    case nil: return .none
    case .exact(let tool), .prefixed(let tool): return .tool(tool)
    case .corrupted: return .grammar
    }
  }

  private func schema(for judge: CallWatch.Judge) -> Schema? {
    guard case .tool(let tool) = judge, !tools.isBuiltin(tool) else { return Self.anyValue }
    switch tools.parameters(of: tool) {
    case .none: return Self.anyObject
    case .schema(let schema): return schema
    case .unusable: return Self.anyValue
    }
  }

  /// For a call behind the fourth, so that a thousand of them cost no more than some: ordinary arguments need a few hundred.
  private static let furtherEffort = 1 << 14

  private static let anyValue = try? Schema(Array("true".utf8))
  private static let anyObject = try? Schema(Array(#"{"type":"object"}"#.utf8))

  /// Whether a further piece of the name changes nothing, or makes it none but the name that was looked at before, and a tool's. The call
  /// is left alone when it was looked at too often.
  private mutating func isKnownAlready(_ call: borrowing AssembledCall, at number: Int) -> Bool {
    // A name that vendors repeat with each piece of the arguments (R33).
    guard call.nameFragments.changes != watches[number].changes else { return true }
    watches[number].changes = call.nameFragments.changes
    guard spend(call.nameFragments.cost(among: tools.names), at: number) else { return false }
    let name = call.nameFragments.name(among: tools.names).bytes
    if watches[number].isKnown, watches[number].name == name { return true }
    watches[number].name = name
    watches[number].looks &+= 1
    if watches[number].looks > Self.lookLimit { watches[number].isOver = true }
    return false
  }

  /// Whether the name is none that a tool has or a repair would accept, and none that more pieces could make so.
  private mutating func isUnknown(_ call: borrowing AssembledCall, at number: Int) -> Bool {
    let name = watches[number].name
    let isKnown = DeclaredName.match(name.span, among: tools.names) != nil
    watches[number].isKnown = isKnown
    guard !isKnown, call.nameFragments.areJoined, spend(Self.growthCost &* tools.count, at: number) else { return false }
    let joined = call.nameFragments.joined
    return !DeclaredName.canGrow(joined.span, among: tools.names)
  }

  /// Whether there is still so much to spend; else the call is left alone.
  private mutating func spend(_ cost: Int, at number: Int) -> Bool {
    effort &-= cost
    if effort < 0 { watches[number].isOver = true }
    return effort >= 0
  }

  private func isUnknownForGood(_ call: borrowing AssembledCall) -> Bool {
    let name = call.nameFragments.name(among: tools.names).bytes
    return DeclaredName.match(name.span, among: tools.names) == nil
  }
}

/// A validator cannot be copied, and an observer can, formally: nobody does. The lock is never waited for.
private final class ValidatorBox: Sendable {
  private let validator: Mutex<StreamingValidator>

  init(_ schema: Schema, effort: Int) { validator = Mutex(StreamingValidator(schema: schema, effort: effort)) }

  func feed(_ bytes: borrowing Span<UInt8>, size: inout Int) -> (offset: Int, reason: CallDeath.Reason)? {
    let copy = [UInt8](copying: bytes)
    let (death, bytes) = validator.withLock { ($0.feed(copy.span), $0.stateBytes) }
    size = bytes
    return death.map { death in
      switch death.reason {
      case .syntax: (death.offset, .syntax)
      case .violation(let path): (death.offset, .violation(schemaPath: path))
      }
    }
  }
}
