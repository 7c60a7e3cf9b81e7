// SPDX-License-Identifier: Apache-2.0
import JSON

/// Q12: from K2.5 on, Moonshot answers sampling parameters other than the model's own with status 400; they go. `n` stays,
/// since who asks for two answers should hear that there is only one.
func normalizeSampling(
  _ request: ChatRequest, _ target: RequestTarget, _ editor: inout RequestEditor, _ bytes: borrowing Span<UInt8>
) {
  let index = request.index
  for key in refusedSampling(in: request, target.traits, bytes) where key != "n" {
    editor.remove(key, from: index.root, .member(key: key), .sampling, index, bytes)
  }
}

/// The sampling parameters of a request that a model with values of its own refuses. Those are temperature 1.0 while it
/// thinks and 0.6 while it does not, `top_p` 0.95, no penalties, one choice (MoonshotAI/Kimi-Vendor-Verifier
/// verify_params.py).
func refusedSampling(in request: ChatRequest, _ traits: ModelTraits, _ bytes: borrowing Span<UInt8>) -> [String] {
  guard traits.hasImmutableSampling else { return [] }
  let index = request.index
  let thinks = ThinkingSwitch(of: request, bytes).isOn ?? traits.thinks
  let own: [(StaticString, Double)] = [
    ("temperature", thinks ? 1.0 : 0.6), ("top_p", 0.95), ("presence_penalty", 0), ("frequency_penalty", 0), ("n", 1),
  ]
  var refused: [String] = []
  for (key, value) in own {
    guard let node = index.value(key, in: index.root, of: bytes), index.kind(node) != .null else { continue }
    if index.number(node, of: bytes)?.double != value { refused.append(key.description) }
  }
  return refused
}
