// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// What an exchange leaves for the shadow on its way: a reference to a buffer that is there already, and nothing more.
package enum ShadowInput: Sendable, Equatable {
  case optedOut
  /// Nothing went to a vendor.
  case unsent
  /// The request's body as the first vendor got it.
  case sent(ByteBuffer, hasTools: Bool)
}
