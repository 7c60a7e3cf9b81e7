// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The two streams of a command: what a caller reads goes to standard output, what a person watches to standard error.
enum Output {
  static func line(_ line: String) { text(line + "\n") }

  /// A reader that has gone away is not an error of ours.
  static func text(_ text: String) { bytes(Array(text.utf8)) }

  @Sendable static func bytes(_ bytes: [UInt8]) { try? FileHandle.standardOutput.write(contentsOf: Data(bytes)) }

  @Sendable static func error(_ text: String) { error(Array(text.utf8)) }

  @Sendable static func error(_ bytes: [UInt8]) { try? FileHandle.standardError.write(contentsOf: Data(bytes)) }
}
