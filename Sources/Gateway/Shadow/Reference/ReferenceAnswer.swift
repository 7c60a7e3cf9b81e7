// SPDX-License-Identifier: Apache-2.0
package import Fidelity
import Inspection
package import NIOCore
import Synchronization
package import Upstream

/// What the reference said.
package struct ReferenceAnswer: Sendable, Equatable {
  package var side: Side
  /// Tokens, prompt and answer; nil where it did not count.
  package var cost: Int?

  package init(side: Side, cost: Int?) { (self.side, self.cost) = (side, cost) }
}

/// Takes a reference's answer in as it arrives, on the shadow's own event loop, and keeps no more of it than inspection does.
package final class ReferenceIntake: Sendable {
  private struct State {
    var observer: ResponseObserver?
    var bytes = 0
    var error: [UInt8] = []
    var stopped: ReferenceFailure?
  }

  /// An answer is at most so long; whatever is longer is none. A stream takes some 200 bytes a token.
  private static let byteLimit = 64 << 20
  /// Of an error's body.
  private static let errorBytes = 2048

  private let request: ReferenceRequest
  private let state = Mutex(State())
  private let deadline: ContinuousClock.Instant
  private let now: @Sendable () -> ContinuousClock.Instant

  package init(_ request: ReferenceRequest, timeout: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.request = request
    self.now = now
    deadline = now() + timeout
  }

  @Sendable package func take(_ head: UpstreamHead, _ bytes: ByteBuffer) -> Bool {
    let isLate = now() > deadline
    return state.withLock { state in
      state.bytes += bytes.readableBytes
      if isLate { state.stopped = ReferenceFailure(.timeout, "its answer does not end") }
      if state.bytes > Self.byteLimit { state.stopped = ReferenceFailure(.nonsense, "its answer is longer than any") }
      guard state.stopped == nil else { return false }
      if head.status == 200 {
        if state.observer == nil { state.observer = observer(head) }
        state.observer?.feed(bytes.readableBytesUInt8Span)
      } else if state.error.count < Self.errorBytes {
        state.error += bytes.readableBytesView.prefix(Self.errorBytes - state.error.count)
      }
      return true
    }
  }

  private func observer(_ head: UpstreamHead) -> ResponseObserver {
    ResponseObserver(
      format: ResponseFormat(contentType: head.headers["content-type"], isStreamRequested: request.isStream), status: head.status,
      request: request.facts)
  }

  /// The response is complete, or was stopped.
  package func end(_ head: UpstreamHead) throws(ReferenceFailure) -> ReferenceAnswer {
    let (observer, stopped) = state.withLock { ($0.observer, $0.stopped) }
    if let stopped { throw stopped }
    guard head.status == 200 else { throw ReferenceFailure(status: head) }
    return try answer(observer, .complete)
  }

  /// It broke off. Some end the connection as they like once they have said why they finished.
  package func end(_ error: UpstreamError) throws(ReferenceFailure) -> ReferenceAnswer {
    let failure =
      switch error.kind {
      case .connectTimeout, .firstByteTimeout, .idleTimeout: ReferenceFailure(.timeout, error.message)
      default: ReferenceFailure(.connection, error.message)
      }
    guard let observer = state.withLock({ $0.observer }), let answer = try? answer(observer, .cut) else { throw failure }
    return answer
  }

  private func answer(_ observer: ResponseObserver?, _ ending: Ending) throws(ReferenceFailure) -> ReferenceAnswer {
    guard var observer else { throw ReferenceFailure(.nonsense, "its answer is empty") }
    let summary = observer.finish(ending)
    let side = Side(summary)
    if side.finish == .none {
      guard summary.failure == nil else { throw ReferenceFailure(.server, "its answer is an error") }
      throw ReferenceFailure(.nonsense, "its answer has no finish reason")
    }
    let cost = summary.usage.map { max(0, $0.prompt ?? 0) &+ max(0, $0.completion ?? 0) }
    return ReferenceAnswer(side: side, cost: cost)
  }
}

extension ReferenceFailure {
  /// An answer with another status than 200. Its text is not repeated: it may hold the key, or the conversation.
  init(status head: UpstreamHead) {
    let asked = RetryAfter.nanoseconds(in: head.headers).map { Int64(clamping: $0 / 1_000_000) }
    let reason = "it answers \(head.status)"
    switch head.status {
    case 401, 402, 403, 404: self.init(.key, reason)
    case 429: self.init(.limited, reason, retryAfter: asked)
    case 408, 409, 425, 500...: self.init(.server, reason, retryAfter: asked)
    case 400..<500: self.init(.request, reason)
    default: self.init(.nonsense, reason)
    }
  }
}
