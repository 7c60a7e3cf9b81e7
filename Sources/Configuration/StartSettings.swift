// SPDX-License-Identifier: Apache-2.0

extension BelayConfiguration {
  /// The settings, by their names in the file, that another configuration has otherwise and that are read at the start only. Whoever
  /// changes what is kept must learn that it goes on being kept.
  package func settingsOfTheStart(in other: BelayConfiguration) -> [String] {
    func differs(_ name: String, _ value: (BelayConfiguration) -> some Equatable) -> String? { value(self) == value(other) ? nil : name }
    let settings = [
      differs("listen", \.listen), differs("reuse_port", \.reusesPort), differs("console", \.console), differs("loops", \.loops),
      differs("http2", \.offersHTTP2),
      differs("log", \.log), differs("limits.connections", \.limits.connections), differs("limits.header_timeout", \.limits.headerTimeout),
      differs("limits.header_bytes", \.limits.headerBytes), differs("limits.keep_alive", \.limits.keepAlive),
      differs("limits.drain", \.limits.drain), differs("limits.drain_delay", \.limits.drainDelay),
    ]
    guard let mine = recording, let its = other.recording else {
      return settings.compactMap { $0 } + (recording == nil && other.recording == nil ? [] : ["store"])
    }
    func differs(_ name: String, _ value: (Recording) -> some Equatable) -> String? { value(mine) == value(its) ? nil : name }
    let kept = [
      differs("store.path", \.path),
      // Fewer take no restart.
      its.bodies == .none ? nil : differs("store.bodies", \.bodies),
      differs("store.max_age", \.maxAge), differs("store.max_size", \.maxSize),
      differs("store.redact_headers", \.redactedHeaders), differs("store.redact_paths", \.redactedPaths),
    ]
    return (settings + kept).compactMap { $0 }
  }
}
