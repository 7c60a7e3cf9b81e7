// SPDX-License-Identifier: Apache-2.0
import CZlib

/// Undoes gzip (RFC 1952), piece by piece, also of several members one after the other as `cat` and `pigz` make them.
@safe final class Inflater {
  enum Problem: Error { case damaged, noMemory }

  /// zlib keeps a pointer to it, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether the input may end here: nothing was read since the last member's end.
  private(set) var isComplete = true
  private var input: [UInt8] = []
  /// Up to where it was read.
  private var offset = 0

  private static let chunk = 256 << 10

  /// - Parameter takesZlib: also what is in zlib's own form (RFC 1950), which HTTP calls deflate.
  init(takesZlib: Bool = false) throws(Problem) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for the gzip header in place of zlib's, or 32 for either.
    if unsafe belay_inflate_init(stream, 15 + (takesZlib ? 32 : 16)) != Z_OK { throw .noMemory }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Whether these bytes begin a gzip file.
  static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The next bytes, to be read by `next` to the end before others are appended.
  func append(_ bytes: [UInt8]) {
    input.removeSubrange(..<offset)
    offset = 0
    input += bytes
  }

  /// What the bytes so far make, in pieces of at most 256 KiB, as a thousand times what is appended may come of it; nil when more are
  /// needed.
  func next() throws(Problem) -> [UInt8]? {
    while !isComplete || offset < input.count {
      var status = Z_OK
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
        status = unsafe input.withUnsafeMutableBufferPointer { input in
          unsafe stream.pointee.next_in = input.baseAddress.map { unsafe $0 + offset }
          unsafe stream.pointee.avail_in = UInt32(input.count - offset)
          unsafe stream.pointee.next_out = buffer.baseAddress
          unsafe stream.pointee.avail_out = UInt32(Self.chunk)
          return unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        }
        count = unsafe Self.chunk - Int(stream.pointee.avail_out)
      }
      unsafe offset = input.count - Int(stream.pointee.avail_in)
      isComplete = status == Z_STREAM_END
      switch status {
      case Z_STREAM_END: _ = unsafe inflateReset(stream)
      // Z_BUF_ERROR only says that more input is needed.
      case Z_OK, Z_BUF_ERROR: break
      case Z_MEM_ERROR: throw .noMemory
      default: throw .damaged
      }
      if !piece.isEmpty { return piece }
      if status == Z_BUF_ERROR { return nil }
    }
    return nil
  }
}
