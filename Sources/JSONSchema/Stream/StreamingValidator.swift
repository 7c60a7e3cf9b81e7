// SPDX-License-Identifier: Apache-2.0

/// Validates a document while it arrives, in pieces cut anywhere, and says at which byte it can no longer become valid
/// (section 6.2 of the reference). What it does not decide early it decides when a value is complete, or at the end: it may be
/// late, never wrong. The one assumption is that no key comes twice; where one does, the last would have won, so a death may
/// be premature. `finish` does not depend on any of this: it validates the whole document.
///
/// Besides the text so far it holds a few words for each open container and each alternative still possible there
/// (`stateBytes`); `reset` keeps the buffers for the next document.
public struct StreamingValidator: ~Copyable {
  /// Where and why a document died.
  public struct Death: Equatable, Sendable {
    /// The byte that made it impossible, from 0.
    public var offset: Int
    public var reason: Reason
    public enum Reason: Equatable, Sendable {
      /// No JSON document begins this way.
      case syntax
      /// The schema forbids it: where in the schema.
      case violation(schemaPath: String)
    }
  }

  var schema: Schema
  private let effort: Int
  var text: [UInt8] = []
  var evaluator = Evaluator()
  private var validator = Validator()
  public internal(set) var death: Death?

  // The scanner.
  var state = ScanState.value
  var frames: [StreamFrame] = []
  var string = StreamString()
  /// Where the token being read began.
  var tokenStart = 0
  var literal: StaticString = ""
  var number = NumberState.sign

  // What has to hold.
  /// How many obligations at the end of the list are for the value that comes next.
  var incomingCount = 0
  /// Before the scalar being read.
  var valueMark = Obligations.Mark(incoming: 0, active: 0, alternatives: 1, groups: 0)
  var obligations = Obligations()
  /// Bytes of values that were validated on their own when they ended. Bounded, so that nesting costs no more than reading.
  var rechecked = 0

  /// - Parameter effort: schemas that may be entered beyond those granted for values (`SchemaLimits.work`), and how much else may be
  ///   looked at, before the end; all that `schema` allows, by default. With less, deaths are seen later.
  public init(schema: Schema, effort: Int = .max) {
    self.schema = schema
    self.effort = min(effort, schema.program.limits.work)
    begin()
  }

  /// Starts over, with this schema or another.
  public mutating func reset(_ schema: Schema? = nil) {
    if let schema { self.schema = schema }
    text.removeAll(keepingCapacity: true)
    frames.removeAll(keepingCapacity: true)
    death = nil
    state = .value
    rechecked = 0
    begin()
  }

  private mutating func begin() {
    obligations.reset(effort: effort)
    string.effort = effort
    evaluator.work = effort
    evaluator.space.steps = min(schema.program.limits.matchSteps, 2 * effort)
    obligations.incoming.append((schema.program.root, 0))
    incomingCount = 1
  }

  /// Takes the next bytes; returns the death of the document, if it has died by now.
  @discardableResult
  public mutating func feed(_ bytes: borrowing Span<UInt8>) -> Death? {
    for index in bytes.indices {
      text.append(bytes[index])
      if death == nil { step(bytes[index], at: text.count - 1) }
    }
    return death
  }

  @discardableResult
  public mutating func feed(_ bytes: [UInt8]) -> Death? { feed(bytes.span) }

  /// The verdict on all that was fed, the same as of the whole document at once.
  public mutating func finish() -> Verdict {
    validator.validate(text, with: schema)
  }

  /// Bytes of state beside the text itself.
  public var stateBytes: Int {
    MemoryLayout<StreamingValidator>.size + frames.capacity * MemoryLayout<StreamFrame>.stride + obligations.bytes
      + string.decoded.capacity + string.watches.capacity * MemoryLayout<StreamString.Watch>.stride
  }

  mutating func die(_ reason: Death.Reason, at offset: Int) {
    if death == nil { death = Death(offset: offset, reason: reason) }
  }

  /// Ends the document when nothing it could still satisfy is left.
  mutating func dieIfHopeless(at offset: Int) {
    guard obligations.isDead, death == nil else { return }
    die(.violation(schemaPath: schema.program.schemaPath(Int(obligations.deadRow))), at: offset)
  }
}

/// One open container.
struct StreamFrame {
  var isObject: Bool
  /// Its first byte.
  var start: Int32
  /// Elements or members begun.
  var count: Int32 = 0
  /// Where its part of `Obligations` begins.
  var mark: Obligations.Mark
}
