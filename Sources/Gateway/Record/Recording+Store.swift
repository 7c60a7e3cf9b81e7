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
  /// What must be in no record, wherever it stands.
  var vendorSecrets: [String] {
    vendors.compactMap { $0.apiKey?.revealed }
      + vendors.flatMap(\.headers).flatMap { Redaction.secrets(inHeader: $0.name, $0.value.revealed) }
  }
}
