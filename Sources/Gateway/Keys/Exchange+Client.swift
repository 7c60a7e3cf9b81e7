// SPDX-License-Identifier: Apache-2.0
import Configuration
import Synchronization

extension Exchange {
  /// Where the request goes, if it may: first who asks, so that a stranger learns nothing of what there is, then whether
  /// that client may use the vendor, and so soon.
  mutating func admit(_ head: RequestHead, at now: UInt64) throws(GatewayError) -> Route {
    try context.pages?.check(head)
    if let gate = context.gate {
      do throws(GatewayError) {
        caller = try gate.caller(of: head)
      } catch {
        // What a stranger sends may be a secret in the wrong place: its path is no news.
        record.path = ""
        throw error
      }
    }
    let client = caller?.client
    record.client = client?.name ?? record.client
    let route = try context.router.route(method: head.method, target: head.target, named: head.vendorName) { client?.mayUse($0) ?? true }
    guard let client else { return route }
    guard client.mayUse(route.vendor) else { throw .notAllowed(client, route.vendor) }
    if let rate = client.rate, let wait = context.lasting.takeToken(client.name, rate, at: now) {
      throw .tooFast(client, rate, nanoseconds: wait)
    }
    return route
  }
}

extension Exchange.Lasting {
  /// Nil if the client may send now, else the nanoseconds until it may. Buckets are as many as clients: names of the
  /// configuration's, not of requests.
  func takeToken(_ client: String, _ rate: Client.Rate, at now: UInt64) -> UInt64? {
    buckets.withLock { $0[client, default: TokenBucket()].take(rate, at: now) }
  }
}
