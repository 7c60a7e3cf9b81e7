// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The two streams of a command: what a caller reads goes to standard output, what a person watches to standard error.
enum Output {
  static func line(_ line: String) { text(line + "\n") }

  /// A reader that has gone away is not an error of ours.
  static func text(_ text: String) { bytes(Array(text.utf8)) }

  @Sendable static func bytes(_ bytes: [UInt8]) { _ = write(bytes, to: STDOUT_FILENO) }

  @Sendable static func error(_ text: String) { error(Array(text.utf8)) }

  @Sendable static func error(_ bytes: [UInt8]) { _ = write(bytes, to: STDERR_FILENO) }

  /// Returns how many bytes were written: fewer only where the stream takes no more, as on a full disk. Whoever started this program, or
  /// shares a terminal with it, may have made its streams non-blocking: then it waits all the same.
  static func write(_ bytes: [UInt8], to stream: Int32) -> Int {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes[written...].withUnsafeBytes { unsafe Foundation.write(stream, $0.baseAddress, $0.count) }
      if count > 0 {
        written += count
      } else if count < 0, errno == EAGAIN {
        var room = pollfd(fd: stream, events: Int16(POLLOUT), revents: 0)
        unsafe _ = poll(&room, 1, -1)
      } else if count == 0 || errno != EINTR {
        break
      }
    }
    return written
  }
}
