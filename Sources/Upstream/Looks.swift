// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Until when a selector has told all that came. One look tells of so many sockets at most; the next ones go round through those that
/// are ready (epoll_wait(2)), so that under constant load, too, limits are looked at.
package struct Looks: Sendable {
  /// Of looks that told as many as they could, one after the other: when the first began, and how many sockets all of them told of.
  private var row: (begin: NIODeadline, told: Int)?

  package init() {}

  /// Returns the time by which all that had come is told now; nil where that is not known.
  ///
  /// - Parameters:
  ///   - told: how many sockets it told of; negative where a signal ended it.
  ///   - watched: how many sockets there are.
  package mutating func add(_ begin: NIODeadline, told: Int, of watched: Int, atMost most: Int) -> NIODeadline? {
    guard told >= 0 else { return nil }
    guard told == most else {
      row = nil
      return begin
    }
    let first = row?.begin ?? begin
    let all = (row?.told ?? 0) + told
    guard all >= watched else {
      row = (first, all)
      return nil
    }
    row = nil
    return first
  }
}
