// SPDX-License-Identifier: Apache-2.0

/// What an id looks like that is given to a call. Never random: the same answer to the same request gets the same ids.
package enum ResponseIDs: Equatable, Sendable {
  /// The vendor's own ids stay. A call that has none, or that of another call, gets a canonical one.
  case vendor
  /// `functions.{name}:{n}` for all calls, counting from `firstIndex`: how many calls the conversation has already.
  case canonical(firstIndex: Int)
  /// `^[A-Za-z0-9_-]{1,64}$` for all calls, for clients that take nothing else: `{prefix}{name}_{n}`. The vendor's own id
  /// stays where it is of that form.
  case safe(prefix: [UInt8])
}

/// Gives ids to the calls of one response, one after another.
struct ResponseIDMint {
  private let ids: ResponseIDs
  private let history: ByteStrings
  private var given: Set<[UInt8]> = []
  /// The `n` of the next call.
  private var counter: Int

  init(_ ids: ResponseIDs, history: ByteStrings) {
    self.ids = ids
    self.history = history
    if case .canonical(let firstIndex) = ids { counter = firstIndex } else { counter = history.count }
  }

  /// The id of the next call, which came with `id`; the same for one that may stay.
  mutating func next(id: [UInt8], name: [UInt8]) -> [UInt8] {
    let isFree = !id.span.isBlank && !Self.hasLoneSurrogate(id) && !given.contains(id) && !history.contains(id.span)
    let chosen: [UInt8]
    switch ids {
    case .vendor:
      chosen = isFree ? id : minted { Self.canonical(name, $0) }
    case .canonical:
      // An index that leaves room for the calls before it goes on from them.
      if isFree, let index = CanonicalID.index(of: id.span, name: name.span), index >= counter {
        chosen = id
        counter = index
      } else {
        chosen = minted { Self.canonical(name, $0) }
      }
    case .safe(let prefix):
      chosen = isFree && Self.isSafe(id) ? id : minted { Self.safe(prefix, name, $0) }
    }
    counter += 1
    given.insert(chosen)
    return chosen
  }

  /// The id with the first index from the counter on that makes it unique.
  private mutating func minted(_ id: (Int) -> [UInt8]) -> [UInt8] {
    var candidate = id(counter)
    while given.contains(candidate) || history.contains(candidate.span) {
      counter += 1
      candidate = id(counter)
    }
    return candidate
  }

  private static func canonical(_ name: [UInt8], _ index: Int) -> [UInt8] {
    Array("functions.".utf8) + name + Array(":\(index)".utf8)
  }

  private static func safe(_ prefix: [UInt8], _ name: [UInt8], _ index: Int) -> [UInt8] {
    let suffix = Array("_\(index)".utf8)
    let head = (prefix + name).map { isSafe($0) ? $0 : UInt8(ascii: "_") }
    return Array(head.prefix(64 - suffix.count)) + suffix
  }

  /// In three bytes, as WTF-8 has it. OpenAI's SDK for Python fails when such an id goes back to the vendor.
  private static func hasLoneSurrogate(_ id: [UInt8]) -> Bool {
    zip(id, id.dropFirst()).contains { $0 == 0xED && $1 >= 0xA0 }
  }

  private static func isSafe(_ id: [UInt8]) -> Bool { (1...64).contains(id.count) && id.allSatisfy(isSafe) }

  private static func isSafe(_ byte: UInt8) -> Bool {
    byte.isDigit || byte.asciiLowercased &- 0x61 < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
