// SPDX-License-Identifier: Apache-2.0

/// Request headers that mean something to libcurl.
enum RequestField {
  /// Follows from the body.
  case framing
  case accept
  case contentType
  case authorization
  case other

  init(_ name: String) {
    self =
      switch name.utf8.count {
      case 6 where RequestField.matches(name, "expect"): .framing
      case 14 where RequestField.matches(name, "content-length"): .framing
      case 17 where RequestField.matches(name, "transfer-encoding"): .framing
      case 6 where RequestField.matches(name, "accept"): .accept
      case 12 where RequestField.matches(name, "content-type"): .contentType
      case 13 where RequestField.matches(name, "authorization"): .authorization
      case 19 where RequestField.matches(name, "proxy-authorization"): .authorization
      default: .other
      }
  }

  /// A scheme that speaks for all that comes on the connection.
  static func isOfConnection(_ credential: String) -> Bool {
    let scheme = String(credential.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
    return scheme.utf8.count == 4 && matches(scheme, "ntlm") || scheme.utf8.count == 9 && matches(scheme, "negotiate")
  }

  private static func matches(_ name: String, _ lowercase: StaticString) -> Bool {
    let name = name.utf8.span
    return lowercase.withUTF8Buffer { expected in
      for index in name.indices where unsafe name[index] | 0x20 != expected[index] { return false }
      return true
    }
  }
}
