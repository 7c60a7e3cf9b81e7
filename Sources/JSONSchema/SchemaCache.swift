// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Compiled schemas by their text, shared by all threads and bounded. Requests repeat their tools' schemas byte for byte, so a
/// gateway compiles each once. A schema that does not compile is remembered as such.
public final class SchemaCache: Sendable {
  /// What the cache has done so far.
  public struct Figures: Sendable, Equatable {
    public var hits = 0
    public var misses = 0
    public var evictions = 0
    /// Schemas held now, and about the bytes of memory they take.
    public var count = 0
    public var bytes = 0
  }

  fileprivate struct Entry {
    var text: [UInt8]
    var result: Result<Schema, SchemaError>
    /// What it is charged: its text, and what was compiled of it or is wrong with it.
    var bytes: Int
    /// Whether it was used since the hand passed.
    var isRecent = true

    init(text: [UInt8], result: Result<Schema, SchemaError>) {
      self.text = text
      self.result = result
      bytes = text.count
      switch result {
      case .success(let schema): bytes += schema.footprint
      case .failure(let error): bytes += error.footprint
      }
    }
  }

  fileprivate struct State {
    var figures = Figures()
    /// Entries by the hash of their text; a second text with the same hash takes the place of the first.
    var slots: [UInt64: Int] = [:]
    var entries: [Entry] = []
    /// The hash of each entry's text.
    var keys: [UInt64] = []
    /// Where the search for an entry to give up goes on (the clock algorithm).
    var hand = 0
  }

  private let options: SchemaOptions
  private let capacity: Int
  private let byteCapacity: Int
  private let state = Mutex(State())

  /// Holds at most `capacity` schemas that take `bytes` bytes of memory, all compiled with the same options.
  public init(capacity: Int = 1_024, bytes: Int = 32 << 20, options: SchemaOptions = SchemaOptions()) {
    self.capacity = max(capacity, 1)
    self.byteCapacity = bytes
    self.options = options
  }

  public var figures: Figures { state.withLock { $0.figures } }

  /// The schema of a text. Compiles outside of the lock, so that a large schema holds nobody up.
  public func schema(_ text: [UInt8]) throws(SchemaError) -> Schema {
    let key = SchemaCache.hash(text)
    if let known = state.withLock({ $0.find(key, text) }) { return try known.get() }
    let result: Result<Schema, SchemaError>
    do { result = .success(try Schema(text, options: options)) } catch { result = .failure(error) }
    state.withLock { $0.insert(key, Entry(text: text, result: result), capacity, byteCapacity) }
    return try result.get()
  }

  /// Over all bytes; texts are compared as well, so a collision costs time only.
  private static func hash(_ text: [UInt8]) -> UInt64 {
    var hasher = Hasher()
    unsafe text.withUnsafeBytes { buffer in unsafe hasher.combine(bytes: buffer) }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}

extension SchemaCache.State {
  fileprivate mutating func find(_ key: UInt64, _ text: [UInt8]) -> Result<Schema, SchemaError>? {
    guard let index = slots[key], entries[index].text == text else {
      figures.misses += 1
      return nil
    }
    figures.hits += 1
    entries[index].isRecent = true
    return entries[index].result
  }

  fileprivate mutating func insert(_ key: UInt64, _ entry: SchemaCache.Entry, _ capacity: Int, _ byteCapacity: Int) {
    guard entry.bytes <= byteCapacity else { return }
    if let index = slots[key] { remove(index) }
    while entries.count >= capacity || figures.bytes + entry.bytes > byteCapacity { evict() }
    slots[key] = entries.count
    entries.append(entry)
    keys.append(key)
    figures.bytes += entry.bytes
    figures.count = entries.count
  }

  private mutating func evict() {
    while true {
      if hand >= entries.count { hand = 0 }
      if !entries[hand].isRecent { break }
      entries[hand].isRecent = false
      hand += 1
    }
    figures.evictions += 1
    remove(hand)
  }

  /// The last entry takes the place of the one that goes.
  private mutating func remove(_ index: Int) {
    figures.bytes -= entries[index].bytes
    slots[keys[index]] = nil
    entries.swapAt(index, entries.count - 1)
    keys.swapAt(index, keys.count - 1)
    entries.removeLast()
    keys.removeLast()
    if index < entries.count { slots[keys[index]] = index }
    figures.count = entries.count
  }
}
