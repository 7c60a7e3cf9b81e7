// SPDX-License-Identifier: Apache-2.0

/// Tokens, as the vendor counted them. Vendors send it at the top of a last chunk without choices (vLLM, OpenRouter),
/// or in `choices[0]` beside the finish reason (Moonshot, R63).
package struct Usage: Equatable, Sendable {
  package var prompt: Int?
  package var completion: Int?
  package var total: Int?
  /// `prompt_tokens_details.cached_tokens`, or Moonshot's `cached_tokens`.
  package var cached: Int?
  /// `completion_tokens_details.reasoning_tokens`.
  package var reasoning: Int?

  package init(prompt: Int? = nil, completion: Int? = nil, total: Int? = nil, cached: Int? = nil, reasoning: Int? = nil)
  {
    self.prompt = prompt
    self.completion = completion
    self.total = total
    self.cached = cached
    self.reasoning = reasoning
  }

  /// What all of them say together; nil where none says anything.
  package static func sum(_ usages: [Usage?]) -> Usage? {
    usages.compactMap { $0 }.reduce(nil as Usage?) { sum, usage in
      guard let sum else { return usage }
      func both(_ part: (Usage) -> Int?) -> Int? { part(sum).map { $0 + (part(usage) ?? 0) } ?? part(usage) }
      return Usage(
        prompt: both(\.prompt), completion: both(\.completion), total: both(\.total), cached: both(\.cached), reasoning: both(\.reasoning))
    }
  }

  /// A count as it is believed: between 0 and 2^32. What is beyond is no count of tokens, and sums of such numbers would overflow.
  static func believed(_ count: Int?) -> Int? {
    count.flatMap { 0...(1 << 32) ~= $0 ? $0 : nil }
  }
}
