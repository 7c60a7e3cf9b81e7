// SPDX-License-Identifier: Apache-2.0

/// What one response was, once it is over.
package struct ResponseSummary: Equatable, Sendable {
  package var format: ResponseFormat
  package var ending: Ending
  /// The HTTP status.
  package var status = 200
  /// By index.
  package var choices: [ChoiceSummary] = []
  /// There were more of them than are read.
  package var hasTooManyChoices = false
  package var usage: Usage?
  package var model: String?
  /// What the vendor itself reported as an error, in a stream or as the whole body.
  package var failure: VendorFailure?
  /// `[DONE]` was seen.
  package var isDone = false
  /// The stream ended with neither `[DONE]` nor a finish reason, or the body in the middle of its JSON.
  package var isTruncated = false
  /// Events of a stream, comments and `[DONE]` not counted; 1 for a body.
  package var events = 0
  /// How many of them are not a JSON object, and what the first of those looks like.
  package var unreadable = 0
  package var unreadableSample: String?
  /// How many events, or bodies, are longer than the limit, and were not looked at.
  package var oversized = 0
  /// Ways of saying things that not every client expects.
  package var habits: ChunkDecoder.Habits = []
  /// How the stream is written.
  package var style: EventStreamFramer.Style = []
  /// What a stream said, as far as it was read, with `.keepsSpeech`.
  package var spoken: [UInt8]?
  /// Clients do not read all of it alike: see ``PlainForm``.
  package var isOdd = false
  /// The body begins as a page of HTML (R6C).
  package var isHTML = false
  /// In a fixed order, the same for any chunking.
  package var findings: [Finding] = []

  package init(format: ResponseFormat, ending: Ending = .cut) {
    self.format = format
    self.ending = ending
  }

  /// Everything was a JSON object of reasonable size.
  package var isReadable: Bool { unreadable == 0 && oversized == 0 }
  /// The status says that this is an answer (RFC 9110 section 15.3), which is what clients go by.
  package var isSuccess: Bool { (200...299).contains(status) }
  /// All calls of all choices.
  package var callCount: Int { choices.reduce(0) { $0 + $1.calls.count } }
}

/// How the bytes of a response ended.
package enum Ending: Sendable {
  /// The transport says that this was all.
  case complete
  /// The connection broke, or a limit was hit.
  case cut
  /// It was left, by the client or this proxy, whatever its vendor would still have said: nobody needs a verdict on its calls.
  case left
}

package struct ChoiceSummary: Equatable, Sendable {
  package var index: Int
  /// As the vendor spelled it; `nil` when there was none. K2VV counts this one.
  package var finishReason: String?
  /// What the vendor behind an aggregator gave (`native_finish_reason`).
  package var nativeFinishReason: String?
  /// In the order of appearance.
  package var calls: [AssembledCall] = []
  /// There was text that is not blank.
  package var hasText = false
  /// There was reasoning.
  package var hasReasoning = false
  /// There was content of another kind, e.g. a refusal.
  package var hasOtherContent = false
  /// There was a `function_call`.
  package var hasLegacyCall = false
  /// Text that is not blank came after a call (R6A).
  package var hasTextAfterCalls = false
  /// A later event than that of the finish reason said more.
  package var goesOnAfterFinish = false
  /// The first marker of a tool-call grammar in the text or the reasoning.
  package var leak: MarkupLeak?
  /// A leak that a repair made calls of.
  package var rescue: Rescue?
  /// The first special token in the text that is no marker of a call (R06).
  package var specialToken: String?
  /// The first piece of a chat template's own making in the text (R05).
  package var artefact: String?
  /// The whole reasoning, with `.keepsReasoning`; empty when it is longer than the limit.
  package var reasoning: [UInt8] = []

  package init(index: Int) { self.index = index }
}

/// Where a call that was not parsed begins in what the model said.
package struct MarkupLeak: Equatable, Sendable {
  package var marker: MarkupMatcher.Marker
  package var isInReasoning: Bool
  /// Bytes of that channel's text before the marker.
  package var offset: Int
  /// The last of them, where that may count: 0 at the very start, in reasoning, and for a call without markers.
  package var before: UInt8 = 0
  /// That channel's text from the marker on, with `.keepsText`; not more than the limit.
  package var text: [UInt8] = []
  /// Bytes of all of it as it came: more than `text` has where a character came in halves.
  package var length: Int
  /// `text` is not all.
  package var isTooLong = false

  package init(marker: MarkupMatcher.Marker, isInReasoning: Bool, offset: Int, text: [UInt8] = []) {
    self.marker = marker
    self.isInReasoning = isInReasoning
    self.offset = offset
    self.text = text
    length = text.count
  }
}
