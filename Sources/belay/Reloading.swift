// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import Logging
import ServiceLifecycle
import UnixSignals

/// SIGHUP reads the configuration again. A file with problems changes nothing, and the log says why.
struct Reloading: Service {
  let gateway: Gateway
  /// From before the first reading on: what was changed since is read.
  let signals: UnixSignalsSequence
  /// Ends once the gateway serves. Before that there is nobody yet who would follow another configuration.
  let starting: AsyncStream<Void>
  let logger: Logger
  let read: @Sendable () throws -> BelayConfiguration

  func run() async throws {
    for await _ in starting {}
    for await _ in signals.cancelOnGracefulShutdown() {
      do {
        let configuration = try read()
        try await gateway.reload(configuration)
        Self.warn(of: configuration, logger)
        logger.info("configuration reloaded")
      } catch {
        logger.error("the configuration stays as it was", metadata: ["problem": "\(error)"])
      }
    }
  }

  /// What is allowed and looks like a mistake, at the start and after each reload.
  static func warn(of configuration: BelayConfiguration, _ logger: Logger) {
    for warning in configuration.warnings + exposedKeys(in: configuration) {
      logger.warning("configuration", metadata: ["problem": "\(warning)"])
    }
  }

  /// A key that is written out in a file is worth a word when others can read that file.
  private static func exposedKeys(in configuration: BelayConfiguration) -> [ConfigurationProblem] {
    guard let file = configuration.literalKeys.first?.file,
      let permissions = try? FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int,
      permissions & 0o044 != 0
    else { return [] }
    return configuration.literalKeys
  }
}
