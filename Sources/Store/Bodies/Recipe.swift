// SPDX-License-Identifier: Apache-2.0

/// The chunks that make up a body, in order, as it lies in a row: runs of consecutive ids, since what is stored together
/// gets numbers in a row. `bytes, (first id - last id of the run before, zigzag; length of the run)...` as LEB128.
struct Recipe: Equatable {
  var chunks: [Int64] = []
  /// Length of the body.
  var bytes = 0

  func encoded() -> [UInt8] {
    if bytes == 0 { return [] }
    var out: [UInt8] = []
    Self.append(UInt64(bytes), to: &out)
    var last: Int64 = 0
    var position = 0
    while position < chunks.count {
      let first = chunks[position]
      var count = 1
      while position + count < chunks.count, chunks[position + count] == first + Int64(count) { count += 1 }
      let difference = first - last
      Self.append(UInt64(bitPattern: difference << 1 ^ difference >> 63), to: &out)
      Self.append(UInt64(count), to: &out)
      last = first + Int64(count) - 1
      position += count
    }
    return out
  }

  init() {}

  /// - Throws: `StoreFailure.corrupt`.
  init(decoding blob: [UInt8]) throws(StoreFailure) {
    guard !blob.isEmpty else { return }
    var offset = 0
    bytes = Int(clamping: try Self.read(blob, &offset))
    var last: Int64 = 0
    while offset < blob.count {
      let zigzag = try Self.read(blob, &offset)
      let count = try Self.read(blob, &offset)
      let first = last &+ (Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1))
      // Every chunk has at least one byte.
      guard count > 0, count <= UInt64(bytes), chunks.count + Int(count) <= bytes else { throw StoreFailure(.corrupt, "a list of chunks") }
      for step in 0..<Int64(count) { chunks.append(first &+ step) }
      last = first &+ Int64(count) - 1
    }
  }

  private static func append(_ value: UInt64, to out: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      out.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    out.append(UInt8(value))
  }

  private static func read(_ blob: [UInt8], _ offset: inout Int) throws(StoreFailure) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < blob.count, shift < 63 {
      let byte = blob[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw StoreFailure(.corrupt, "a list of chunks that ends early")
  }
}
