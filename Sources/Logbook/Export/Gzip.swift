// SPDX-License-Identifier: Apache-2.0

/// Gzip (RFC 1952) with the fixed codes of RFC 1951 §3.2.6: about a third of what JSON and streams of it take, without a library
/// that nothing else here needs.
enum Gzip {
  static func bytes(of data: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    var bits = BitWriter()
    bits.put(0b011, count: 3)
    deflate(data, into: &bits)
    out += bits.finish()
    return out + littleEndian(checksum(data)) + littleEndian(UInt32(truncatingIfNeeded: data.count))
  }

  /// Longest matches from a table of the last place where three bytes stood.
  private static func deflate(_ data: [UInt8], into bits: inout BitWriter) {
    var last = [Int32](repeating: -1, count: 1 << 15)
    func hash(_ at: Int) -> Int { (Int(data[at]) << 10 ^ Int(data[at + 1]) << 5 ^ Int(data[at + 2])) & 0x7FFF }
    var position = 0
    while position < data.count {
      var length = 0
      var distance = 0
      if position + 2 < data.count {
        let slot = hash(position)
        let place = Int(last[slot])
        last[slot] = Int32(truncatingIfNeeded: position)
        if place >= 0, position - place <= 32_768 {
          distance = position - place
          while length < 258, position + length < data.count, data[place + length] == data[position + length] { length += 1 }
        }
      }
      if length < 3 {
        bits.put(literal: Int(data[position]))
        position += 1
        continue
      }
      bits.put(length: length, distance: distance)
      for step in 1..<length where position + step + 2 < data.count {
        last[hash(position + step)] = Int32(truncatingIfNeeded: position + step)
      }
      position += length
    }
    bits.put(literal: 256)
  }

  private static func checksum(_ data: [UInt8]) -> UInt32 {
    var value = UInt32.max
    for byte in data { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
    return ~value
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }
}

/// Bits from the least significant on; Huffman codes with their first bit first.
private struct BitWriter {
  private var bytes: [UInt8] = []
  private var pending: UInt32 = 0
  private var count = 0

  private static let lengths: [(base: Int, extra: Int)] = steps([3, 4, 5, 6, 7, 8, 9, 10], from: 11, perStep: 4, last: 5) + [(258, 0)]
  private static let distances: [(base: Int, extra: Int)] = steps([1, 2, 3, 4], from: 5, perStep: 2, last: 13)

  /// Codes without extra bits, then `perStep` codes with one bit more each time.
  private static func steps(_ plain: [Int], from: Int, perStep: Int, last: Int) -> [(base: Int, extra: Int)] {
    var codes = plain.map { (base: $0, extra: 0) }
    var base = from
    for extra in 1...last {
      for _ in 0..<perStep {
        codes.append((base, extra))
        base += 1 << extra
      }
    }
    return codes
  }

  mutating func put(_ value: Int, count width: Int) {
    pending |= UInt32(truncatingIfNeeded: value) << UInt32(count)
    count += width
    while count >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      count -= 8
    }
  }

  mutating func put(literal: Int) {
    switch literal {
    case ..<144: put(code: 0x30 + literal, count: 8)
    case ..<256: put(code: 0x190 + literal - 144, count: 9)
    case ..<280: put(code: literal - 256, count: 7)
    default: put(code: 0xC0 + literal - 280, count: 8)
    }
  }

  mutating func put(length: Int, distance: Int) {
    let code = Self.lengths.lastIndex { $0.base <= length } ?? 0
    put(literal: 257 + code)
    put(length - Self.lengths[code].base, count: Self.lengths[code].extra)
    let far = Self.distances.lastIndex { $0.base <= distance } ?? 0
    put(code: far, count: 5)
    put(distance - Self.distances[far].base, count: Self.distances[far].extra)
  }

  private mutating func put(code: Int, count width: Int) {
    for bit in stride(from: width - 1, through: 0, by: -1) { put(code >> bit & 1, count: 1) }
  }

  mutating func finish() -> [UInt8] {
    if count > 0 { put(0, count: 8 - count) }
    return bytes
  }
}
