// SPDX-License-Identifier: Apache-2.0

/// Writes values one after the other: numbers as LEB128, texts and blobs with their length in front.
struct PackedWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: value))
  }

  /// Zigzag: small numbers of either sign are short.
  mutating func write(signed value: Int64) { write(UInt64(bitPattern: value << 1 ^ value >> 63)) }
  mutating func write(_ value: Int) { write(signed: Int64(value)) }

  /// nil is one byte.
  mutating func write(optional value: Int64?) {
    guard let value else { return write(0) }
    write(1)
    write(signed: value)
  }

  mutating func write(optional value: Int?) { write(optional: value.map { Int64($0) }) }
  mutating func write(optional value: Bool?) { write(value.map { $0 ? 2 : 1 } ?? 0 as UInt64) }

  mutating func write(_ text: String) {
    write(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ blob: [UInt8]) {
    write(UInt64(blob.count))
    bytes += blob
  }
}

/// Reads what ``PackedWriter`` wrote, in the same order.
struct PackedReader {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func number() throws(StoreFailure) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < bytes.count, shift < 64 {
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw StoreFailure(.corrupt, "packed values that end early")
  }

  mutating func signed() throws(StoreFailure) -> Int64 {
    let value = try number()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func int() throws(StoreFailure) -> Int { Int(try signed()) }
  mutating func optional() throws(StoreFailure) -> Int64? { try number() == 0 ? nil : try signed() }
  mutating func optionalInt() throws(StoreFailure) -> Int? { try optional().map { Int($0) } }

  mutating func optionalBool() throws(StoreFailure) -> Bool? {
    let value = try number()
    return value == 0 ? nil : value == 2
  }

  mutating func text() throws(StoreFailure) -> String { String(decoding: try slice(), as: UTF8.self) }
  mutating func blob() throws(StoreFailure) -> [UInt8] { Array(try slice()) }

  /// How many elements follow, each of which takes at least a byte: a damaged number must not take the memory.
  mutating func count() throws(StoreFailure) -> Int {
    let count = try number()
    guard count <= UInt64(bytes.count - offset) else { throw StoreFailure(.corrupt, "packed values that end early") }
    return Int(count)
  }

  private mutating func slice() throws(StoreFailure) -> ArraySlice<UInt8> {
    let count = try count()
    defer { offset += count }
    return bytes[offset..<offset + count]
  }
}
