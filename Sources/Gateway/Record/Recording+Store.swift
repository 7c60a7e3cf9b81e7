// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Store

extension StoreWriter {
  /// The writer that a configuration asks for; nil where nothing is kept.
  ///
  /// - Throws: `JSONPathError` for a path of `redact_paths` that is none.
  package static func of(_ configuration: BelayConfiguration) throws -> StoreWriter? {
    guard let recording = configuration.recording else { return nil }
    var options = StoreOptions(path: recording.path)
    options.bodies = BodyKeeping(rawValue: recording.bodies.rawValue) ?? .all
    options.retention.milliseconds = Int64(clamping: recording.maxAge.wholeNanoseconds / 1_000_000)
    options.retention.bytes = Int64(recording.maxSize)
    options.redaction = Redaction(
      headers: recording.redactedHeaders, paths: try recording.redactedPaths.map { try JSONPath($0) },
      secrets: configuration.vendorSecrets)
    return StoreWriter(options)
  }
}

extension BelayConfiguration {
  /// What must be in no record, wherever it stands: of vendors' keys, of headers that go to every request, and of this proxy's own.
  package var vendorSecrets: [String] {
    ownSecrets + vendors.flatMap { vendor in
      (vendor.apiKey.map { Redaction.secrets(inHeader: "Authorization", $0.revealed) } ?? [])
        + vendor.headers.flatMap { header in
          let (name, value) = (header.name, header.value.revealed)
          return Self.ordinary.contains(name.lowercased()) ? Redaction.wireSecrets(inHeader: name, value) : Redaction.secrets(inHeader: name, value)
        }
    }
  }

  /// The console's token, what alarms are sent with, and the listeners' private key: an agent may read the files that have them. Chat services hide their key in a
  /// segment of a webhook's path, or in its query; a short one is a word that may stand anywhere.
  private var ownSecrets: [String] {
    let hooks = alarms.webhooks.flatMap { hook in
      let path = String(hook.url.revealed.dropFirst(hook.host.count))
      let secret = hook.secret.map { [$0.revealed, String($0.revealed.trimmingPrefix("whsec_"))] } ?? []
      let segments = path.prefix { $0 != "?" }.split { $0 == "/" || $0 == ":" }.filter(Self.isKey).map(String.init)
      return [hook.url.revealed] + (path.utf8.count >= 16 ? [path] : []) + segments + Redaction().secrets(headers: [], target: path) + secret
    }
    return (consoleToken.map { [$0.revealed] } ?? []) + hooks + (tls?.keyLines.map(\.revealed) ?? [])
  }

  /// What nobody would name anything: long, with digits, and in one word, a UUID, or with letters of both cases.
  private static func isKey(_ segment: Substring) -> Bool {
    let bytes = segment.utf8
    guard bytes.count >= 16, bytes.contains(where: { 0x30...0x39 ~= $0 }) else { return false }
    let isOneWord = bytes.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 | 0x20 }
    let isUUID = bytes.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 | 0x20 || $0 == UInt8(ascii: "-") }
    return isOneWord || isUUID || bytes.contains { 0x41...0x5A ~= $0 } && bytes.contains { 0x61...0x7A ~= $0 }
  }

  /// Headers of everybody: without their values a record would lack words that mean nothing.
  private static let ordinary: Set<String> = [
    "accept", "accept-encoding", "accept-language", "content-type", "user-agent", "openai-beta", "anthropic-beta", "anthropic-version",
    "http-referer", "x-title",
  ]

  /// What must be in no answer's head, and in the body of none that is no success: of the headers only those that hold a key.
  package var wireSecrets: [String] {
    vendors.flatMap { vendor in
      (vendor.apiKey.map { Redaction.wireSecrets(inHeader: "Authorization", $0.revealed) } ?? [])
        + vendor.headers.flatMap { Redaction.wireSecrets(inHeader: $0.name, $0.value.revealed) }
    }
  }
}
