// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection
package import NIOCore
package import Upstream

/// The request that a vendor got, made into one for the reference: its dialect, its name of the model, its key.
package struct ReferenceRequest: Sendable {
  package var upstream: UpstreamRequest
  package var facts: RequestFacts
  package var isStream: Bool

  /// What of the client's goes to the reference is the body. No header of the client's does: what credentials it may have
  /// sent, and under what name, nobody can know.
  ///
  /// - Parameters:
  ///   - body: what the vendor got, ids and all put right.
  ///   - model: the client's name of it.
  /// - Throws: `RetryError` or `ChatRequestError` where the body is none.
  package init(
    _ body: ByteBuffer, model: String, reference: Vendor, _ configuration: BelayConfiguration, schemas: SchemaCaches, timeout: Duration
  ) throws {
    let name = reference.models[model] ?? model
    let policy = configuration.policy(vendor: reference, model: name)
    var bytes = [UInt8](buffer: body)
    if name != model { bytes = try retryBody(bytes, changes: [.model(Array(name.utf8))], generation: policy.generation) }
    var request = try ChatRequest(reading: bytes.span)
    var none = ReasoningCache(capacity: 0)
    let normalization = normalize(
      request, in: bytes.span, for: RequestTarget(generation: policy.generation, profile: policy.profile, traits: policy.traits),
      rules: policy.profile.normalize, reasoning: &none, owner: 0)
    if !normalization.edits.isEmpty {
      bytes = normalization.apply(to: bytes.span)
      request = try ChatRequest(reading: bytes.span)
    }
    facts = request.facts(in: bytes.span, caches: schemas)
    isStream = request.isStream
    var url = Substring(reference.baseURL)
    while url.utf8.last == UInt8(ascii: "/") { url.removeLast() }
    let own: [ForwardedHeaders.Field] = [
      ("Content-Type", "application/json"), ("Accept", request.isStream ? "text/event-stream" : "application/json"),
      ("User-Agent", "belay-shadow"),
    ]
    upstream = UpstreamRequest(
      method: "POST", url: url + "/chat/completions",
      headers: ForwardedHeaders.toVendor(own, vendor: reference, isInspected: true), body: .bytes(ByteBuffer(bytes: bytes)),
      limits: UpstreamLimits(connect: min(timeout, configuration.limits.connect), firstByte: timeout, idle: timeout))
  }
}
