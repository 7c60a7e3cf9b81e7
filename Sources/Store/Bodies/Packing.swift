// SPDX-License-Identifier: Apache-2.0
import CZstd

/// How a chunk's bytes lie in the file: a tag, then the bytes, compressed where that makes them shorter.
///
/// Zstandard rather than zlib: at the same ratio it packs several times as quickly, and the writer shares two cores with the
/// proxy. Level 1, because what repeats is found by the chunks already.
enum PackedTag {
  static let plain: UInt8 = 0
  static let zstd: UInt8 = 1
  /// Beside either: the chunk's words are indexed.
  static let searchable: UInt8 = 0x80

  static func isSearchable(_ tag: UInt8) -> Bool { tag & searchable != 0 }
}

/// One compression context, used again. It belongs to the writer's thread.
@safe final class Packer {
  private let context: OpaquePointer
  private var room: [UInt8] = []

  init() throws(StoreFailure) {
    guard let context = unsafe ZSTD_createCCtx() else { throw StoreFailure(.other, "no memory to compress") }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  func pack(_ bytes: borrowing Span<UInt8>, searchable: Bool) -> [UInt8] {
    let flag = searchable ? PackedTag.searchable : 0
    let bound = ZSTD_compressBound(bytes.count)
    if room.count < bound + 1 { room = [UInt8](repeating: 0, count: bound + 1) }
    let written = unsafe room.withUnsafeMutableBufferPointer { out in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe ZSTD_compressCCtx(context, out.baseAddress.map { unsafe $0 + 1 }, out.count - 1, input.baseAddress, input.count, 1)
      }
    }
    if ZSTD_isError(written) == 0, written < bytes.count {
      room[0] = PackedTag.zstd | flag
      return Array(room[0...written])
    }
    var plain = [PackedTag.plain | flag]
    plain.reserveCapacity(bytes.count + 1)
    for index in bytes.indices { plain.append(bytes[index]) }
    return plain
  }
}

enum Unpacker {
  /// Appends the chunk's bytes.
  ///
  /// - Throws: `StoreFailure.corrupt`.
  static func unpack(_ packed: [UInt8], limit: Int = BodyCut.largest, into out: inout [UInt8]) throws(StoreFailure) {
    guard let tag = packed.first else { throw StoreFailure(.corrupt, "an empty chunk") }
    switch tag & ~PackedTag.searchable {
    case PackedTag.plain:
      out += packed.dropFirst()
    case PackedTag.zstd:
      let size = unsafe packed.withUnsafeBufferPointer { buffer in
        unsafe ZSTD_getFrameContentSize(buffer.baseAddress.map { unsafe $0 + 1 }, buffer.count - 1)
      }
      // No chunk is larger than what BodyCut makes; a damaged size must not take the memory.
      guard size <= UInt64(limit) else { throw StoreFailure(.corrupt, "a chunk of impossible size") }
      let start = out.count
      out.append(contentsOf: repeatElement(0, count: Int(size)))
      let written = unsafe out.withUnsafeMutableBufferPointer { out in
        unsafe packed.withUnsafeBufferPointer { input in
          unsafe ZSTD_decompress(
            out.baseAddress.map { unsafe $0 + start }, Int(size), input.baseAddress.map { unsafe $0 + 1 }, input.count - 1)
        }
      }
      guard ZSTD_isError(written) == 0, written == Int(size) else { throw StoreFailure(.corrupt, "a chunk that does not unpack") }
    default:
      throw StoreFailure(.corrupt, "a chunk of unknown kind \(tag)")
    }
  }
}
