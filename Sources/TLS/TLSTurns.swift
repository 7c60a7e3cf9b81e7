// SPDX-License-Identifier: Apache-2.0

/// Tells a connection when it may do what takes its event loop long: to open thousands of records.
package protocol TLSTurns: AnyObject {
  /// At once, with ``run(_:)``.
  var isFree: Bool { get }
  func run(_ work: () -> Void)
  /// Does it when it is its turn.
  func wait(_ work: @escaping () -> Void)
}
