// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import TLS
import Testing

/// Certificates and keys, good and bad, made once by openssl.
private enum Files {
  static let folder: URL = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-tls-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = """
      set -e; umask 077
      make() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=test -days 300 \
        -addext subjectAltName=DNS:belay.example "$@" 2>log; }
      make -keyout good.key -out good.pem
      make -keyout other.key -out other.pem
      openssl req -x509 -key good.key -subj /CN=test -days 300 -out nameless.pem
      openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=test -days 300 -addext subjectAltName=DNS:a -keyout weak.key -out weak.pem 2>log
      cat good.pem good.key >both.pem
      cat good.pem other.pem >chain.pem
      cat other.pem good.pem >reversed.pem
      openssl x509 -in good.pem -outform der -out certificate.der
      openssl pkey -in good.key -outform der -out key.der
      openssl pkey -in good.key -aes128 -passout pass:secret -out encrypted.key
      openssl ec -in good.key -aes128 -passout pass:secret -out encrypted-old.key 2>log
      sed 5d good.pem >damaged.pem
      sed 3d good.key >damaged.key
      (cat good.pem; sed 5d other.pem) >damaged-chain.pem
      echo hello >text.pem; : >empty.pem
      cp good.key open.key; chmod 644 open.key
      cp good.key group.key; chmod 640 group.key
      mkdir folder
      """
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = folder
    try? process.run()
    process.waitUntilExit()
    return folder
  }()

  static func path(_ name: String) -> String { folder.appending(path: name).path }
}

/// The problems of `tls:` with these files, without the folder's name.
private func tlsProblems(
  _ certificate: String, _ key: String, more: String = "", overrides: Overrides = Overrides(), now: Int64? = nil
) -> [String] {
  let yaml = withVendor("tls:\n  certificate: \(Files.path(certificate))\n  key: \(Files.path(key))\n\(more)")
  let all: [ConfigurationProblem]
  do { all = try BelayConfiguration.load(yaml, overrides: overrides, now: now).warnings } catch { all = error.problems }
  #expect(all.allSatisfy { !$0.advice.isEmpty })
  return headlines(all).map { $0.replacingOccurrences(of: Files.folder.path + "/", with: "") }
}

@Suite("TLS settings")
struct TLSSettingsTests {
  static let cases: [(certificate: String, key: String, problems: [String])] = [
    ("good.pem", "good.key", []),
    ("both.pem", "both.pem", []),
    ("chain.pem", "good.key", []),
    ("good.pem", "group.key", []),
    (
      "absent.pem", "good.key",
      ["4:16: `tls.certificate` names a file that cannot be read: \"absent.pem\": there is no such file"]
    ),
    ("good.pem", "absent.key", ["5:8: `tls.key` names a file that cannot be read: \"absent.key\": there is no such file"]),
    ("folder", "good.key", ["4:16: `tls.certificate` names a file that cannot be read: \"folder\": it is a folder"]),
    (
      "absent.pem", "absent.key",
      [
        "4:16: `tls.certificate` names a file that cannot be read: \"absent.pem\": there is no such file",
        "5:8: `tls.key` names a file that cannot be read: \"absent.key\": there is no such file",
      ]
    ),
    ("text.pem", "good.key", ["4:16: `tls.certificate`: \"text.pem\" has no certificate in it"]),
    ("empty.pem", "good.key", ["4:16: `tls.certificate`: \"empty.pem\" has no certificate in it"]),
    ("good.key", "good.key", ["4:16: `tls.certificate`: \"good.key\" has no certificate in it"]),
    ("certificate.der", "good.key", ["4:16: `tls.certificate`: \"certificate.der\" is not PEM: it looks like DER"]),
    ("good.pem", "text.pem", ["5:8: `tls.key`: \"text.pem\" has no private key in it"]),
    ("good.pem", "empty.pem", ["5:8: `tls.key`: \"empty.pem\" has no private key in it"]),
    ("good.pem", "good.pem", ["5:8: `tls.key`: \"good.pem\" has no private key in it"]),
    ("good.pem", "key.der", ["5:8: `tls.key`: \"key.der\" is not PEM: it looks like DER"]),
    (
      "good.pem", "encrypted.key",
      ["5:8: `tls.key`: \"encrypted.key\" is encrypted, and nobody is there to type its passphrase"]
    ),
    (
      "good.pem", "encrypted-old.key",
      ["5:8: `tls.key`: \"encrypted-old.key\" is encrypted, and nobody is there to type its passphrase"]
    ),
    ("good.pem", "other.key", ["5:8: `tls.key`: \"other.key\" does not belong to the certificate"]),
    ("good.pem", "weak.key", ["5:8: `tls.key`: \"weak.key\" does not belong to the certificate"]),
    ("reversed.pem", "good.key", ["5:8: `tls.key`: \"good.key\" does not belong to the certificate"]),
    (
      "good.pem", "open.key",
      ["5:8: warning: `tls.key`: \"open.key\" can be read by everybody on this machine"]
    ),
    (
      "nameless.pem", "good.key",
      ["4:16: warning: the certificate has no subjectAltName, where clients look for the name that they connect to: they refuse it"]
    ),
  ]

