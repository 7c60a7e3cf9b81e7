// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Upstream

/// What comes from the vendor, and what goes back to it: how much the client has taken.
extension ConnectionHandler {
  /// Body bytes the client has taken are told to the vendor's side in steps of this size: a short answer costs no message.
  private static let acknowledgeStep = 64 << 10

  func vendorHead(_ head: UpstreamHead) {
    perform(exchange?.vendorHead(head, at: lane.now) ?? .none)
  }

  func vendorBody(_ bytes: ByteBuffer) {
    owed += bytes.readableBytes
    perform(exchange?.vendorBody(bytes, at: lane.now) ?? .none)
    if context?.channel.isWritable == true { acknowledge(atLeast: Self.acknowledgeStep) }
  }

  func vendorEnd() {
    perform(exchange?.vendorEnd(at: lane.now) ?? .none)
  }

  func vendorFailed(_ error: UpstreamError) {
    perform(exchange?.vendorFailed(error, at: lane.now) ?? .none)
  }

  func vendorWantsBody() {
    clock.uploadGoesOn(at: lane.now)
    resumeReading()
  }

  /// All that the vendor's side had to say in one go was said: one write for all of it.
  func vendorTurnEnd() {
    lane.turns.lookIsOver()
    if let context { flush(context) }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    clock.takesAnswer(context.channel.isWritable, at: lane.now)
    if context.channel.isWritable { acknowledge(atLeast: 1) }
    context.fireChannelWritabilityChanged()
  }

  private func acknowledge(atLeast step: Int) {
    guard owed >= step else { return }
    port?.call?.acknowledge(bytes: owed)
    owed = 0
  }
}
