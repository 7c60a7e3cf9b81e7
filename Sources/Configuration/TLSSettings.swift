// SPDX-License-Identifier: Apache-2.0
import Foundation
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
  /// Of the private key's file what nobody else may see, a line each: an agent may read it, and show it with any line ends.
  package var keyLines: [Secret] = []

  package init(
    _ chain: CertificateChain, _ key: PrivateKey, clientAuthorities: [UInt8]? = nil, minimumVersion: TLSVersion = .tls12
  ) throws(TLSProblem) {
    agents = try ServerContext(chain, key, clientAuthorities: clientAuthorities, minimumVersion: minimumVersion)
    console = try ServerContext(chain, key, minimumVersion: minimumVersion)
    self.clientAuthorities = clientAuthorities
    validUntil = chain.validUntil
    serialNumber = chain.serialNumber
  }
  /// The base64 of a PEM file's private keys (RFC 7468), by lines. A short one, the last, is a word.
  package static func keyLines(pem: [UInt8]) -> [Secret] {
    var (secrets, lines, isKey) = ([Secret](), [String](), false)
    for line in String(decoding: pem, as: UTF8.self).split(whereSeparator: \.isNewline) {
      if line.hasPrefix("-----") {
        secrets += Self.secrets(in: lines)
        lines = []
        isKey = line.hasPrefix("-----BEGIN ") && line.contains("PRIVATE KEY-----")
      } else if isKey, !line.contains(":") {
        lines.append(String(line))
      }
    }
    return secrets
  }

  /// What stands before the number of a key on a curve, but for its length: a version (RFC 5915 section 3), or Ed25519's and Ed448's names and
  /// what the number is wrapped in (RFC 8410 section 7).
  private static let beforeNumber: [[UInt8]] = [
    [0x02, 0x01, 0x01, 0x04], [0x2B, 0x65, 0x70, 0x04, 0x22, 0x04], [0x2B, 0x65, 0x71, 0x04, 0x3B, 0x04],
  ]

  /// Of a key on a curve only the letters that have its number: the others, more than half of some lines, are those of all keys, and of the
  /// public one. What a cut behind those leaves of a line would be the whole number, and less than three quarters of the line.
  private static func secrets(in lines: [String]) -> [Secret] {
    let bytes = Data(base64Encoded: lines.joined()).map { Array($0) } ?? []
    let start = bytes.indices.prefix(60).lazy.compactMap { place in
      beforeNumber.first { bytes[place...].starts(with: $0) }.map { place + $0.count + 1 }
    }.first { $0 <= bytes.count }
    guard let start, case let count = Int(bytes[start - 1]), 24...66 ~= count else {
      return lines.filter { $0.utf8.count >= 16 }.map { Secret($0) }
    }
    let letters = start * 4 / 3..<(start + count) * 4 / 3
    var (secrets, place) = ([Secret](), 0)
    for line in lines {
      let part = letters.clamped(to: place..<place + line.utf8.count)
      if part.count >= 12 { secrets.append(Secret(String(decoding: line.utf8.dropFirst(part.lowerBound - place).prefix(part.count), as: UTF8.self))) }
      place += line.utf8.count
    }
    return secrets
  }
}
