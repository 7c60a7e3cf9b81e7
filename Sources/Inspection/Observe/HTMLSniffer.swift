// SPDX-License-Identifier: Apache-2.0

/// Whether a body begins as a page of HTML, which is what proxies in front of a vendor answer with (R6C). The first byte that
/// is not white space decides nearly always.
struct HTMLSniffer: Sendable {
  private(set) var isPage = false
  private var isDecided = false
  private var start: [UInt8] = []

  private static let beginnings = ["<!doctype html", "<html", "<head", "<!--"].map { Array($0.utf8) }

  @inline(__always)
  mutating func take(_ bytes: borrowing Span<UInt8>) {
    if !isDecided { look(at: bytes) }
  }

  private mutating func look(at bytes: borrowing Span<UInt8>) {
    for index in bytes.indices where !isDecided {
      if start.isEmpty, bytes[index].isWhiteSpace { continue }
      guard !start.isEmpty || bytes[index] == UInt8(ascii: "<") else {
        isDecided = true
        return
      }
      start.append(bytes[index].asciiLowercased)
      isPage = Self.beginnings.contains { start.elementsEqual($0) }
      isDecided = isPage || !Self.beginnings.contains { $0.starts(with: start) }
    }
  }
}
