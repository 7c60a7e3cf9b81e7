// SPDX-License-Identifier: Apache-2.0

extension Limits {
  /// The defaults, with what the section says in their place. The bounds keep out what can only be a slip.
  init(reading section: YAMLMap) {
    self.init()
    var section = section
    let time = Duration.parser(within: .milliseconds(1)...(.seconds(24 * 3600)))
    func set<Value>(_ keep: inout Value, _ key: String, _ parse: (String) throws(Complaint) -> Value) {
      if let value = section.parsed(key, parse)?.value { keep = value }
    }
    set(&requestBytes, "request_bytes", ByteSize.parser(within: 1 << 10...1 << 30))
    set(&bufferedBytes, "buffered_bytes", ByteSize.parser(within: 1 << 10...1 << 40))
    set(&headerBytes, "header_bytes", ByteSize.parser(within: 1 << 10...16 << 20))
    set(&headerTimeout, "header_timeout", time)
    connections = section.parsed("connections", Words.integer(within: 1...1 << 20))?.value
    set(&keepAlive, "keep_alive", time)
    set(&connect, "connect", time)
    set(&firstByte, "first_byte", time)
    set(&idle, "idle", time)
    set(&drain, "drain", Duration.parser(within: .zero...(.seconds(24 * 3600))))
    set(&drainDelay, "drain_delay", Duration.parser(within: .zero...(.seconds(3600))))
    section.finish()
  }
}
