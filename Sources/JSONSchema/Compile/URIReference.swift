// SPDX-License-Identifier: Apache-2.0

/// A URI reference (RFC 3986) in parts, to resolve `$id` and `$ref`. As bytes: strings are slow with what is no ASCII, and compare by
/// canonical equivalence.
struct URIReference: Equatable {
  var scheme: ArraySlice<UInt8>?
  var authority: ArraySlice<UInt8>?
  var path: ArraySlice<UInt8> = []
  var query: ArraySlice<UInt8>?
  var fragment: ArraySlice<UInt8>?

  private static let slash = UInt8(ascii: "/")
  private static let dot = UInt8(ascii: ".")

  /// Splits as in appendix B; never fails.
  init(_ text: [UInt8]) {
    var rest = text[...]
    if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
      fragment = rest[(hash + 1)...]
      rest = rest[..<hash]
    }
    if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      query = rest[(mark + 1)...]
      rest = rest[..<mark]
    }
    if let colon = rest.firstIndex(of: UInt8(ascii: ":")), colon > rest.startIndex, !rest[..<colon].contains(Self.slash) {
      scheme = rest[..<colon]
      rest = rest[(colon + 1)...]
    }
    if rest.starts(with: [Self.slash, Self.slash]) {
      let start = rest.startIndex + 2
      let end = rest[start...].firstIndex(of: Self.slash) ?? rest.endIndex
      authority = rest[start..<end]
      rest = rest[end...]
    }
    path = rest
  }

  /// Bytes of it, but for the fragment.
  var length: Int { (scheme?.count ?? 0) + (authority?.count ?? 0) + path.count + (query?.count ?? 0) }

  /// Section 5.2.2.
  func resolved(against base: URIReference) -> URIReference {
    var result = self
    if scheme == nil {
      result.scheme = base.scheme
      if authority == nil {
        result.authority = base.authority
        if path.isEmpty {
          result.path = base.path
          result.query = query ?? base.query
        } else if path.first != Self.slash {
          result.path = URIReference.merge(base, path)
        }
      }
    }
    if !path.isEmpty { result.path = URIReference.withoutDots(result.path) }
    return result
  }

  private static func merge(_ base: URIReference, _ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    if base.authority != nil, base.path.isEmpty { return [slash] + path }
    guard let last = base.path.lastIndex(of: slash) else { return path }
    return base.path[...last] + path
  }

  /// Section 5.2.4.
  private static func withoutDots(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard path.last == dot || zip(path, path.dropFirst()).contains(where: { $0 == dot && $1 == slash }) else { return path }
    var segments: [ArraySlice<UInt8>] = []
    let parts = path.split(separator: slash, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      if part.elementsEqual([dot]) {
        if isLast { segments.append([]) }
      } else if part.elementsEqual([dot, dot]) {
        if segments.count > 1 { segments.removeLast() }
        if isLast { segments.append([]) }
      } else {
        segments.append(part)
      }
    }
    return Array(segments.joined(separator: [slash]))[...]
  }

  /// Without the fragment.
  var address: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(length + 4)
    if let scheme { text += scheme + [UInt8(ascii: ":")] }
    if let authority { text += [Self.slash, Self.slash] + authority }
    text += path
    if let query { text += [UInt8(ascii: "?")] + query }
    return text
  }

  /// The fragment with its percent escapes decoded.
  var decodedFragment: [UInt8] { URIReference.percentDecoded(Array(fragment ?? [])) }

  static func percentDecoded(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var at = 0
    while at < text.count {
      if text[at] == UInt8(ascii: "%"), at + 2 < text.count, let high = hexDigit(text[at + 1]),
        let low = hexDigit(text[at + 2])
      {
        result.append(high << 4 | low)
        at += 3
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return result
  }
}
