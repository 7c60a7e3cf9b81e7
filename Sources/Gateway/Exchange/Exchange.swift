// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
package import NIOCore
package import Upstream
import JSON

/// One exchange: a client's request, the vendor's answer, and what was seen of both. Read this file first.
///
/// ```
/// client ─ requestHead ─ requestBody* ─ requestEnd ─┐            every event returns one action;
///                                                   ├─ call ─ vendor    the shell (`ConnectionHandler`) carries it out
/// client ─ begin ─ relay* ─ finish ─────────────────┴─ vendorHead ─ vendorBody* ─ vendorEnd | vendorFailed
/// ```
///
/// A value without I/O, clock or randomness: time comes in as nanoseconds, so every path is tested by value. In `observe` mode
/// the client receives exactly the vendor's bytes, and the vendor exactly the client's but for the declared edits.
package struct Exchange: Sendable {
  /// What the shell does next.
  package enum Action: Sendable {
    case none
    /// Start the vendor call. A streamed body follows with `upload` and `finishUpload`.
    case call(UpstreamRequest)
    case upload(ByteBuffer)
    case finishUpload
    /// Write the head of the answer.
    case begin(AnswerHead)
    /// Write body bytes as they came.
    case relay(ByteBuffer)
    /// The answer is complete.
    case finish(ExchangeRecord)
    /// Answer in the vendor's place; a call under way is cancelled.
    case refuse(GatewayError, ExchangeRecord)
    /// The answer had begun and cannot be completed: close the client's connection, so that it sees the cut.
    case abort(ExchangeRecord)
    /// Nobody is there to answer: cancel the vendor call.
    case abandon(ExchangeRecord)
  }

  private enum State {
    /// An inspected request is arriving; it is collected whole. Next: `calling`, `ended`.
    case collecting
    /// The vendor has the request, or is receiving a passing one; no answer yet. Next: `answering`, `ended`.
    case calling
    /// The answer flows to the client. Next: `ended`.
    case answering
    case ended
  }

  /// A whole JSON answer larger than this is relayed and not looked at: it must not fill the memory.
  private static let observedBodyBytes = 16 << 20

  private var state = State.collecting
  private let context: Context
  private let startedAt: UInt64
  private var route: Route?
  private var headers: [ForwardedHeaders.Field] = []
  private var body = ByteBuffer()
  private var record: ExchangeRecord
  private var facts = RequestFacts()
  private var observer: ResponseObserver?

  package init(_ head: RequestHead, id: String, context: Context, at now: UInt64) {
    self.context = context
    self.startedAt = now
    self.record = ExchangeRecord(id: id, method: head.method, path: head.path)
  }

  // MARK: The client's side

  package mutating func requestHead(_ head: RequestHead, at now: UInt64) -> Action {
    let route: Route
    do throws(GatewayError) {
      route = try context.router.route(method: head.method, target: head.target, named: head.vendorName)
    } catch {
      return refuse(error, at: now)
    }
    self.route = route
    record.vendor = route.vendor.name
    record.isInspected = route.isInspected
    headers = ForwardedHeaders.toVendor(head.headers, vendor: route.vendor, isInspected: route.isInspected)

    if route.isInspected {
      if let length = head.contentLength, length > context.requestBytes {
        return refuse(.bodyTooLarge(limit: context.requestBytes), at: now)
      }
      return .none
    }
    state = .calling
    return .call(vendorRequest(route, body: head.hasBody ? .stream(length: head.contentLength) : .none))
  }

  package mutating func requestBody(_ bytes: ByteBuffer, at now: UInt64) -> Action {
    record.requestBytes += bytes.readableBytes
    switch state {
    case .collecting:
      guard body.readableBytes + bytes.readableBytes <= context.requestBytes else {
        return refuse(.bodyTooLarge(limit: context.requestBytes), at: now)
      }
      if body.readableBytes == 0 {
        body = bytes
      } else {
        body.writeImmutableBuffer(bytes)
      }
      return .none
    case .calling, .answering:
      return .upload(bytes)
    case .ended:
      return .none
    }
  }

  package mutating func requestEnd(at now: UInt64) -> Action {
    switch state {
    case .collecting:
      guard let route else { return .none }
      do throws(ChatRequestError) {
        let request = try inspectRequest(route)
        state = .calling
        return .call(request)
      } catch {
        return refuse(.invalidJSON(error), at: now)
      }
    case .calling, .answering:
      return record.isInspected ? .none : .finishUpload
    case .ended:
      return .none
    }
  }

  package mutating func clientGone(at now: UInt64) -> Action {
    guard state != .ended else { return .none }
    return .abandon(close(.abandoned, at: now))
  }

  /// The client was too slow, or broke the protocol, before its request was complete.
  package mutating func requestFailed(_ error: GatewayError, at now: UInt64) -> Action {
    switch state {
    case .collecting, .calling: refuse(error, at: now)
    case .answering: abort(error.code, error.fault, at: now)
    case .ended: .none
    }
  }

  // MARK: The vendor's side

  package mutating func vendorHead(_ head: UpstreamHead, at now: UInt64) -> Action {
    guard state == .calling else { return .none }
    state = .answering
    record.status = head.status
    record.nanosecondsToFirstByte = now - startedAt
    if record.isInspected, head.status == 200 {
      let format = ResponseFormat(contentType: head.headers["content-type"], isStreamRequested: record.isStream)
      observer = ResponseObserver(format: format, request: facts, bodyLimit: Self.observedBodyBytes)
    }
    return .begin(
      AnswerHead(status: head.status, fields: ForwardedHeaders.toClient(head.headers), exchangeID: record.id))
  }

  package mutating func vendorBody(_ bytes: ByteBuffer, at now: UInt64) -> Action {
    guard state == .answering else { return .none }
    record.responseBytes += bytes.readableBytes
    observer?.feed(bytes.readableBytesUInt8Span)
    if record.nanosecondsToFirstToken == nil, observer?.hasFirstToken == true {
      record.nanosecondsToFirstToken = now - startedAt
    }
    return .relay(bytes)
  }

  package mutating func vendorEnd(at now: UInt64) -> Action {
    guard state == .answering else { return .none }
    return .finish(close(.completed, at: now))
  }

  package mutating func vendorFailed(_ error: UpstreamError, at now: UInt64) -> Action {
    switch state {
    case .collecting, .ended: .none
    case .calling: refuse(.vendor(record.vendor, error), at: now)
    case .answering: abort("vendor_\(error.kind.rawValue)", GatewayError.Fault(error.fault), at: now)
    }
  }
}

