// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import Store
import Testing

@Suite("Secrets of the proxy's own")
struct OwnSecretsTests {
  @Test("the console's token and what alarms are sent with are looked for in what is kept")
  func own() throws {
    let path = "/services/T0123456/B0123456/Zq8Wv5Tn2Rk9Lm4Xc7Pb1Jd6"
    let discord = "Lm4Xc7Pb1Jd6_Hf3Gs0Ay12Bn7Vt-Zq8Wv5Tn2Rk9"
    let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"
    let signing = "whsec_c2lnbmluZy1rZXktMDEyMzQ1Njc4OQ=="
    var configuration = BelayConfiguration(vendors: [Vendor(name: "v", baseURL: "http://v.test/v1")])
    configuration.consoleToken = Secret("console-token-0123")
    configuration.alarms.webhooks = [
      Webhook(url: Secret("https://Hooks.test\(path)"), host: "https://hooks.test", secret: Secret(signing)),
      Webhook(url: Secret("https://ops.test:8443/belay"), host: "https://ops.test:8443"),
      Webhook(url: Secret("https://discord.test/api/webhooks/112233/\(discord)/slack"), host: "https://discord.test"),
      Webhook(url: Secret("https://feishu.test/open-apis/bot/v2/hook/\(uuid)"), host: "https://feishu.test"),
      Webhook(url: Secret("https://ops.test/hook/kimi-k2-thinking-alerts"), host: "https://ops.test"),
      Webhook(url: Secret("https://flows.test/webhook?sig=Zq8Wv5Tn2Rk9Lm4Xc7Pb"), host: "https://flows.test"),
    ]
    let redaction = Redaction(secrets: configuration.vendorSecrets)
    let planted = ["console-token-0123", path, signing, String(signing.dropFirst(6)), "https://ops.test:8443/belay"]
    var exchange = StoredExchange(id: "01K9XB0000000000000000000A", startedAt: 0)
    exchange.request = StoredMessage(body: Array("{\"content\":\"\(planted.joined(separator: " "))\"}".utf8))
    let kept = String(decoding: try #require(exchange.redacted(redaction).request).body, as: UTF8.self)
    for secret in planted { #expect(!kept.contains(secret)) }
    // So is the end of one alone, and where the line was cut.
    for said in [discord[...], discord.dropLast(9), uuid[...], uuid.dropLast(8), path.suffix(24), path.suffix(24).dropLast(5), "https://Hooks.test\(path)".dropLast(4), "/webhook?sig=Zq8Wv5Tn2Rk9Lm4Xc7Pb".suffix(20)] {
      exchange.request = StoredMessage(body: Array("it is \(said)".utf8))
      let kept = String(decoding: try #require(exchange.redacted(redaction).request).body, as: UTF8.self)
      #expect(kept.hasSuffix(Redaction.mark), "\(said)")
    }
    // What such addresses begin with is everybody's.
    let common = "kimi-k2-thinking, alerts: see https://ops.test:8443/other and https://hooks.test/services/T0123456/B0123456"
    exchange.request = StoredMessage(body: Array(common.utf8))
    #expect(exchange.redacted(redaction).request?.body == Array(common.utf8))
    // A short path is a word.
    #expect(!configuration.vendorSecrets.contains("/belay"))
    // No vendor knows them: its answers are not searched for them.
    #expect(configuration.wireSecrets.isEmpty)
  }

  @Test("an agent may show the listeners' private key, with any line ends")
  func listenersKey() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-own-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (key, certificate) = (folder.appending(path: "key.pem").path, folder.appending(path: "certificate.pem").path)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test", "-days", "9", "-keyout", key, "-out", certificate]
    process.standardError = nil
    try process.run()
    process.waitUntilExit()
    let pem = try String(contentsOfFile: key, encoding: .utf8)
    let yaml = "vendors:\n  v: { base_url: http://v.test/v1 }\ntls: { certificate: \(certificate), key: \(key) }\n"
    let redaction = Redaction(secrets: try BelayConfiguration.load(yaml).vendorSecrets)
    for ends in ["\\n", "\\r\\n", "\n", " "] {
      var exchange = StoredExchange(id: "01K9XB0000000000000000000A", startedAt: 0)
      exchange.request = StoredMessage(body: Array(pem.replacing("\n", with: ends).utf8))
      let kept = String(decoding: try #require(exchange.redacted(redaction).request).body, as: UTF8.self)
      #expect(pem.split(separator: "\n").filter { $0.utf8.count >= 16 && !$0.hasPrefix("-") }.allSatisfy { !kept.contains($0) } && kept.utf8.count < 600)
    }
  }
}
