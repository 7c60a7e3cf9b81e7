// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import Store

/// Vendors' keys, which no answer may have in its head, and none that is no success in its body.
package struct WireSecrets: Sendable {
  /// Of one byte of a key, at most: `\\\\\\\u002f`, in a string within strings.
  private static let spelling = 12

  package let search: SecretSearch
  /// Bytes that one may take, however it is spelled.
  package let reach: Int

  package init(_ secrets: [String]) {
    search = SecretSearch(secrets, isBounded: false)
    reach = Self.spelling * (secrets.lazy.map(\.utf8.count).max() ?? 0)
  }

  package var isEmpty: Bool { search.isEmpty }
}

/// Takes vendors' keys out of an answer that is no success: some vendors repeat the key that they refuse, and clients have keys of
/// their own. A star for each byte, so that lengths stay. The last bytes of what came may be the beginning of a key, and wait.
package struct SecretMask {
  private enum Content {
    case text
    /// A NUL came: UTF-16 or something packed, in which no key would be found. All is starred.
    case hidden
    /// This goes instead of the body.
    case replaced(ByteBuffer)
  }

  private let secrets: WireSecrets
  private var content = Content.text
  private var held: [UInt8] = []
  /// How many of the bytes that wait belong to a key that began before them.
  private var begun = 0

  /// - Parameter standIn: what goes instead of the body, where that cannot be read.
  package init(_ secrets: WireSecrets, standIn: [UInt8]? = nil) {
    self.secrets = secrets
    if let standIn { content = .replaced(ByteBuffer(bytes: standIn)) }
  }

  package mutating func mask(_ bytes: ByteBuffer) -> ByteBuffer {
    if case .replaced = content { return ByteBuffer() }
    if case .text = content, bytes.readableBytesView.contains(0) { content = .hidden }
    let text = held + bytes.readableBytesView
    if case .hidden = content {
      held = []
      return ByteBuffer(repeating: UInt8(ascii: "*"), count: text.count)
    }
    // Any key that begins before the cut is whole in the text, so the longest there was found.
    return release(text, upTo: max(0, text.count - secrets.reach))
  }

  /// What still waited.
  package mutating func end() -> ByteBuffer {
    if case .replaced(let body) = content {
      content = .replaced(ByteBuffer())
      return body
    }
    return release(held, upTo: held.count)
  }

  private mutating func release(_ text: [UInt8], upTo cut: Int) -> ByteBuffer {
    var out = text
    var end = begun
    for index in 0..<min(begun, cut) { out[index] = UInt8(ascii: "*") }
    for range in secrets.search.ranges(in: text.span) where range.lowerBound < cut {
      for index in range.lowerBound..<min(range.upperBound, cut) { out[index] = UInt8(ascii: "*") }
      end = max(end, range.upperBound)
    }
    begun = max(0, end - cut)
    held = Array(text[cut...])
    out.removeLast(text.count - cut)
    return ByteBuffer(bytes: out)
  }
}
