// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import Store

/// What of a request may lie in a file: keys go, wherever they stand, as they do before an exchange is stored.
struct LogMask: Sendable {
  private let redaction: Redaction

  /// - Parameter key: the vendor's own.
  init(key: String?) {
    redaction = Redaction(secrets: key.map { Redaction.secrets(inHeader: "authorization", $0) } ?? [])
  }

  /// - Parameter headers: as they came, while those of `entry` are masked: what is masked there is looked for everywhere.
  func apply(to entry: Received, _ headers: HTTPHeaders) -> Received {
    var exchange = StoredExchange(id: "", startedAt: 0)
    exchange.path = entry.path
    exchange.request = StoredMessage(headers: headers.map { StoredMessage.Header($0.name, $0.value) }, body: entry.bytes)
    let kept = exchange.redacted(redaction)
    let shown = zip(kept.request?.headers ?? [], entry.headers).map { kept, masked in
      (name: kept.name, value: Redaction.isCredential(masked.name) ? masked.value : kept.value)
    }
    let body = ByteBuffer(bytes: kept.request?.body ?? [])
    return Received(id: entry.id, time: entry.time, method: entry.method, path: kept.path, headers: shown, body: body)
  }
}
