// SPDX-License-Identifier: Apache-2.0

/// What an event of a stream has in it, for whoever decides whether it may go on to the client. Empty for what says nothing:
/// comments, a role alone, an empty delta.
package struct EventTraits: OptionSet, Hashable, Sendable {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package static let text = EventTraits(rawValue: 1 << 0)
  package static let reasoning = EventTraits(rawValue: 1 << 1)
  /// A refusal, an image, audio.
  package static let otherContent = EventTraits(rawValue: 1 << 2)
  /// A tool call, or a piece of one; a legacy `function_call` too.
  package static let call = EventTraits(rawValue: 1 << 3)
  /// A finish reason.
  package static let finish = EventTraits(rawValue: 1 << 4)
  package static let usage = EventTraits(rawValue: 1 << 5)
  /// The vendor says that it failed.
  package static let failure = EventTraits(rawValue: 1 << 6)
  /// `[DONE]`.
  package static let done = EventTraits(rawValue: 1 << 7)
  /// Clients do not read it alike: see `PlainForm`.
  package static let odd = EventTraits(rawValue: 1 << 9)
  /// It repeats what was said before.
  package static let repetition = EventTraits(rawValue: 1 << 10)
  /// No JSON object, or longer than the limit.
  package static let unreadable = EventTraits(rawValue: 1 << 8)
}