  @Test("each file, and what is wrong with it", arguments: cases)
  func files(_ certificate: String, _ key: String, _ expected: [String]) {
    #expect(tlsProblems(certificate, key) == expected.map { "belay.yaml:\($0)" })
  }

  static let broken: [(certificate: String, key: String, beginning: String)] = [
    ("damaged.pem", "good.key", "4:16: `tls.certificate`: \"damaged.pem\" is damaged: certificate 1 in it cannot be read ("),
    ("damaged-chain.pem", "good.key", "4:16: `tls.certificate`: \"damaged-chain.pem\" is damaged: certificate 2 in it cannot be read ("),
    ("good.pem", "damaged.key", "5:8: `tls.key`: \"damaged.key\" is damaged: the key in it cannot be read ("),
    ("weak.pem", "weak.key", "4:16: `tls.certificate`: \"weak.pem\" is too weak for this system's OpenSSL: the certificate is refused ("),
  ]

  @Test("damage, and keys that are too short, in OpenSSL's words", arguments: broken)
  func damage(_ certificate: String, _ key: String, _ beginning: String) throws {
    let found = tlsProblems(certificate, key)
    #expect(found.count == 1)
    #expect(try #require(found.first).hasPrefix("belay.yaml:\(beginning)"), "\(found)")
  }

  static let sections: [(yaml: String, problems: [String])] = [
    ("tls:\n", ["3:5: `tls` has no certificate", "3:5: `tls` has no private key"]),
    ("tls: {certificate: CERT}\n", ["3:20: `tls` has no private key"]),
    ("tls: {key: KEY}\n", ["3:12: `tls` has no certificate"]),
    ("tls: yes\n", ["3:6: `tls` must be a mapping, and this is a single value"]),
    ("tls: {cert: CERT, key: KEY}\n", ["3:7: unknown key `cert` in `tls`: did you mean `certificate`?"]),
    ("tls: {certificate: CERT, key: KEY, minimum_version: 1.1}\n", ["3:LAST: `tls.minimum_version` cannot be \"1.1\": did you mean `1.2`?"]),
    ("tls: {certificate: CERT, key: KEY, console: maybe}\n", ["3:LAST: `tls.console` is neither yes nor no: \"maybe\""]),
    ("tls: {certificate: CERT, key: KEY, client_ca: TEXT}\n", ["3:LAST: `tls.client_ca`: TEXT has no certificate in it"]),
    ("tls: {certificate: CERT, key: KEY, client_ca: /absent}\n", ["3:LAST: `tls.client_ca` names a file that cannot be read: \"/absent\": there is no such file"]),
  ]

