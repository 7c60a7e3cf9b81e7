// SPDX-License-Identifier: Apache-2.0

/// A page whose origin is allowed, and what its browser must be told (the CORS protocol, fetch.spec.whatwg.org): Belay says it, not
/// the vendor, who knows nothing of whom this proxy lets in. Never with credentials, that is, cookies: Belay has none.
struct Page: Sendable {
  /// As its browser writes it, and compares it.
  let origin: String
  /// What the browser asks for in an OPTIONS of its own before it sends the page's request; it shows no key there.
  private let asked: (method: String, headers: String?, isNear: Bool)?

  var isPreflight: Bool { asked != nil }

  init(origin: String, _ head: Exchange.RequestHead) {
    self.origin = origin
    func value(_ name: String) -> String? { head.headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value }
    guard head.method == "OPTIONS", let method = value("access-control-request-method") else {
      asked = nil
      return
    }
    asked = (method, value("access-control-request-headers"), value("access-control-request-private-network") == "true")
  }

  /// The fields of an answer's head, refusals too: without them the page learns nothing, not even why.
  func opened(_ fields: ForwardedHeaders.AnswerFields) -> ForwardedHeaders.AnswerFields {
    var opened = own
    // Without credentials it means all: x-belay-*, and what an SDK reads of the vendor's.
    opened.append("Access-Control-Expose-Headers", "*".utf8)
    opened.append(fields) { !Self.isBelays($0) }
    return opened
  }

  /// The answer to a preflight: whatever is asked for, as the key and the vendor decide about the request itself.
  var permission: ForwardedHeaders.AnswerFields {
    var fields = own
    guard let asked else { return fields }
    fields.append("Access-Control-Allow-Methods", asked.method.utf8)
    if let headers = asked.headers { fields.append("Access-Control-Allow-Headers", headers.utf8) }
    // A public page that asks a loopback or private address (wicg.github.io/private-network-access).
    if asked.isNear { fields.append("Access-Control-Allow-Private-Network", "true".utf8) }
    // The longest that Chromium keeps.
    fields.append("Access-Control-Max-Age", "7200".utf8)
    return fields
  }

  private var own: ForwardedHeaders.AnswerFields {
    var fields = ForwardedHeaders.AnswerFields()
    fields.append("Access-Control-Allow-Origin", origin.utf8)
    fields.append("Vary", "Origin".utf8)
    return fields
  }

  /// What Belay says in the vendor's place.
  private static func isBelays(_ name: ArraySlice<UInt8>) -> Bool {
    let prefix = "access-control-".utf8
    return name.count >= prefix.count && zip(name, prefix).allSatisfy { $0 | 0x20 == $1 }
  }
}
