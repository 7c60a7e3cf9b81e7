// SPDX-License-Identifier: Apache-2.0

/// A tool call put together from its pieces. Text is UTF-8 as the vendor wrote it, JSON escapes decoded.
package struct AssembledCall: Equatable, Sendable {
  /// Oddities of the wire that a finished call no longer shows.
  package struct Quirks: OptionSet, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    /// A later piece had another id (R23).
    package static let changedID = Quirks(rawValue: 1 << 0)
    /// A piece had no index (R25).
    package static let missingIndex = Quirks(rawValue: 1 << 1)
    /// The index leaves a gap, because it is the model's own count or another call is missing (R26).
    package static let sparseIndex = Quirks(rawValue: 1 << 2)
    /// The index is that of an earlier call, which was already complete.
    package static let repeatedIndex = Quirks(rawValue: 1 << 3)
    /// No piece had the type of a function's call (R27).
    package static let missingType = Quirks(rawValue: 1 << 4)
    /// Not all of the arguments were kept.
    package static let tooLong = Quirks(rawValue: 1 << 5)
    /// Later pieces had the same id again (R24).
    package static let repeatedID = Quirks(rawValue: 1 << 6)
    /// A whole message has an index, which means nothing there (R28).
    package static let superfluousIndex = Quirks(rawValue: 1 << 7)
    /// The name came after other parts of the call (R38).
    package static let lateName = Quirks(rawValue: 1 << 8)
    /// A piece came after pieces of a later call (R68).
    package static let interleaved = Quirks(rawValue: 1 << 9)
    /// A piece ended within an escape or a character (R67).
    package static let splitCharacter = Quirks(rawValue: 1 << 10)
    /// A piece had another type, or none where an earlier one had one: OpenAI's SDKs take the last (R27).
    package static let changedType = Quirks(rawValue: 1 << 11)
    /// A piece had what a call of another type is made of, or a name that is none: which call a client makes of it is not known.
    package static let otherPayload = Quirks(rawValue: 1 << 12)
    /// Several pieces came in one event: LangChain, and OpenAI's SDK before 3, take each for a call.
    package static let sharedEvent = Quirks(rawValue: 1 << 13)
    /// A piece had no `function`, at which LangChain and OpenAI's SDK for Python fail, or a member of a kind for which LiteLLM leaves
    /// all of the event out.
    package static let oddPiece = Quirks(rawValue: 1 << 14)
  }

  package var choice: Int
  /// The vendor's own index, if it gave one.
  package var index: Int?
  /// The first id that is not empty; empty when there was none.
  package var id: [UInt8] = []
  /// Final once the assembler has finished.
  package var name: [UInt8] = []
  package var nameAssembly = NameFragments.Assembly.whole
  package var arguments: [UInt8] = []
  /// The first ``CallDelta/others``.
  package var others: [UInt8] = []
  package var argumentsForm = CallDelta.ArgumentsForm.missing
  package var quirks: Quirks = [.missingType]
  /// In how many pieces the call came.
  package var pieces = 0
  /// Both verdicts, once the response is over.
  package var verdict: CallVerdict?
  var nameFragments = NameFragments()
  /// How many backslashes the arguments end with.
  var trailingBackslashes = 0

  package init(choice: Int, index: Int?) {
    self.choice = choice
    self.index = index
  }

  package var idText: String { String(decoding: id, as: UTF8.self) }
  package var nameText: String { String(decoding: name, as: UTF8.self) }
}
