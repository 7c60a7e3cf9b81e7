// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Upstream

/// The ear of one vendor call: passes its events to the connection, as long as that still wants them.
///
/// Unchecked: used on the connection's event loop only, where the engine delivers its events.
final class VendorPort: UpstreamHandler, @unchecked Sendable {
  /// Nil once the exchange has ended: a late event of a cancelled call must not reach the next exchange.
  var connection: ConnectionHandler?
  var call: UpstreamCall?
  /// The vendor has said all that it will.
  private(set) var isOver = false

  init(connection: ConnectionHandler) {
    self.connection = connection
  }

  func upstreamHead(_ head: UpstreamHead) { connection?.vendorHead(head) }
  func upstreamBody(_ bytes: ByteBuffer) { connection?.vendorBody(bytes) }
  func upstreamTurnEnd() { connection?.vendorTurnEnd() }
  func upstreamBodyWanted() { connection?.vendorWantsBody() }
  func upstreamEnd() { end { $0.vendorEnd() } }
  func upstreamFailed(_ error: UpstreamError) { end { $0.vendorFailed(error) } }

  private func end(_ tell: (ConnectionHandler) -> Void) {
    isOver = true
    guard let connection else { return }
    tell(connection)
    connection.vendorTurnEnd()
  }
}
