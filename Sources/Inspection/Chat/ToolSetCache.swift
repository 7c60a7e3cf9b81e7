// SPDX-License-Identifier: Apache-2.0
import JSON

/// The tools of recent requests, known again by their bytes: an agent sends the same declarations with every turn, and all of
/// its requests share one ``ToolSet``, with its compiled schemas and what was found in them.
///
/// One for each event loop, used from its thread only. Holds at most `capacity` sets and `bytes` bytes of declarations; the one
/// that was used longest ago goes first.
package struct ToolSetCache {
  fileprivate struct Entry {
    /// The raw JSON of each list of tools, and which message it stands in (-1: at the top).
    var lists: ByteStrings
    var messages: [Int]
    var tools: ToolSet
  }

  private let schemas: SchemaCaches
  private let capacity: Int
  private let byteCapacity: Int
  /// Bytes of compiled schemas.
  private let footprintCapacity = 32 << 20
  /// The one used last comes last.
  private var entries: [Entry] = []
  private var byteCount = 0

  package init(schemas: SchemaCaches, capacity: Int = 64, bytes: Int = 4 << 20) {
    self.schemas = schemas
    self.capacity = max(capacity, 1)
    byteCapacity = bytes
  }

  /// How many sets are held.
  package var count: Int { entries.count }

  /// The tools that a request declares.
  package mutating func tools(of request: ChatRequest, in bytes: borrowing Span<UInt8>) -> ToolSet {
    if request.tools.isEmpty { return .none }
    if let place = entries.lastIndex(where: { isSame($0, request, bytes) }) {
      if place < entries.count &- 1 { entries.append(entries.remove(at: place)) }
      return entries[entries.count &- 1].tools
    }
    let entry = Entry(request, bytes, schemas)
    insert(entry)
    return entry.tools
  }

  private func isSame(_ entry: Entry, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> Bool {
    var list = 0
    if let top = request.toolList {
      guard entry.holds(request.index.range(top), of: -1, at: list, bytes) else { return false }
      list = 1
    }
    for message in request.messagesWithTools where request.messages[message].role == .system {
      guard let own = request.messages[message].toolList,
        entry.holds(request.index.range(own), of: message, at: list, bytes)
      else { return false }
      list &+= 1
    }
    return list == entry.lists.count
  }

  private mutating func insert(_ entry: Entry) {
    let size = entry.lists.bytes.count
    guard size <= byteCapacity else { return }
    while let oldest = entries.first, entries.count >= capacity || byteCount + size > byteCapacity {
      byteCount -= oldest.lists.bytes.count
      entries.removeFirst()
    }
    byteCount += size
    entries.append(entry)
    // Schemas are compiled once a set is here, and may take far more than their text.
    var footprint = entries.reduce(0) { $0 + $1.tools.footprint }
    while footprint > footprintCapacity, entries.count > 1 {
      footprint -= entries[0].tools.footprint
      byteCount -= entries[0].lists.bytes.count
      entries.removeFirst()
    }
  }
}

extension ToolSetCache.Entry {
  fileprivate init(_ request: ChatRequest, _ bytes: borrowing Span<UInt8>, _ schemas: SchemaCaches) {
    lists = ByteStrings()
    messages = []
    tools = request.toolSet(in: bytes, caches: schemas)
    if let top = request.toolList {
      lists.append(bytes.extracting(request.index.range(top)))
      messages.append(-1)
    }
    for message in request.messagesWithTools where request.messages[message].role == .system {
      guard let own = request.messages[message].toolList else { continue }
      lists.append(bytes.extracting(request.index.range(own)))
      messages.append(message)
    }
  }

  /// Whether list number `list` is that of `message`, with the same bytes as `range` of the request.
  @inline(__always)
  fileprivate func holds(_ range: Range<Int>, of message: Int, at list: Int, _ bytes: borrowing Span<UInt8>) -> Bool {
    guard list < lists.count, messages[list] == message else { return false }
    let own = lists.range(list)
    return own.count == range.count && lists.bytes.span.extracting(own).isEqual(to: bytes.extracting(range))
  }
}
