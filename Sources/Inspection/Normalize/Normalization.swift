// SPDX-License-Identifier: Apache-2.0
import JSON

/// What normalizing a request comes to: edits to splice into its bytes, and what is wrong with its history.
package struct Normalization: Equatable, Sendable {
  /// In the order of their places, never overlapping.
  package var edits: [RequestEdit] = []
  package var findings: [Finding] = []
  /// Where the response will stand, for what it thinks; nil where nobody keeps that.
  package var turn: ReasoningChain?

  package init() {}

  /// The body with the edits made.
  package func apply(to bytes: borrowing Span<UInt8>) -> [UInt8] { JSONEdit.apply(edits.map(\.edit), to: bytes) }
}

/// Gives the tool calls of a request's history the ids that the model expects, and their results with them.
///
/// It depends on nothing but the request, and each edit only on what comes before it in the conversation: a
/// conversation that grows keeps its prefix byte for byte, and the vendor's prompt cache stays warm. Doing it twice
/// changes nothing.
package func normalizeIDs(
  of request: ChatRequest, in bytes: borrowing Span<UInt8>, generation: Generation
) -> Normalization {
  guard generation != .other else { return Normalization() }
  var normalizer = IDNormalizer(generation: generation)
  normalizer.run(request, bytes)
  return normalizer.normalization
}

/// Where a request goes: what its normalizations and findings depend on besides its bytes.
package struct RequestTarget: Equatable, Sendable {
  package var generation: Generation
  package var profile: VendorProfile
  package var traits: ModelTraits

  package init(generation: Generation, profile: VendorProfile, traits: ModelTraits) {
    self.generation = generation
    self.profile = profile
    self.traits = traits
  }
}

/// Everything that is done to a request on its way to a vendor: its ids, and what `rules` turn on.
///
/// The same promises hold as for the ids. What is done to a message depends on the messages before it and on the
/// parameters, never on a later message. One thing comes from elsewhere, the reasoning that clients drop: when the cache
/// has forgotten it in the meantime, the message changes.
///
/// - Parameters:
///   - rules: usually `target.profile.normalize`.
///   - reasoning: what earlier responses thought, and `owner`, whose conversations these are: nobody else's are looked at.
package func normalize(
  _ request: ChatRequest, in bytes: borrowing Span<UInt8>, for target: RequestTarget,
  rules: Set<VendorProfile.RequestRule>, reasoning: inout ReasoningCache, owner: UInt64
) -> Normalization {
  var normalization = normalizeIDs(of: request, in: bytes, generation: target.generation)
  guard !rules.isEmpty else { return normalization }
  var editor = RequestEditor(edits: normalization.edits)
  if rules.contains(.content) { normalizeContent(request, target, &editor, bytes) }
  if rules.contains(.reasoning) { normalization.turn = normalizeReasoning(request, target, &reasoning, owner, &editor, bytes) }
  if rules.contains(.sampling) { normalizeSampling(request, target, &editor, bytes) }
  if rules.contains(.thinking) { normalizeThinking(request, target, &editor, bytes) }
  if rules.contains(.resultName) { normalizeResultNames(request, target, &editor, bytes) }
  normalization.edits = editor.finish(request.index, bytes)
  return normalization
}
