// SPDX-License-Identifier: Apache-2.0
import Configuration
import Store
import Synchronization

extension Exchange {
  /// Where the request goes, if it may: first who asks, so that a stranger learns nothing of what there is, then whether
  /// that client may use the vendor, and so soon. Nil for a page's preflight, which goes nowhere.
  mutating func admit(_ head: RequestHead, at now: UInt64) throws(GatewayError) -> Route? {
    let (path, secrets) = (record.path, record.secrets)
    let isEveryKeyKnown = !Redaction.areTooMany(secrets)
    // What a stranger sends may be a secret in the wrong place: its path is no news. Without it there is nothing to look for keys in.
    if context.gate != nil || !isEveryKeyKnown { (record.path, record.secrets) = ("", []) }
    guard isEveryKeyKnown else { throw .tooManyKeys }
    page = try context.pages.page(head)
    if page?.isPreflight == true { return nil }
    if let gate = context.gate {
      let caller = try gate.caller(of: head)
      self.caller = caller
      (record.path, record.secrets) = (path, secrets)
      // As it was shown: what the header is taken apart into for the record may be more, or less.
      if !record.secrets.contains(where: { $0.utf8.elementsEqual(caller.key.utf8) }) { record.secrets.append(caller.key) }
    }
    let client = caller?.client
    record.client = client?.name ?? record.client
    let route = try context.router.route(
      method: head.method, target: head.target, hasBody: head.hasBody && head.contentLength != 0, named: head.vendorName
    ) { client?.mayUse($0) ?? true }
    guard let client else { return route }
    guard client.mayUse(route.vendor) else { throw .notAllowed(client, route.vendor) }
    if let rate = client.rate, let wait = context.lasting.takeToken(client.name, rate, at: now) {
      throw .tooFast(client, rate, nanoseconds: wait)
    }
    return route
  }

  /// Answers a page's preflight in the vendor's place: its key would go there, and its answer would be about its own pages.
  mutating func permit(at now: UInt64) -> Action {
    guard let page else { return .none }
    record.status = 204
    record.nanosecondsToFirstByte = now - startedAt
    let head = AnswerHead(status: 204, fields: page.permission.unkept, exchangeID: record.id)
    hasBegun = true
    return .sequence([.begin(head), .finish(close(.completed, at: now))])
  }

  /// The head of an answer as a page may read it, if one asked; a vendor's own as a browser may show it.
  func opened(_ fields: ForwardedHeaders.AnswerFields) -> ForwardedHeaders.AnswerFields {
    var opened = page?.opened(fields) ?? fields
    // What a page asks of its own address has no origin with it, and may be a program's.
    if page != nil || Self.isKept(record.method) { opened = opened.unkept }
    if hasBegun, context.gate == nil { opened.sandbox() }
    return opened
  }
}

extension Exchange.Lasting {
  /// Nil if the client may send now, else the nanoseconds until it may. Buckets are as many as clients: names of the
  /// configuration's, not of requests.
  func takeToken(_ client: String, _ rate: Client.Rate, at now: UInt64) -> UInt64? {
    buckets.withLock { $0[client, default: TokenBucket()].take(rate, at: now) }
  }
}
