// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

/// New exchanges as server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html): `event: exchange` with the
/// summary of one as data and its place in the order of recording as id.
///
/// Nothing is queued for a client: what it has not taken yet lies in the store.
package struct LiveEvents: Sendable {
  /// Asked for each round: the file may be another by then.
  let queries: @Sendable () async throws -> any ExchangeQueries
  let filter: ExchangeFilter
  /// Where to go on; nil for now.
  let after: Int64?
  /// Whether whoever asked still may: a reload may have replaced the token.
  let isAllowed: @Sendable () -> Bool
  private static let page = 50
  /// The writer commits within a tenth of a second or two.
  private static let pause = Duration.milliseconds(200)
  /// Rounds without an event after which a comment shows that the connection lives.
  private static let quietRounds = 50

  /// Returns when the client may no longer ask.
  ///
  /// - Parameter write: returns when the client has room for more, and throws when it is gone.
  func run(_ write: ([UInt8]) async throws -> Void) async throws {
    do {
      var cursor: Int64
      if let after { cursor = after } else { cursor = try await queries().follow(after: nil, filter, limit: 1).cursor }
      try await write(Array(": live\n\n".utf8))
      var quiet = 0
      while isAllowed() {
        let page = try await queries().follow(after: cursor, filter, limit: Self.page)
        cursor = page.cursor
        var bytes: [UInt8] = []
        for exchange in page.exchanges {
          bytes += Array("event: exchange\nid: \(exchange.sequence)\ndata: ".utf8)
          bytes += JSONWriter.bytes(of: exchange.json)
          bytes += [0x0A, 0x0A]
        }
        quiet = bytes.isEmpty ? quiet + 1 : 0
        if quiet == Self.quietRounds {
          bytes = Array(": still here\n\n".utf8)
          quiet = 0
        }
        if !bytes.isEmpty { try await write(bytes) }
        if !page.hasMore { try await Task.sleep(for: Self.pause) }
      }
    } catch let failure as StoreFailure {
      try await write(Self.failure(failure.description))
    } catch let timeout as QueryTimeout {
      try await write(Self.failure(timeout.description))
    }
  }

  private static func failure(_ text: String) -> [UInt8] {
    let data: JSONValue = ["error": JSONValue(text)]
    return Array("event: failure\ndata: \(data)\n\n".utf8)
  }
}
