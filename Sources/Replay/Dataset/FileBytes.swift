// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Reads of a file, straight into arrays: Foundation's `read(upToCount:)` keeps what it has read until much later on Linux, so that
/// the memory of a long run would grow with its files.
extension FileHandle {
  /// Up to `count` bytes from where the file is; none at its end.
  func bytes(upTo count: Int) throws -> [UInt8] {
    try bytes(count, offset: nil)
  }

  /// `count` bytes from `offset`, or fewer at the end.
  func bytes(_ count: Int, at offset: Int) throws -> [UInt8] {
    try bytes(count, offset: offset)
  }

  private func bytes(_ capacity: Int, offset: Int?) throws -> [UInt8] {
    while true {
      var result = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        result =
          if let offset { unsafe pread(fileDescriptor, buffer.baseAddress, capacity, off_t(offset)) } else {
            unsafe Glibc.read(fileDescriptor, buffer.baseAddress, capacity)
          }
        count = max(result, 0)
      }
      if result >= 0 { return bytes }
      let code = errno
      if code != EINTR { throw NSError(domain: NSPOSIXErrorDomain, code: Int(code)) }
    }
  }
}
