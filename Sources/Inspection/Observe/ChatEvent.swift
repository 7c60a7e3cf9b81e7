// SPDX-License-Identifier: Apache-2.0

/// What a vendor said, in no dialect's words: what decoders make of a chunk or a whole response, in the order in which
/// a model says it (reasoning, text, calls, finish, usage). Ranges point into the `text` of the decoder that made the
/// event and are good until it decodes again, so an event holds no memory of its own.
package enum ChatEvent: Equatable, Sendable {
  /// A piece of the answer; never empty.
  case text(choice: Int, Range<Int>)
  /// A piece of what the model thought; never empty.
  case reasoning(choice: Int, Range<Int>)
  /// Content of another kind: a refusal, an image, audio.
  case otherContent(choice: Int)
  /// A `message` in a chunk: not read beside a `delta` nor behind deltas, which it repeats; else read in place of one.
  case echo(choice: Int, isRepeated: Bool)
  /// A `function_call` beside calls, which is not read.
  case legacyEcho(choice: Int)
  /// A `function_call`, as before there were tools, or a piece of one.
  case legacyCall(choice: Int)
  /// A tool call, or a piece of one.
  case call(choice: Int, CallDelta)
  /// The finish reason, as the vendor spelled it; never empty.
  case finish(choice: Int, Range<Int>)
  /// What the vendor behind an aggregator gave as its finish reason (`native_finish_reason`, R15); never empty.
  case nativeFinish(choice: Int, Range<Int>)
  case usage(Usage)
  /// The name of the model that answers.
  case model(Range<Int>)
  /// The vendor says that it failed, whatever the HTTP status said (R64).
  case failure(FailureDelta)
  /// `[DONE]`.
  case done
}

/// One entry of `tool_calls`, as it stands on the wire. Empty ranges stand for fields that are missing, null or empty.
package struct CallDelta: Equatable, Sendable {
  package enum ArgumentsForm: UInt8, Sendable {
    case missing, text
    /// JSON that is not a string, against the specification (R41): its text as it stands.
    case value
  }

  package enum TypeForm: UInt8, Sendable {
    case missing, null, function
    /// None that a function's call has, be it another type, a blank one or no string.
    case other
  }

  /// True in a `message`, where every entry is a call of its own; false in a `delta`, where it may go on with one.
  package var isWhole: Bool
  /// The place of the entry in its array.
  package var position: Int
  /// `index`: which call this is a piece of. `nil` when it is missing or not a number from 0 up.
  package var index: Int?
  package var id = 0..<0
  package var name = 0..<0
  package var type = TypeForm.missing
  /// There is no `function`, or a member is of a kind that some client fails at.
  package var isOdd = false
  /// There is a `custom`, what a call of that type has instead of its `function`, or a name that is no string.
  package var hasOtherPayload = false
  package var argumentsForm = ArgumentsForm.missing
  package var arguments = 0..<0
  /// Objects among members that mean nothing here, in an object: Gemini takes no result without its call's `extra_content`.
  package var others = 0..<0

  package init(isWhole: Bool, position: Int, index: Int? = nil) {
    self.isWhole = isWhole
    self.position = position
    self.index = index
  }
}

/// The `error` of a chunk or a response. Empty ranges stand for fields that are missing.
package struct FailureDelta: Equatable, Sendable {
  package var message = 0..<0
  package var type = 0..<0
  /// A number is kept as its text.
  package var code = 0..<0

  package init() {}
}
