// SPDX-License-Identifier: Apache-2.0

/// What is known of a vendor's dialect: `rules/vendors.yaml`, or a user's own entry. A nil or `unknown` is no guess.
package struct VendorProfile: Equatable, Sendable {
  /// Whether a vendor honours something that a request asks for.
  package enum Support: String, CaseIterable, Sendable {
    case yes, no
    /// Only while thinking is off (Moonshot K2.5 to K2.7, Q9).
    case thinkingOff = "thinking_off"
    /// Accepted, and without effect.
    case ignored
    case unknown
  }

  /// How thinking is switched (Q13).
  package enum ThinkingStyle: String, CaseIterable, Sendable {
    /// `thinking: {type: enabled | disabled}`
    case thinking
    /// `chat_template_kwargs: {thinking: bool}`
    case templateKwargs = "chat_template_kwargs"
    /// `chat_template_args: {enable_thinking: bool}`
    case templateArgs = "chat_template_args"
    /// `reasoning: {enabled: bool}`
    case reasoning
  }

  /// Under which key reasoning goes back in an assistant message (R69, Q4).
  package enum ReasoningKey: String, CaseIterable, Sendable {
    case reasoningContent = "reasoning_content"
    case reasoning
    case reasoningDetails = "reasoning_details"
  }

  /// What becomes of blank content beside tool calls (Q2).
  package enum BlankContent: String, CaseIterable, Sendable {
    case keep
    case null
    case omit
  }

  /// Where token counts stand in a stream (R63).
  package enum UsagePlace: String, CaseIterable, Sendable {
    case topLevel = "top_level"
    case choice
  }

  /// How errors are wrapped (2.8).
  package enum ErrorWrapper: String, CaseIterable, Sendable {
    case openAI = "openai"
    /// OpenRouter: the vendor's own words in `error.metadata.raw`.
    case metadataRaw = "metadata_raw"
    /// vLLM: no `error` around it.
    case bare
  }

  /// Normalizations of requests beyond ids; those in `normalize` are made.
  package enum RequestRule: String, CaseIterable, Sendable {
    /// Blank content beside tool calls, as `blankContent` says (Q2).
    case content
    /// Reasoning that the client dropped comes back from the cache, under `reasoningKey` (Q4).
    case reasoning
    /// Sampling parameters that the model refuses go (Q12).
    case sampling
    /// Thinking is switched in the vendor's own way (Q13).
    case thinking
    /// Tool results carry the tool's name (N5).
    case resultName = "result_name"
  }

  /// The profile's key in `rules/vendors.yaml`, such as `moonshot`.
  package var name: String
  package var thinking: ThinkingStyle?
  package var reasoningKey: ReasoningKey?
  package var toolChoiceNone = Support.unknown
  package var toolChoiceRequired = Support.unknown
  package var toolChoiceNamed = Support.unknown
  package var strict = Support.unknown
  package var builtinTools = Support.unknown
  package var partialMode = Support.unknown
  package var blankContent = BlankContent.keep
  package var usage: UsagePlace?
  package var errors: ErrorWrapper?
  package var normalize: Set<RequestRule> = []

  package init(name: String) { self.name = name }
}

/// What is known of a model beyond its generation: `rules/models.yaml`.
package struct ModelTraits: Equatable, Sendable {
  /// The model refuses other sampling values than its own (Q12).
  package var hasImmutableSampling = false
  /// The model thinks unless it is told not to.
  package var thinks = false
  /// Assistant messages with calls must bring their reasoning back (Q4).
  package var needsReasoning = false
  /// `tool_call_f1` from which a vendor passes K2VV, 0 to 1; nil where K2VV names none.
  package var gate: Double?

  package init() {}
}
