// SPDX-License-Identifier: Apache-2.0
import Upstream

extension Exchange.RequestHead {
  /// Why a body that is to be inspected cannot be, if so: it is read as JSON in UTF-8 (RFC 8259 section 8.1) and in no content coding, and
  /// the vendor must not be told otherwise.
  var unreadable: GatewayError? {
    var types = 0
    for field in headers {
      if field.name.equalsIgnoringASCIICase("content-type") {
        types += 1
        if types > 1 || !UpstreamHead.isUTF8(field.value) { return .unreadType(field.value) }
      } else if field.name.equalsIgnoringASCIICase("content-encoding") {
        let coding = String(field.value[...].trimmingSpaces())
        if !coding.isEmpty, !coding.equalsIgnoringASCIICase("identity") { return .unreadCoding(coding) }
      }
    }
    return nil
  }
}

extension GatewayError {
  fileprivate static func unreadType(_ type: String) -> GatewayError {
    GatewayError(
      fault: .client, status: 415, code: "unsupported_media_type",
      message: "the request's Content-Type says '\(type.prefix(100))': send JSON in UTF-8, and say so once", isRetryable: false)
  }

  fileprivate static func unreadCoding(_ coding: String) -> GatewayError {
    GatewayError(
      fault: .client, status: 415, code: "unsupported_content_encoding",
      message: "the request's body is in the coding '\(coding.prefix(100))': send it as it is", isRetryable: false)
  }
}
