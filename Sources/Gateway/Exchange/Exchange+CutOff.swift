// SPDX-License-Identifier: Apache-2.0

extension Exchange {
  /// This proxy ends the exchange, for a reason of its own: neither has the client left, nor the vendor failed.
  package mutating func cutOff(by error: GatewayError, at now: UInt64) -> Action {
    state == .ended ? .none : refuse(error, at: now)
  }
}
