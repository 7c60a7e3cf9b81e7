// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// What has been read of a streamed body and is yet to be handed over to the vendor's side. Small pieces are put together: each that
/// is handed over costs a message between two threads.
package struct UploadPieces {
  /// From so many bytes on a piece is handed over at once.
  package static let step = 16 << 10

  private var pending = ByteBuffer()

  package init() {}

  /// - Returns: what is to be handed over now.
  package mutating func add(_ bytes: ByteBuffer) -> ByteBuffer? {
    if pending.readableBytes > 0 {
      pending.writeImmutableBuffer(bytes)
    } else if bytes.readableBytes >= Self.step {
      return bytes
    } else {
      pending = bytes
    }
    return pending.readableBytes >= Self.step ? take() : nil
  }

  /// What is left; nil if that is nothing.
  package mutating func take() -> ByteBuffer? {
    guard pending.readableBytes > 0 else { return nil }
    defer { pending = ByteBuffer() }
    return pending
  }
}
