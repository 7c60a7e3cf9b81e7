// SPDX-License-Identifier: Apache-2.0

/// Every finding there is. The raw value is its code: public, and never changed.
///
/// Codes are dotted from the general to the special: whoever names `arguments.schema` means `arguments.schema.type` as well.
/// `rules/findings.yaml` says of each what it is, what it does to an agent, and what is done about it.
package enum FindingKind: String, CaseIterable, Sendable {
  // MARK: The request (reference, section 3)

  case orphanResult = "history.orphan_result"
  case orphanCall = "history.orphan_call"
  case unnamedCall = "history.unnamed_call"
  /// Ids of another form than the model expects (Q1).
  case foreignHistoryID = "history.foreign_id"
  /// A call in the history of a tool that is no longer declared (Q7): the model copies it (R32).
  case undeclaredHistoryTool = "history.undeclared_tool"
  /// Blank content beside tool calls (Q2).
  case blankContent = "request.blank_content"
  /// A tool message without content (Q2).
  case missingResultContent = "request.missing_content"
  case missingReasoning = "request.reasoning_missing"
  /// `name` on a user or tool message changes the prompt of K2 (Q5).
  case messageName = "request.message_name"
  /// K3's tool results need the tool's name at some vendors (N5).
  case missingResultName = "request.result_name_missing"
  /// K2VV's own `_input` (Q6).
  case inputRole = "request.input_role"
  case duplicateTool = "request.duplicate_tool"
  case tooManyTools = "request.too_many_tools"
  case unsafeToolName = "request.tool_name"
  case misplacedTools = "request.misplaced_tools"
  case unsupportedToolChoice = "request.tool_choice"
  case parallelToolCalls = "request.parallel_tool_calls"
  case unsupportedStrict = "request.strict"
  case immutableSampling = "request.sampling"
  case foreignThinking = "request.thinking"
  case foreignBuiltin = "request.builtin_tool"
  case foreignPartial = "request.partial"
  case invalidSchema = "schema.invalid"
  /// Against Moonshot's flavour of JSON Schema (Q8).
  case foreignSchema = "schema.not_mfjs"
  case suspiciousSchema = "schema.suspicious"

  // MARK: A call: id, index, type, name

  case missingID = "call.missing_id"
  case duplicateID = "call.duplicate_id"
  case foreignID = "call.foreign_id"
  case changedID = "call.id_changed"
  case repeatedID = "call.id_repeated"
  case missingIndex = "call.missing_index"
  case sparseIndex = "call.sparse_index"
  case repeatedIndex = "call.index_repeated"
  case superfluousIndex = "call.superfluous_index"
  case missingType = "call.missing_type"
  case missingName = "call.missing_name"
  case unknownTool = "call.unknown_tool"
  case prefixedName = "call.prefixed_name"
  /// Not declared, and yet only one tool can be meant (R35 to R37).
  case corruptedName = "call.corrupted_name"
  case repeatedName = "call.name_repeated"
  case splitName = "call.name_split"
  case lateName = "call.late_name"
  case interleavedCalls = "call.interleaved"
  /// The request said `tool_choice: none` (R14).
  case unwantedCall = "call.unwanted"
  /// A `function_call`, which is not looked at, in answer to a request with tools.
  case legacyCall = "call.legacy"

  // MARK: A call: arguments

  case argumentsEmpty = "arguments.empty"
  case argumentsNotString = "arguments.not_string"
  case argumentsTooLong = "arguments.too_long"
  /// Not JSON in none of the ways that have a code of their own.
  case argumentsNotJSON = "arguments.not_json"
  case argumentsTruncated = "arguments.truncated"
  case argumentsTrailingJunk = "arguments.trailing_junk"
  case argumentsLeadingJunk = "arguments.leading_junk"
  case argumentsDoubleEncoded = "arguments.double_encoded"
  case argumentsNestedString = "arguments.nested_string"
  case argumentsControlCharacter = "arguments.control_character"
  case argumentsPlaceholder = "arguments.placeholder"
  case argumentsSnapshots = "arguments.snapshots"
  case argumentsMarkup = "arguments.markup"
  case argumentsNotObject = "arguments.not_object"
  case argumentsSplitCharacter = "arguments.split_character"
  case schemaRequired = "arguments.schema.required"
  case schemaAdditional = "arguments.schema.additional"
  case schemaType = "arguments.schema.type"
  case schemaEnum = "arguments.schema.enum"
  case schemaAlternatives = "arguments.schema.alternatives"
  case schemaLimits = "arguments.schema.limits"
  /// Any other keyword.
  case schemaOther = "arguments.schema.other"

  // MARK: How a choice ended, and what it said

  case stopWithCalls = "finish.stop_with_calls"
  case callsWithoutCalls = "finish.calls_without_calls"
  case missingFinish = "finish.missing"
  case lengthFinish = "finish.length"
  case errorFinish = "finish.error"
  case filteredFinish = "finish.content_filter"
  /// `native_finish_reason` says something else (R15).
  case nativeFinish = "finish.native_differs"
  case emptyCompletion = "completion.empty"
  /// Empty, but for reasoning.
  case thinkOnly = "completion.think_only"
  case leakedMarkup = "content.leaked_markup"
  case reasoningMarkup = "reasoning.leaked_markup"
  case templateArtefact = "content.template_artefact"
  case specialToken = "content.special_token"
  case contentAfterCalls = "content.after_calls"
  /// Reasoning under another key than `reasoning_content` (R69).
  case reasoningKey = "reasoning.key"
  case severalChoices = "choice.several"
  /// More than OpenAI's API ever gives: those beyond are not read.
  case tooManyChoices = "choice.too_many"

  // MARK: The response as a whole

  case truncatedStream = "stream.truncated"
  case streamError = "stream.error"
  case streamNotJSON = "stream.not_json"
  case oversizedEvent = "stream.event_too_long"
  /// A choice goes on in an event behind the one with its finish reason.
  case afterFinish = "stream.after_finish"
  case wholeCall = "stream.whole_call"
  case tightField = "stream.tight_field"
  case streamComment = "stream.comment"
  case emptyDelta = "stream.empty_delta"
  case usageInChoice = "usage.in_choice"
  case missingUsage = "usage.missing"
  case responseError = "response.error"
  case responseNotJSON = "response.not_json"
  /// Longer than what is kept of a body that is no stream.
  case oversizedResponse = "response.too_long"
  case responseHTML = "response.html"
  /// A status that is no success.
  case httpError = "response.http_error"
}
