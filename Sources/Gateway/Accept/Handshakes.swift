// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import Synchronization
import TLS

/// Counts how TLS handshakes end, and tells the log of those that fail: one line a second for each reason at most, since whoever
/// reaches the port can make them.
final class Handshakes: Sendable {
  private struct State {
    var completed: [[String]: Int] = [:]
    var failed: [[String]: Int] = [:]
    var nextLines: [HandshakeFailure.Reason: NIODeadline] = [:]
    var untold: [HandshakeFailure.Reason: Int] = [:]
  }

  private let state = Mutex(State())
  private let logger: Logger

  init(logger: Logger) { self.logger = logger }

  var counts: (completed: [[String]: Int], failed: [[String]: Int]) { state.withLock { ($0.completed, $0.failed) } }

  func add(_ outcome: TLSHandler.Outcome, listener: String, from client: SocketAddress?) {
    switch outcome {
    case .completed(let version):
      state.withLock { $0.completed[[listener, version], default: 0] += 1 }
    case .failed(let failure):
      let now = NIODeadline.now()
      let untold: Int? = state.withLock { state in
        state.failed[[listener, failure.reason.rawValue], default: 0] += 1
        guard now >= state.nextLines[failure.reason] ?? .distantPast else {
          state.untold[failure.reason, default: 0] += 1
          return nil
        }
        state.nextLines[failure.reason] = now + .seconds(1)
        return state.untold.removeValue(forKey: failure.reason) ?? 0
      }
      guard let untold else { return }
      var metadata: Logger.Metadata = [
        "listener": "\(listener)", "reason": "\(failure.reason.rawValue)", "problem": "\(failure.detail)",
        "client": "\(client?.ipAddress ?? "-")",
      ]
      if untold > 0 { metadata["untold"] = "\(untold)" }
      logger.info("a TLS handshake failed", metadata: metadata)
    }
  }
}
