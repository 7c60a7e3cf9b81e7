// SPDX-License-Identifier: Apache-2.0

/// The chunks used last: tens of thousands, in two generations, of which the older goes when the younger is full.
struct ChunkCache {
  struct Entry {
    var id: Int64
    var used: Int64
  }

  private static let generation = 1 << 15
  private var young: [Digest: Entry] = [:]
  private var old: [Digest: Entry] = [:]

  subscript(digest: Digest) -> Entry? {
    get { young[digest] ?? old[digest] }
    set {
      if young.count >= Self.generation {
        old = young
        young.removeAll(keepingCapacity: true)
      }
      young[digest] = newValue
    }
  }
}
