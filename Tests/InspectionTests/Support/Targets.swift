// SPDX-License-Identifier: Apache-2.0
import Inspection

/// A vendor and a model for tests: everything known that `change` says.
func target(
  _ generation: Generation = .k2, _ change: (inout VendorProfile, inout ModelTraits) -> Void = { _, _ in }
) -> RequestTarget {
  var profile = VendorProfile(name: "test")
  var traits = ModelTraits()
  change(&profile, &traits)
  return RequestTarget(generation: generation, profile: profile, traits: traits)
}

/// A body after the rules of the target's profile.
func normalize(
  _ bytes: [UInt8], for target: RequestTarget, reasoning: inout ReasoningCache, owner: UInt64 = 1
) throws -> Normalized {
  let request = try ChatRequest(reading: bytes.span)
  let normalization = normalize(
    request, in: bytes.span, for: target, rules: target.profile.normalize, reasoning: &reasoning, owner: owner)
  return Normalized(bytes: normalization.apply(to: bytes.span), normalization: normalization)
}

func normalize(_ bytes: [UInt8], for target: RequestTarget) throws -> Normalized {
  var reasoning = ReasoningCache()
  return try normalize(bytes, for: target, reasoning: &reasoning)
}
