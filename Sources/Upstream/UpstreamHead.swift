// SPDX-License-Identifier: Apache-2.0

/// The final response head; 1xx heads are never delivered.
package struct UpstreamHead: Sendable {
  package enum Version: Sendable { case http1_0, http1_1, http2 }

  package let status: Int
  package let version: Version
  package let headers: UpstreamHeaders

  package init(status: Int, version: Version, headers: UpstreamHeaders) {
    self.status = status
    self.version = version
    self.headers = headers
  }

  /// Bytes of the body of a request that is not HEAD, where the head tells (RFC 9112, section 6.3).
  var bodyLength: Int? {
    if status == 204 || status == 304 { return 0 }
    guard headers["transfer-encoding"] == nil else { return nil }
    return headers["content-length"].flatMap { Int($0) }
  }
}

/// Response headers as received: order, duplicates and case are the vendor's (HTTP/2 names are lower case). The bytes
/// stay in one buffer and a field is split, and made into strings, only when it is asked for.
package struct UpstreamHeaders: Sendable, Sequence {
  /// Lines `name: value`, each ended by CRLF or LF. Folded lines are joined already. What has no token for a name is no field:
  /// libcurl does not take `Content-Length : 5` for a length, and nobody after it may.
  private let lines: [UInt8]

  package init(lines: [UInt8]) { self.lines = lines }

  package struct Field: Sendable {
    fileprivate let lines: [UInt8]
    fileprivate let nameRange: Range<Int>
    fileprivate let valueRange: Range<Int>

    package var name: String { String(decoding: lines[nameRange], as: UTF8.self) }
    /// Without the white space around it. Bytes that are not UTF-8 become U+FFFD; `valueBytes` has them as they are.
    package var value: String { String(decoding: lines[valueRange], as: UTF8.self) }
    package var valueBytes: ArraySlice<UInt8> { lines[valueRange] }
    /// Compares without regard to ASCII case, and without making a string.
    package func isNamed(_ other: String) -> Bool {
      nameRange.count == other.utf8.count
        && zip(lines[nameRange], other.utf8).allSatisfy {
          UpstreamHeaders.lowercase($0) == UpstreamHeaders.lowercase($1)
        }
    }
  }

  package struct Iterator: IteratorProtocol {
    fileprivate let lines: [UInt8]
    fileprivate var offset = 0

    package mutating func next() -> Field? {
      while offset < lines.count {
        let start = offset
        var end = start
        while end < lines.count, lines[end] != UInt8(ascii: "\n") { end += 1 }
        offset = end + 1
        guard let colon = lines[start..<end].firstIndex(of: UInt8(ascii: ":")), colon > start,
          lines[start..<colon].allSatisfy(HeaderList.isToken)
        else { continue }
        return Field(lines: lines, nameRange: start..<colon, valueRange: trimmed(colon + 1..<end))
      }
      return nil
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
      var (low, high) = (range.lowerBound, range.upperBound)
      while low < high, lines[low] <= 0x20 { low += 1 }
      while low < high, lines[high - 1] <= 0x20 { high -= 1 }
      return low..<high
    }
  }

  package func makeIterator() -> Iterator { Iterator(lines: lines) }

  /// The value of the first field of that name, in any case.
  package subscript(name: String) -> String? { first { $0.isNamed(name) }?.value }

  package var fields: [(String, String)] { map { ($0.name, $0.value) } }

  fileprivate static func lowercase(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
