// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Plaintext that waits to be encrypted, and who waits until it is written.
struct Plaintext {
  private(set) var bytes = ByteBuffer()
  private(set) var promise: EventLoopPromise<Void>?

  var count: Int { bytes.readableBytes }

  /// One write copies nothing; several become one.
  mutating func append(_ more: ByteBuffer, _ promise: EventLoopPromise<Void>?) {
    if count == 0 { bytes = more } else { bytes.writeImmutableBuffer(more) }
    guard let promise else { return }
    if let own = self.promise { own.futureResult.cascade(to: promise) } else { self.promise = promise }
  }

  /// The first `length` bytes, which there are, without copying them.
  mutating func take(_ length: Int) -> ByteBuffer { bytes.readSlice(length: length) ?? ByteBuffer() }

  /// All of it; nothing is left.
  mutating func takeAll() -> Plaintext {
    defer { self = Plaintext() }
    return self
  }
}
