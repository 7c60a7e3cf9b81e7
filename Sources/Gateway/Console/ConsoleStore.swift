// SPDX-License-Identifier: Apache-2.0
import NIOPosix
package import Store
import Synchronization

/// The recorded exchanges as the console sees them: how the writer is doing, and a reader that is opened when it is first
/// needed, since the writer may not have made the file yet.
package final class ConsoleStore: Sendable {
  private let path: String
  private let reader = Mutex<StoreReader?>(nil)
  package let status: @Sendable () -> StoreStatus
  /// Whoever asks for more than can be told in so long must ask for less.
  private static let patience = Duration.seconds(5)

  package init(path: String, status: @escaping @Sendable () -> StoreStatus) {
    self.path = path
    self.status = status
  }

  /// - Throws: `StoreFailure`.
  func queries() async throws -> any ExchangeQueries { try await opened() }

  /// - Throws: `StoreFailure`.
  func opened() async throws -> StoreReader {
    // Whoever deletes the store, or puts another in its place, gets answers of the one that is there.
    if let open = reader.withLock({ $0 }), open.isCurrent { return open }
    // Opening reads the file: not on a thread that others wait for.
    return try await NIOThreadPool.singleton.runIfActive { [self] in
      let opened = try StoreReader(path: path, patience: Self.patience)
      return reader.withLock { reader in
        if let reader, reader.isCurrent { return reader }
        reader = opened
        return opened
      }
    }
  }

  /// What was asked failed: the file may have been replaced, so that the next question opens it anew.
  func forget() {
    reader.withLock { $0 = nil }
  }
}
