// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The address of a chunk: the first 128 bits of its SHA-256.
///
/// Cryptographic, because clients choose what is stored: with a quicker hash one client could make two bodies that share an
/// address, and every hit would have to be unpacked and compared. To find such a pair here takes 2^64 hashes, and would
/// confuse only the finder's own two bodies. With the SHA instructions a gigabyte takes under a second.
struct Digest: Hashable {
  /// Whether the chunk's words are indexed is part of its address: its lowest bit.
  var low: UInt64
  var high: UInt64

  var isSearchable: Bool { low & 1 == 1 }

  var bytes: [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? low : high) >> (8 * UInt64($0 & 7))) }
  }
}

/// One hashing context, used again for every chunk. It belongs to the writer's thread.
@safe final class Digester {
  private let context: OpaquePointer
  private let algorithm: OpaquePointer

  /// - Throws: where libcrypto has no SHA-256 or no memory.
  init() throws(StoreFailure) {
    guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
      throw StoreFailure(.other, "libcrypto has no SHA-256")
    }
    guard let context = unsafe EVP_MD_CTX_new() else {
      unsafe EVP_MD_free(algorithm)
      throw StoreFailure(.other, "no memory to hash")
    }
    unsafe self.context = context
    unsafe self.algorithm = algorithm
  }

  deinit {
    unsafe EVP_MD_CTX_free(context)
    unsafe EVP_MD_free(algorithm)
  }

  /// nil when libcrypto fails.
  func digest(_ bytes: borrowing Span<UInt8>, isSearchable: Bool) -> Digest? {
    var out = InlineArray<32, UInt8>(repeating: 0)
    var span = out.mutableSpan
    let isDone = unsafe span.withUnsafeMutableBufferPointer { out in
      unsafe bytes.withUnsafeBufferPointer { input in
        unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1
          && EVP_DigestUpdate(context, input.baseAddress, input.count) == 1
          && EVP_DigestFinal_ex(context, out.baseAddress, nil) == 1
      }
    }
    guard isDone else { return nil }
    var low: UInt64 = 0
    var high: UInt64 = 0
    for index in 0..<8 {
      low |= UInt64(out[index]) << (8 * UInt64(index))
      high |= UInt64(out[index + 8]) << (8 * UInt64(index))
    }
    return Digest(low: isSearchable ? low | 1 : low & ~1, high: high)
  }
}
