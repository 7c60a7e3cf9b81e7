// SPDX-License-Identifier: Apache-2.0
package import TLS

/// How the listeners speak TLS, with the files read and checked.
package struct TLSSettings: Equatable, Sendable {
  /// For agents.
  package let agents: ServerContext
  /// For the console: the same certificate; no certificate is asked of those who look in, as they have a token.
  package let console: ServerContext
  /// Whether the console speaks TLS too.
  package var coversConsole = false
  /// Who vouches for agents, and whom they no longer vouch for: a PEM file's bytes, where an agent must show a certificate.
  package let clientAuthorities: [UInt8]?
  /// Whether an agent must show a certificate.
  package var demandsClients: Bool { clientAuthorities != nil }
  /// Until when all of the chain is valid: seconds since the epoch.
  package let validUntil: Int64
  /// Of the server's certificate, hexadecimal.
  package let serialNumber: String

  package init(
    _ chain: CertificateChain, _ key: PrivateKey, clientAuthorities: [UInt8]? = nil, minimumVersion: TLSVersion = .tls12
  ) throws(TLSProblem) {
    agents = try ServerContext(chain, key, clientAuthorities: clientAuthorities, minimumVersion: minimumVersion)
    console = try ServerContext(chain, key, minimumVersion: minimumVersion)
    self.clientAuthorities = clientAuthorities
    validUntil = chain.validUntil
    serialNumber = chain.serialNumber
  }
}
