// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Keys in an address's query: `?key=...` and its like, in a request's path or in a header such as `Referer`.
enum QueryKeys {
  /// The keys as they stand there, and decoded; of more than ``Redaction/mostSecrets`` some.
  static func values(in address: String) -> [String] {
    var values: [String] = []
    var end = address.startIndex
    for range in ranges(in: address) {
      let key = address[range]
      // Who reads on to the `&` has read the first key so, and this as a part of it.
      let isWithin = range.lowerBound < end
      end = range.upperBound
      if !isWithin { add(key, to: &values) }
      // Whether these end a parameter is the reader's opinion.
      if let end = key.utf8.firstIndex(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "?") }) {
        add(key[..<end], to: &values)
      } else if isWithin {
        add(key, to: &values)
      }
      if values.count > Redaction.mostSecrets { break }
    }
    return values
  }

  private static func add(_ key: Substring, to values: inout [String]) {
    guard key.utf8.count >= SecretSearch.shortest else { return }
    values.append(String(key))
    if key.utf8.contains(UInt8(ascii: "%")), let decoded = String(key).removingPercentEncoding { values.append(decoded) }
    // As forms write a blank, which a key may have, or a plus.
    if key.utf8.contains(UInt8(ascii: "+")), let decoded = key.replacing("+", with: " ").removingPercentEncoding { values.append(decoded) }
  }

  static func removed(from path: String) -> String {
    var kept = ""
    var start = path.startIndex
    for range in ranges(in: path) where range.lowerBound >= start {
      kept += path[start..<range.lowerBound] + Redaction.mark
      start = range.upperBound
    }
    return start == path.startIndex ? path : kept + path[start...]
  }

  /// Where keys stand, each up to the next `&`. Empty, and for nothing, where there is no query.
  private static func ranges(in address: String) -> [Range<String.Index>] {
    let bytes = address.utf8
    guard var start = questionMark(in: address) else { return [] }
    let end = bytes.endIndex
    var ranges: [Range<String.Index>] = []
    var ampersand = start
    // At what stands before a parameter. An address may be another's parameter, with a query of its own.
    while start < end {
      let name = bytes.index(after: start)
      start = bytes[name..<end].firstIndex { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "?") } ?? end
      guard let equals = bytes[name..<start].firstIndex(of: UInt8(ascii: "=")), isKey(String(address[name..<equals])) else { continue }
      let value = bytes.index(after: equals)
      if ampersand < value { ampersand = bytes[value..<end].firstIndex(of: UInt8(ascii: "&")) ?? end }
      ranges.append(value..<ampersand)
    }
    return ranges
  }

  /// Where the first one ends. Also an encoded one: some servers decode before they split.
  private static func questionMark(in address: String) -> String.Index? {
    let bytes = address.utf8
    let plain = bytes.firstIndex(of: UInt8(ascii: "?"))
    guard var percent = bytes[..<(plain ?? bytes.endIndex)].firstIndex(of: UInt8(ascii: "%")) else { return plain }
    repeat {
      let code = bytes[percent...].prefix(3)
      if code.elementsEqual("%3F".utf8) || code.elementsEqual("%3f".utf8) { return code.indices.last }
      guard let next = bytes[bytes.index(after: percent)...].firstIndex(of: UInt8(ascii: "%")) else { return plain }
      percent = next
    } while plain.map { percent < $0 } ?? true
    return plain
  }

  private static func isKey(_ name: String) -> Bool {
    let name = name.utf8.contains(UInt8(ascii: "%")) ? name.removingPercentEncoding ?? name : name
    // `sig` is Azure's (learn.microsoft.com/rest/api/storageservices/create-service-sas). Whoever has a session's id in an address has
    // the session; in a header it says which conversation it is.
    return Redaction.isCredential(name) || name == "sig" || ["session_id", "session-id"].contains(name.lowercased())
  }
}
