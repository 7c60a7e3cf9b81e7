// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation

/// Ends a task by Ctrl-C or SIGTERM, in place of the process, so that it leaves the store in order.
package enum Interruption {
  package static func cancelling(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await body() }
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { task.cancel() }
      source.activate()
      return source
    }
    defer { sources.forEach { $0.cancel() } }
    try await task.value
  }
}
