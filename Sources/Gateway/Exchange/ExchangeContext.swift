// SPDX-License-Identifier: Apache-2.0
package import Inspection
package import Upstream

extension Exchange {
  /// What every exchange shares: made once from the configuration, replaced whole when it is reloaded.
  package final class Context: Sendable {
    package let router: Router
    package let models: ModelRules
    /// The longest request body that is collected for inspection, in bytes.
    package let requestBytes: Int
    package let upstreamLimits: UpstreamLimits
    package let schemas = SchemaCaches()

    package init(router: Router, models: ModelRules, requestBytes: Int, upstreamLimits: UpstreamLimits) {
      self.router = router
      self.models = models
      self.requestBytes = requestBytes
      self.upstreamLimits = upstreamLimits
    }
  }

  /// The head of a client's request, as the exchange needs it.
  package struct RequestHead: Sendable {
    package var method: String
    /// The request target as sent: path and query.
    package var target: String
    package var headers: [ForwardedHeaders.Field]
    package var contentLength: Int?
    package var hasBody: Bool
    /// The value of `x-belay-vendor`.
    package var vendorName: String?

    package init(method: String, target: String, headers: [ForwardedHeaders.Field]) {
      self.method = method
      self.target = target
      self.headers = headers
      self.hasBody = false
      for field in headers {
        switch field.name.utf8.count {
        case 14 where field.name.equalsIgnoringASCIICase("content-length"):
          contentLength = Int(field.value)
          hasBody = true
        case 14 where field.name.equalsIgnoringASCIICase("x-belay-vendor"):
          vendorName = field.value
        case 17 where field.name.equalsIgnoringASCIICase("transfer-encoding"):
          hasBody = true
        default:
          break
        }
      }
    }

    /// The target without its query: queries may carry secrets and are not recorded.
    package var path: String {
      target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[..<$0]) } ?? target
    }
  }

  /// The head of the answer to the client, before framing.
  package struct AnswerHead: Sendable {
    package var status: Int
    package var fields: ForwardedHeaders.AnswerFields
    package var exchangeID: String
  }
}
