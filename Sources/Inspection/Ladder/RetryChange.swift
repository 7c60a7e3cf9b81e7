// SPDX-License-Identifier: Apache-2.0
package import JSONSchema

/// What a retry does differently from the request before it (reference, section 4).
package enum RetryChange: Equatable, Sendable {
  /// The same again: the model may do better.
  case resend
  /// Tools are declared `strict`, which turns guided decoding on in vLLM and SGLang: all whose schema guided decoding takes.
  case strict
  /// A call of this tool is demanded, or of any tool.
  case requireTool(name: [UInt8]?)
  /// The model is shown what it did, and told what is wrong with it.
  case feedback(FailedTurn)
  /// At least this many tokens are allowed, where the request names a limit; nil: twice as many as it allows.
  case moreTokens(Int?)
  /// The model's name at another vendor.
  case model([UInt8])
}

/// An answer that did not do.
package struct FailedTurn: Equatable, Sendable {
  /// All of its calls, the good ones too. None: the answer was empty, or had calls that nobody could read.
  package var calls: [FailedCall]
  /// Markup of calls stood in what was said.
  package var hasMarkup = false
  /// The text before the calls; UTF-8.
  package var text: [UInt8]
  /// What it thought, and under which key the vendor wants it back (Q4); nil for vendors that do not.
  package var reasoning: [UInt8]?
  package var reasoningKey: VendorProfile.ReasoningKey

  package init(
    calls: [FailedCall], text: [UInt8] = [], reasoning: [UInt8]? = nil,
    reasoningKey: VendorProfile.ReasoningKey = .reasoningContent
  ) {
    self.calls = calls
    self.text = text
    self.reasoning = reasoning
    self.reasoningKey = reasoningKey
  }
}

/// One call of such an answer.
package struct FailedCall: Equatable, Sendable {
  package enum Problem: Equatable, Sendable {
    /// Nothing; it was not run because another call of the turn was wrong.
    case none
    case unknownTool
    /// The arguments are not JSON, or end too early; what the parser said.
    case notJSON(String)
    case violations([Violation])
  }

  /// Decoded UTF-8, as the vendor sent them.
  package var name: [UInt8]
  package var arguments: [UInt8]
  package var problem: Problem

  package init(name: [UInt8], arguments: [UInt8], problem: Problem) {
    self.name = name
    self.arguments = arguments
    self.problem = problem
  }
}

/// Why no retry can be made of a body.
package enum RetryError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(ChatRequestError)
  /// There is nothing that a turn could be appended to.
  case noMessages

  package var description: String {
    switch self {
    case .unreadable(let error): error.description
    case .noMessages: "the request has no array of messages that a turn could be appended to"
    }
  }
}
