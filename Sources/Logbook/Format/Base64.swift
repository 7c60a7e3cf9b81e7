// SPDX-License-Identifier: Apache-2.0
import Foundation

enum Base64 {
  /// RFC 4648 §4.
  static func text(of bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