  @Test("the section itself", arguments: sections)
  func section(_ yaml: String, _ expected: [String]) {
    let names = [("CERT", Files.path("good.pem")), ("KEY", Files.path("good.key")), ("TEXT", Files.path("text.pem"))]
    func filled(_ text: String) -> String { names.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) } }
    let found = headlines(problems(withVendor(filled(yaml))))
    let last = (filled(yaml).range(of: ": ", options: .backwards)?.upperBound).map { filled(yaml).distance(from: filled(yaml).startIndex, to: $0) + 1 }
    #expect(
      found
        == expected.map {
          "belay.yaml:" + $0.replacingOccurrences(of: "LAST", with: "\(last ?? 0)").replacingOccurrences(of: "TEXT", with: "\"\(Files.path("text.pem"))\"")
        })
  }

  @Test("a `client_ca` that says nothing is a mistake, no open door", arguments: [("", 13), (" null", 14), (" ${ABSENT:-}", 14)])
  func emptyAuthority(_ value: String, _ column: Int) {
    let found = tlsProblems("good.pem", "good.key", more: "  client_ca:\(value)\n")
    #expect(found == ["belay.yaml:6:\(column): `tls.client_ca` names no file"])
  }

  @Test("what is said reaches the settings")
  func settings() throws {
    let yaml = withVendor("tls:\n  certificate: \(Files.path("chain.pem"))\n  key: \(Files.path("good.key"))\n")
    let plain = try #require(try BelayConfiguration.load(yaml).tls)
    #expect(!plain.coversConsole && !plain.demandsClients)
    let more = try #require(try BelayConfiguration.load(yaml + "  client_ca: \(Files.path("chain.pem"))\n  minimum_version: 1.3\n  console: yes\n").tls)
    #expect(more.coversConsole && more.demandsClients)
    #expect(plain.serialNumber.count >= 16 && plain.serialNumber == more.serialNumber)
    #expect(try BelayConfiguration.load(withVendor("")).tls == nil)
  }

  @Test("of a private key's lines the letters that have its number are known as secrets, and none of a certificate's", arguments: ["good.key", "both.pem"])
  func keyLines(_ key: String) throws {
    let yaml = withVendor("tls:\n  certificate: \(Files.path("good.pem"))\n  key: \(Files.path(key))\n")
    let lines = try #require(try BelayConfiguration.load(yaml).tls).keyLines.map(\.revealed)
    let file = try String(contentsOfFile: Files.path("good.key"), encoding: .utf8)
    let letters = file.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-") }.joined()
    // 32 bytes of a P-256 key.
    #expect(lines.count == 2 && letters.contains(lines.joined()) && 42...44 ~= lines.joined().utf8.count)
  }

  @Test("a flag wins over its variable, and both win over the file; paths of the file count from its folder")
  func precedence() throws {
    let good = Overrides(tlsCertificate: Files.path("good.pem"), tlsKey: Files.path("good.key"))
    #expect(problems(withVendor("tls: {certificate: /absent, key: /absent}\n"), overrides: good).isEmpty)
    let variables = ["BELAY_TLS_CERTIFICATE": Files.path("good.pem"), "BELAY_TLS_KEY": "/absent"]
    #expect(try BelayConfiguration.load(withVendor(""), environment: variables, overrides: Overrides(tlsKey: Files.path("good.key"))).tls != nil)
    #expect(
      headlines(problems(withVendor(""), environment: variables))
        == ["environment: `BELAY_TLS_KEY` names a file that cannot be read: \"/absent\": there is no such file"])
    #expect(
      headlines(problems(withVendor(""), overrides: Overrides(tlsKey: Files.path("good.key"))))
        == ["command line: `--tls-key` has no certificate"])
    #expect(
      headlines(problems(withVendor(""), overrides: Overrides(tlsCertificate: Files.path("good.pem"))))
        == ["command line: `--tls-certificate` has no private key"])
    let file = Files.path("belay.yaml")
    try Data(withVendor("tls: {certificate: good.pem, key: good.key}\n").utf8).write(to: URL(filePath: file))
    #expect(try BelayConfiguration.read(path: file, environment: [:], overrides: Overrides()).tls != nil)
  }

  @Test("the time that a certificate has left")
  func expiry() throws {
    let end = try #require(try BelayConfiguration.load(withVendor("tls: {certificate: \(Files.path("good.pem")), key: \(Files.path("good.key"))}\n")).tls).validUntil
    func said(_ left: Int64) -> String? {
      tlsProblems("good.pem", "good.key", now: end - left).first
        .map { $0.replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "THEN").replacing("belay.yaml:4:16: warning: the certificate ", with: "") }
    }
    #expect(said(14 * 86_400) == nil)
    #expect(said(14 * 86_400 - 1) == "expires on THEN, in 13 days")
    #expect(said(86_400) == "expires on THEN, in 1 day")
    #expect(said(86_399) == "expires on THEN, in less than a day")
    #expect(said(0) == "expired on THEN: clients refuse it")
    #expect(said(301 * 86_400) == "is not valid before THEN: clients refuse it")
  }

  static let warnings: [(yaml: String, warnings: [String])] = [
    ("listen: :8611\n", ["belay listens at 0.0.0.0:8611: whoever reaches it spends the key of `a`"]),
    ("listen: :8611\ntls: {certificate: CERT, key: KEY}\n", ["belay listens at 0.0.0.0:8611: whoever reaches it spends the key of `a`"]),
    ("listen: :8611\ntls: {certificate: CERT, key: KEY, client_ca: CERT}\n", []),
    ("listen: :8611\nclients: CLIENT\n", ["belay listens at 0.0.0.0:8611 without TLS: the keys of `clients` can be read on the way"]),
    ("listen: 10.0.0.7:8611\nclients: CLIENT\n", []),
    ("listen: :8611\nclients: CLIENT\ntls: {certificate: CERT, key: KEY}\n", []),
    (
      "console: :8612\nconsole_token: 0123456789abcdef\ntls: {certificate: CERT, key: KEY}\n",
      ["the console at 0.0.0.0:8612 speaks HTTP beside `tls`: its token and whole conversations can be read on the way"]
    ),
    ("console: :8612\nconsole_token: 0123456789abcdef\ntls: {certificate: CERT, key: KEY, console: no}\n", []),
    ("console: :8612\nconsole_token: 0123456789abcdef\ntls: {certificate: CERT, key: KEY, console: yes}\n", []),
    ("tls: {certificate: CERT, key: KEY}\n", []),
  ]

  @Test("warnings of what can be read or spent off loopback know of TLS", arguments: warnings)
  func offLoopback(_ yaml: String, _ expected: [String]) throws {
    let client = "{ alice: { key_sha256: \(String(repeating: "ab", count: 32)) } }"
    let names = [("CERT", Files.path("good.pem")), ("KEY", Files.path("good.key")), ("CLIENT", client)]
    let text = "vendors: { a: { base_url: https://a.example/v1, api_key: k } }\n" + names.reduce(yaml) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    #expect(try BelayConfiguration.load(text).warnings.map(\.message) == expected)
  }

  @Test("no problem shows a key that stands where its path should")
  func secrets() {
    let key = "-----BEGIN PRIVATE KEY----- MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg"
    let all = "\(problems(withVendor("tls:\n  certificate: \(Files.path("good.pem"))\n  key: '\(key)'\n")))"
    #expect(all.contains("`tls.key` is the text of a PEM file"))
    #expect(!all.contains("MIGH"))
  }
}
