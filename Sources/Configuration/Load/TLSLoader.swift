// SPDX-License-Identifier: Apache-2.0
import Foundation
import TLS

/// Reads what `tls:` names, and says what is wrong with it before anything listens.
struct TLSLoader {
  let files: RuleFiles
  let log: ProblemLog
  /// Seconds since the epoch.
  private let now: Int64

  private static let day: Int64 = 86_400
  /// ACME clients renew 30 days before the end: one that has 14 left has not been renewed.
  private static let shortTime = 14 * day

  init(files: RuleFiles, log: ProblemLog, now: Int64?) {
    self.files = files
    self.log = log
    self.now = now ?? Int64(Date().timeIntervalSince1970)
  }

  /// Nil where there is to be no TLS, and where something is wrong, which the log then has.
  func settings(_ section: TLSSection, given: Given) -> TLSSettings? {
    let certificate = given.parsed(.tlsCertificate, TLSSection.parsePath) ?? section.certificate
    let key = given.parsed(.tlsKey, TLSSection.parsePath) ?? section.key
    guard let certificate, let key else {
      reportMissing(certificate, key, section)
      return nil
    }
    let parts = (certificate: certificate, key: key, authorities: section.clientAuthorities)
    let chain = read(certificate).flatMap { bytes in attempt(parts) { () throws(TLSProblem) in try CertificateChain(pem: bytes) } }
    let pem = read(key)
    let secret = pem.flatMap { bytes in attempt(parts) { () throws(TLSProblem) in try PrivateKey(pem: bytes) } }
    let authorities = section.clientAuthorities.map { read($0) }
    guard let chain, let secret, authorities != .some(.none) else { return nil }
    let settings = attempt(parts) { () throws(TLSProblem) in
      try TLSSettings(chain, secret, clientAuthorities: authorities ?? nil, minimumVersion: section.minimumVersion ?? .tls12)
    }
    guard var settings else { return nil }
    settings.coversConsole = section.console ?? false
    settings.keyLines = TLSSettings.keyLines(pem: pem ?? [])
    warn(of: chain, certificate)
    warn(ofOpen: key)
    return settings
  }

  private func reportMissing(_ certificate: Located<String>?, _ key: Located<String>?, _ section: TLSSection) {
    guard !section.hasProblems else { return }
    let named = certificate ?? key
    guard let place = named?.place ?? section.place else { return }
    let has = section.place != nil ? "`tls`" : named.map { "`\($0.name)`" } ?? ""
    if certificate == nil {
      log.report("\(has) has no certificate", "name its PEM file: `certificate` under `tls:`, or --tls-certificate", at: place)
    }
    if key == nil { log.report("\(has) has no private key", "name its PEM file: `key` under `tls:`, or --tls-key", at: place) }
  }

  private func read(_ file: Located<String>) -> [UInt8]? {
    do throws(UnreadableFile) {
      return try UnreadableFile.bytes(of: file.value)
    } catch {
      // The line with a key's path is not shown: it could be the key itself.
      log.report(
        "`\(file.name)` names a file that cannot be read: \(quoted(file.value)): \(error.why)",
        "name a PEM file that the user of this process can read\(isInFile(file.place) ? ", from the folder of this one" : "")", at: file.place)
      return nil
    }
  }

  private func isInFile(_ place: Place) -> Bool {
    if case .file = place { true } else { false }
  }

  private typealias Parts = (certificate: Located<String>, key: Located<String>, authorities: Located<String>?)

  private func attempt<Result>(_ parts: Parts, _ body: () throws(TLSProblem) -> Result) -> Result? {
    do throws(TLSProblem) {
      return try body()
    } catch {
      let file =
        switch error.file {
        case .certificate: parts.certificate
        case .key: parts.key
        case .clientAuthorities: parts.authorities ?? parts.certificate
        }
      log.report("`\(file.name)`: \(quoted(file.value)) \(error.predicate)", error.advice, at: file.place)
      return nil
    }
  }

  // MARK: What is allowed and looks like a mistake

  private func warn(of chain: CertificateChain, _ file: Located<String>) {
    let left = chain.validUntil - now
    let renew = "renew it, then tell belay: kill -HUP"
    if left <= 0 {
      log.warn("the certificate expired on \(date(chain.validUntil)): clients refuse it", renew, at: file.place)
    } else if left < Self.shortTime {
      let days = left / Self.day
      log.warn(
        "the certificate expires on \(date(chain.validUntil)), in \(days == 0 ? "less than a day" : days == 1 ? "1 day" : "\(days) days")",
        renew, at: file.place)
    }
    if chain.validFrom > now {
      log.warn(
        "the certificate is not valid before \(date(chain.validFrom)): clients refuse it", "wait, or set this machine's clock", at: file.place)
    }
    if !chain.hasNames {
      log.warn(
        "the certificate has no subjectAltName, where clients look for the name that they connect to: they refuse it",
        "make one with, for example: openssl req -x509 ... -addext subjectAltName=DNS:belay.example,IP:10.0.0.7", at: file.place)
    }
  }

  private func warn(ofOpen key: Located<String>) {
    let permissions = try? FileManager.default.attributesOfItem(atPath: key.value)[.posixPermissions] as? Int
    guard let permissions, permissions & 0o004 != 0 else { return }
    log.warn("`\(key.name)`: \(quoted(key.value)) can be read by everybody on this machine", "take it from them: chmod o= FILE", at: key.place)
  }

  private func date(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }
}
