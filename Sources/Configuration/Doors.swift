// SPDX-License-Identifier: Apache-2.0

/// Why a configuration cannot take another's place while its addresses stay.
package struct ReloadProblem: Error, CustomStringConvertible {
  package let description: String
}

extension BelayConfiguration {
  /// Addresses stay as they were at the start, so that a file that closes one and takes its lock away would leave it open.
  ///
  /// - Parameter old: what is in force until then.
  package func checkDoors(since old: BelayConfiguration) throws(ReloadProblem) {
    if let console, !Host(console.host).isLoopback, consoleToken == nil, old.consoleToken != nil {
      throw ReloadProblem(
        description: "the console stays at \(console), where others reach it, and console_token is gone: keep it, or restart")
    }
    if !Host(listen.host).isLoopback, !isGuarded, old.isGuarded {
      throw ReloadProblem(
        description: "the proxy stays at \(listen), where others reach it, and nobody needs a key or a certificate any more: whoever comes could "
          + "spend the vendors' keys; keep clients or client_ca, or restart")
    }
  }

  private var isGuarded: Bool { !clients.isEmpty || tls?.demandsClients == true }
}
