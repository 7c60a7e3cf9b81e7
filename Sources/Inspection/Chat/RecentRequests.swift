// SPDX-License-Identifier: Apache-2.0
import JSON

/// Requests of late, known again by their bytes: an agent sends its whole conversation with every turn, and what is read of it is
/// what is new. A request begins as the one before it and ends with the same tools, so both ends are only compared.
///
/// One for each event loop, used from its thread only. The one that was used longest ago goes first when they take more than
/// `capacity` bytes.
package struct RecentRequests {
  /// A request and the bytes it was read from.
  package struct Entry {
    package fileprivate(set) var request = ChatRequest()
    fileprivate var body: [UInt8] = []
    /// By what a next turn is known, most telling first.
    fileprivate var marks = InlineArray<8, Mark>(repeating: Mark())
    fileprivate var markCount = 0

    /// Eight bytes of the body, and where.
    fileprivate struct Mark {
      var offset = 0
      var word: UInt64 = 0
    }
  }

  /// Any number of conversations; a look at each takes a nanosecond or two.
  private static let limit = 128

  private let capacity: Int
  /// The one used last comes last.
  private var entries: [Entry] = []
  /// What the entries take, in bytes.
  package private(set) var size = 0

  package init(capacity: Int) {
    self.capacity = capacity
  }

  /// How many requests are held.
  package var count: Int { entries.count }

  /// Takes out the request that `body` is likely to continue; an empty one if there is none. Give it back when it has been read.
  package mutating func take(for body: borrowing Span<UInt8>) -> Entry {
    // Of several, the one that has come farthest.
    var best: Int?
    for place in entries.indices.reversed() where entries[place].isMarked(body) {
      if best.map({ entries[place].marks[0].offset > entries[$0].marks[0].offset }) ?? true { best = place }
    }
    guard let best else {
      let isFull = entries.count >= Self.limit || size + size / max(entries.count, 1) > capacity
      return isFull && !entries.isEmpty ? removeOldest() : Entry()
    }
    let entry = entries.remove(at: best)
    size -= entry.size
    return entry
  }

  package mutating func giveBack(_ entry: consuming Entry) {
    let added = entry.size
    // What nothing can be known by, such as a body that was none, must not push others out.
    guard entry.markCount > 0, added <= capacity else { return }
    while entries.count >= Self.limit || size + added > capacity { _ = removeOldest() }
    entries.append(entry)
    size += added
  }

  private mutating func removeOldest() -> Entry {
    let entry = entries.removeFirst()
    size -= entry.size
    return entry
  }
}

extension RecentRequests.Entry {
  /// Reads a body. When it throws, the request is empty.
  package mutating func read(_ bytes: borrowing Span<UInt8>) throws(ChatRequestError) {
    markCount = 0
    var body: [UInt8] = []
    swap(&body, &self.body)
    let same = try request.read(bytes, after: body.span)
    body.removeLast(body.count &- same)
    body.append(bytes.extracting(same...))
    swap(&body, &self.body)
    mark(bytes)
  }

  /// Marks a message after three quarters of the conversation, as clients change the last ones before they send them again, or
  /// take some back; and the first of a user, which is seldom that of another conversation.
  private mutating func mark(_ bytes: borrowing Span<UInt8>) {
    guard !request.messages.isEmpty else { return }
    mark(request.messages[max(0, request.messages.count * 3 / 4 - 1)], bytes)
    if let first = request.messages.first(where: { $0.role == .user }) { mark(first, bytes) }
  }

  private mutating func mark(_ message: ChatRequest.Message, _ bytes: borrowing Span<UInt8>) {
    var range = message.content.map { request.index.range($0) } ?? 0..<0
    if range.count < 32 { range = request.index.range(message.node) }
    guard range.count >= 32 else { return }
    mark(range.upperBound &- 8, bytes)
    mark(range.lowerBound &+ range.count / 2, bytes)
    mark(range.lowerBound &+ 9, bytes)
    mark(range.lowerBound &+ 1, bytes)
  }

  private mutating func mark(_ offset: Int, _ bytes: borrowing Span<UInt8>) {
    marks[markCount] = Mark(offset: offset, word: bytes.word(at: offset))
    markCount &+= 1
  }

  @inline(__always)
  fileprivate func isMarked(_ bytes: borrowing Span<UInt8>) -> Bool {
    for place in 0..<markCount {
      guard marks[place].offset &+ 8 <= bytes.count, bytes.word(at: marks[place].offset) == marks[place].word else { return false }
    }
    return markCount > 0
  }

  /// About what it takes, in bytes.
  fileprivate var size: Int { body.capacity + request.memory + MemoryLayout<Self>.stride }
}
