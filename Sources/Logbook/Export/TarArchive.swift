// SPDX-License-Identifier: Apache-2.0

/// Files in the ustar format (POSIX pax, "ustar Interchange Format"). The same files give the same bytes.
struct TarArchive {
  private var blocks: [UInt8] = []

  /// - Parameters:
  ///   - name: of ASCII, with `/` between folders; at most 100 bytes.
  ///   - seconds: since the epoch.
  mutating func add(_ name: String, _ content: [UInt8], seconds: Int64, isProgram: Bool = false) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int, limit: Int) {
      for (index, byte) in text.utf8.prefix(limit).enumerated() { header[offset + index] = byte }
    }
    func put(_ number: Int64, at offset: Int, digits: Int) {
      let octal = String(max(0, number), radix: 8)
      put(String(repeating: "0", count: max(0, digits - octal.count)) + octal, at: offset, limit: digits)
    }
    put(name, at: 0, limit: 100)
    put(isProgram ? 0o755 : 0o644, at: 100, digits: 7)
    put(0, at: 108, digits: 7)
    put(0, at: 116, digits: 7)
    put(Int64(content.count), at: 124, digits: 11)
    put(seconds, at: 136, digits: 11)
    put("0", at: 156, limit: 1)
    put("ustar\u{0}00", at: 257, limit: 8)
    // The checksum is taken with spaces in its own place.
    for index in 148..<156 { header[index] = 0x20 }
    put(header.reduce(0) { $0 + Int64($1) }, at: 148, digits: 6)
    header[154] = 0
    blocks += header + content
    blocks += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  consuming func finish() -> [UInt8] { blocks + [UInt8](repeating: 0, count: 1024) }
}