// MARK: - The steps

extension Exchange {
  /// Reads the request, normalizes its ids, and makes the vendor's request of it.
  private mutating func inspectRequest(_ route: Route) throws(ChatRequestError) -> UpstreamRequest {
    let request = try ChatRequest(reading: body.readableBytesUInt8Span)
    record.model = request.model ?? ""
    record.isStream = request.isStream
    facts = request.facts(in: body.readableBytesUInt8Span, caches: context.schemas)
    let generation = route.vendor.generation ?? context.models.generation(of: record.model)
    let normalization = normalizeIDs(of: request, in: body.readableBytesUInt8Span, generation: generation)
    record.idsRewritten = normalization.edits.count
    note(normalization.findings)
    if !normalization.edits.isEmpty {
      body = ByteBuffer(bytes: JSONEdit.apply(normalization.edits.map(\.edit), to: body.readableBytesUInt8Span))
    }
    defer { body = ByteBuffer() }
    return vendorRequest(route, body: .bytes(body))
  }

  private func vendorRequest(_ route: Route, body: UpstreamRequest.Body) -> UpstreamRequest {
    UpstreamRequest(
      method: record.method, url: route.url, headers: headers, body: body, limits: context.upstreamLimits)
  }

  private mutating func refuse(_ error: GatewayError, at now: UInt64) -> Action {
    record.status = error.status
    record.error = error.code
    record.fault = error.fault
    return .refuse(error, close(.refused, at: now))
  }

  private mutating func abort(_ code: String, _ fault: GatewayError.Fault, at now: UInt64) -> Action {
    record.error = code
    record.fault = fault
    return .abort(close(.broken, at: now))
  }

  /// Ends the exchange: what the observer saw goes into the record.
  private mutating func close(_ outcome: ExchangeRecord.Outcome, at now: UInt64) -> ExchangeRecord {
    state = .ended
    record.outcome = outcome
    record.nanosecondsTotal = now - startedAt
    if var observer {
      let summary = observer.finish(outcome == .completed ? .complete : .cut)
      record.finishReasons = summary.choices.compactMap(\.finishReason)
      record.calls = summary.callCount
      record.promptTokens = summary.usage?.prompt
      record.completionTokens = summary.usage?.completion
      // A client that left saw a cut of its own making.
      if outcome != .abandoned { note(summary.findings) }
      self.observer = nil
    }
    return record
  }

  private mutating func note(_ findings: [Finding]) {
    for finding in findings where !record.findings.contains(finding.code) {
      record.findings.append(finding.code)
    }
  }
}
