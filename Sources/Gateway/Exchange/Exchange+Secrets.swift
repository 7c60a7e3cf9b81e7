// SPDX-License-Identifier: Apache-2.0
import Upstream

extension Exchange {
  /// Sets the mask up, and says of a body that it must replace that it is another.
  mutating func masked(_ head: UpstreamHead) -> UpstreamHead {
    mask = nil
    let hasBody = record.method != "HEAD" && head.status != 304
    if head.isSuccess || !hasBody || context.secrets.isEmpty { return head }
    if head.isReadable {
      mask = SecretMask(context.secrets)
      return head
    }
    mask = SecretMask(context.secrets, standIn: GatewayError.unreadable(record.vendor, head.status).body)
    return head.withOwnBody()
  }

  /// Whether identity coding is asked for, so that an error of the vendor's can be looked through and need not be replaced: SDKs ask
  /// for gzip on every path. Not for a download, which is long and gains much by its coding.
  var isErrorRead: Bool {
    !context.secrets.isEmpty && !(record.method == "GET" && record.path.hasSuffix("/content"))
  }
}
