// SPDX-License-Identifier: Apache-2.0
import Configuration
import Store

extension Exchange.Context {
  /// Whose conversation it is, for what is remembered of it: a hash, good for this process only. Of the client, and of all in the head by
  /// which a vendor, or whoever is in front, may know people apart: a client may be an application of many.
  ///
  /// - Parameter route: what the client asked. Vendors may be the accounts of several people; and a key may be anywhere in its path and
  ///   query, which one conversation has the same.
  func owner(_ headers: [ForwardedHeaders.Field], _ client: Client? = nil, route: Route? = nil) -> UInt64 {
    var hasher = lasting.hasher
    Self.combine(client?.name, &hasher)
    Self.combine(route?.vendor.name, &hasher)
    Self.combine(route?.path, &hasher)
    Self.combine(route?.query, &hasher)
    for field in headers {
      if field.name.equalsIgnoringASCIICase("cookie") {
        Self.combine(cookies: field.value, &hasher)
      } else if Redaction.tellsSender(header: field.name) {
        Self.combine(field.name, &hasher)
        Self.combine(field.value, &hasher)
      }
    }
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  private static func combine(cookies: String, _ hasher: inout Hasher) {
    for cookie in cookies.split(separator: ";") {
      let name = cookie.prefix { $0 != "=" }.trimmingSpaces()
      if Redaction.tellsSender(cookie: String(name)) { combine(cookie.trimmingSpaces(), &hasher) }
    }
  }

  /// By its bytes: strings are equal where Unicode takes them for the same, as the Kelvin sign for a K, and names of two people are not.
  private static func combine(_ text: (some StringProtocol)?, _ hasher: inout Hasher) {
    hasher.combine(text?.utf8.count)
    guard let bytes = text?.utf8 else { return }
    let isDone: Void? = bytes.withContiguousStorageIfAvailable { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    if isDone == nil { for byte in bytes { hasher.combine(byte) } }
  }
}
