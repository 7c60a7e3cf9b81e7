// SPDX-License-Identifier: Apache-2.0
import JSONSchema
import Synchronization

/// Validates the calls of a response while they arrive, to know at which byte one can no longer become valid.
struct CallWatches: Sendable {
  private let tools: ToolSet
  private var watches: [CallWatch] = []

  init(tools: ToolSet) { self.tools = tools }

  /// One call's state.
  private struct CallWatch: Sendable {
    /// By what the arguments are judged: nothing yet, JSON's own grammar, a tool.
    enum Judge: Equatable, Sendable { case none, grammar, tool(Int) }
    var judge = Judge.none
    var validator: ValidatorBox?
    var isDead = false
  }

  /// A piece of `call` has come, which is number `number` of the response and has it already in it.
  ///
  /// - Returns: how the call has died of it, if it has; once for each call.
  mutating func take(
    _ delta: CallDelta, of call: borrowing AssembledCall, at number: Int, text: borrowing Span<UInt8>
  ) -> (offset: Int, reason: CallDeath.Reason)? {
    while watches.count <= number { watches.append(CallWatch()) }
    guard !watches[number].isDead, !call.quirks.contains(.tooLong) else { return nil }
    if let death = judge(call, delta, at: number, text: text) {
      watches[number].isDead = true
      watches[number].validator = nil
      return death
    }
    return nil
  }

  private mutating func judge(
    _ call: borrowing AssembledCall, _ delta: CallDelta, at number: Int, text: borrowing Span<UInt8>
  ) -> (offset: Int, reason: CallDeath.Reason)? {
    if !delta.name.isEmpty, isUnknown(call) { return (0, .unknownTool) }
    guard delta.argumentsForm != .missing, !call.arguments.isEmpty else { return nil }
    // In Kimi's grammars the name comes before the arguments: whoever sends arguments has seen all of it. Where the vendor sends
    // the name after them nevertheless, only what holds for any tool is known before.
    if delta.name.isEmpty, let validator = watches[number].validator {
      return validator.feed(text.extracting(delta.arguments))
    }
    let judge = judge(of: call)
    if judge == watches[number].judge, let validator = watches[number].validator {
      return validator.feed(text.extracting(delta.arguments))
    }
    guard judge != .none else { return isUnknownForGood(call) ? (0, .unknownTool) : nil }
    guard let schema = schema(for: judge) else { return nil }
    let validator = ValidatorBox(schema)
    watches[number].judge = judge
    watches[number].validator = validator
    return validator.feed(call.arguments.span)
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

  private static let anyValue = try? Schema(Array("true".utf8))
  private static let anyObject = try? Schema(Array(#"{"type":"object"}"#.utf8))

  /// Whether the name is none that a tool has or a repair would accept, and none that more pieces could make so.
  private func isUnknown(_ call: borrowing AssembledCall) -> Bool {
    let joined = call.nameFragments.joined
    return isUnknownForGood(call) && !DeclaredName.canGrow(joined.span, among: tools.names)
  }

  private func isUnknownForGood(_ call: borrowing AssembledCall) -> Bool {
    let name = call.nameFragments.name(among: tools.names).bytes
    return DeclaredName.match(name.span, among: tools.names) == nil
  }
}

/// A validator cannot be copied, and an observer can, formally: nobody does. The lock is never waited for.
private final class ValidatorBox: Sendable {
  private let validator: Mutex<StreamingValidator>

  init(_ schema: Schema) { validator = Mutex(StreamingValidator(schema: schema)) }

  func feed(_ bytes: borrowing Span<UInt8>) -> (offset: Int, reason: CallDeath.Reason)? {
    let copy = [UInt8](copying: bytes)
    let death = validator.withLock { $0.feed(copy.span) }
    return death.map { death in
      switch death.reason {
      case .syntax: (death.offset, .syntax)
      case .violation(let path): (death.offset, .violation(schemaPath: path))
      }
    }
  }
}
