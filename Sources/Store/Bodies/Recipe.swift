// SPDX-License-Identifier: Apache-2.0

/// The chunks that make up a body, in order, as it lies in a row: runs of consecutive ids, since what is stored together
/// gets numbers in a row. `bytes, (first id - last id of the run before; length of the run)...`.
struct Recipe: Equatable {
  var chunks: [Int64] = []
  /// Length of the body.
  var bytes = 0

  func encoded() -> [UInt8] {
    if bytes == 0 { return [] }
    var out = PackedWriter()
    out.write(UInt64(bytes))
    var last: Int64 = 0
    var position = 0
    while position < chunks.count {
      let first = chunks[position]
      var count = 1
      while position + count < chunks.count, chunks[position + count] == first &+ Int64(count) { count += 1 }
      out.write(signed: first &- last)
      out.write(UInt64(count))
      last = first &+ Int64(count) &- 1
      position += count
    }
    return out.bytes
  }

  init() {}

  /// More than the longest body that is kept has, 1 GiB in chunks of 1 KiB; a damaged number must not take the memory.
  private static let mostChunks: UInt64 = 1 << 22

  /// - Throws: `StoreFailure.corrupt`.
  init(decoding blob: [UInt8]) throws(StoreFailure) {
    guard !blob.isEmpty else { return }
    var packed = PackedReader(blob)
    bytes = Int(clamping: try packed.number())
    var last: Int64 = 0
    while !packed.isAtEnd {
      let first = last &+ (try packed.signed())
      let count = try packed.number()
      // Every chunk has at least one byte.
      let most = min(UInt64(bytes), Self.mostChunks) - UInt64(chunks.count)
      guard count > 0, count <= most else { throw StoreFailure(.corrupt, "a list of chunks") }
      for step in 0..<Int64(count) { chunks.append(first &+ step) }
      last = first &+ Int64(count) &- 1
    }
  }
}
