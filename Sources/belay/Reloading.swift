// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Logging
import ServiceLifecycle
import UnixSignals

/// SIGHUP reads the configuration again. A file with problems changes nothing, and the log says why.
struct Reloading: Service {
  let gateway: Gateway
  let logger: Logger
  let read: @Sendable () throws -> BelayConfiguration

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      do {
        await gateway.reload(try read())
        logger.info("configuration reloaded")
      } catch {
        logger.error("the configuration stays as it was", metadata: ["problem": "\(error)"])
      }
    }
  }
}
