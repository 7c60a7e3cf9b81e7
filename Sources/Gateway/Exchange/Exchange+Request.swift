// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
import NIOCore
import Synchronization
import Upstream

// What an exchange makes of a request that is whole.
extension Exchange {
  private static let findingLimit = 1000

  /// Reads the request, makes the vendor's request of it, and decides how its answer will be handled.
  mutating func inspectRequest(_ route: Route, at now: UInt64) throws(ChatRequestError) -> Action {
    defer { body = ByteBuffer() }
    var recent = memory.requests.take(for: body.readableBytesUInt8Span)
    defer { memory.requests.giveBack(recent) }
    try recent.read(body.readableBytesUInt8Span)
    let request = recent.request
    record.model = bounded(request.model ?? "", Self.nameBytes)
    record.isStream = request.isStream
    if context.keepsBodies {
      var bodies = RecordedBodies(requestHeaders: headers)
      bodies.request = body
      bodies.boundaries = request.messages.map { request.index.range($0.node).lowerBound }
      if let last = request.messages.last { bodies.boundaries.append(request.index.range(last.node).upperBound) }
      record.bodies = bodies
    }
    facts = request.facts(in: body.readableBytesUInt8Span, tools: &memory.tools)
    let policy = context.policy(vendor: route.vendor, model: record.model)
    record.mode = policy.mode
    let normalization = normalized(request, body, policy)
    record.edits = normalization.edits
    note(
      requestFindings(
        of: request, in: body.readableBytesUInt8Span, for: target(policy), tools: facts.tools,
        normalization: normalization))
    guard countRequest() else {
      // No vendor is asked.
      state = .collecting
      return refuse(.overloaded, at: now)
    }
    let sent = apply(normalization, to: body)
    if record.shadow == .unsent { record.shadow = .sent(sent, hasTools: facts.tools.count > 0) }
    let call = vendorRequest(route, headers, body: .bytes(sent))
    if policy.mode == .observe { return .call(call) }
    let source = RetrySource(body: body, headers: headers, route: route, sent: sent)
    if policy.mode == .enforce { facts.quotesMarkup = request.quotesMarkup(in: body.readableBytesUInt8Span, tools: facts.tools.names) }
    return enforce(policy, call, source, thinks: request.thinks(in: body.readableBytesUInt8Span, traits: policy.traits), at: now)
  }

  private func target(_ policy: Policy) -> RequestTarget {
    RequestTarget(generation: policy.generation, profile: policy.profile, traits: policy.traits)
  }

  /// What has to change in a request for a vendor and a model.
  mutating func normalized(_ request: ChatRequest, _ body: ByteBuffer, _ policy: Policy) -> Normalization {
    let bytes = body.readableBytesUInt8Span
    let rules = policy.profile.normalize
    guard rules.contains(.reasoning) else {
      var none = ReasoningCache(capacity: 0)
      return normalize(request, in: bytes, for: target(policy), rules: rules, reasoning: &none, owner: 0)
    }
    let owner = context.owner(headers, caller?.client, route: route)
    let normalization = context.lasting.reasoning.withLock {
      normalize(request, in: bytes, for: target(policy), rules: rules, reasoning: &$0, owner: owner)
    }
    turn = normalization.turn
    return normalization
  }

  func apply(_ normalization: Normalization, to body: ByteBuffer) -> ByteBuffer {
    if normalization.edits.isEmpty { return body }
    return ByteBuffer(bytes: normalization.apply(to: body.readableBytesUInt8Span))
  }

  func vendorRequest(
    _ route: Route, _ headers: [ForwardedHeaders.Field], body: UpstreamRequest.Body
  ) -> UpstreamRequest {
    UpstreamRequest(
      method: record.method, url: route.url,
      headers: ForwardedHeaders.toVendor(
        headers, vendor: route.vendor, isInspected: route.isInspected || isErrorRead, clientKey: caller?.key),
      body: body,
      limits: context.upstreamLimits,
      holder: holder, vendor: UInt64(bitPattern: Int64(route.vendor.name.hashValue)))
  }

  private mutating func note(_ findings: [Finding]) {
    record.findings.append(contentsOf: findings.prefix(Self.findingLimit))
  }
}
