// SPDX-License-Identifier: Apache-2.0

/// Bytes of request bodies, or of answers, that are held at once, of all clients together and of each.
///
/// Nobody may hold more than is left for the others: one alone has half of the limit, two a third each, and whoever comes next
/// finds room, however many hold all that they can (dynamic thresholds, Choudhury and Hahne 1998, with a factor of one).
package struct BodyBudget: Sendable {
  private var total = 0
  private var shares: [UInt64: Int] = [:]

  package init() {}

  /// Counts `bytes` among what `holder` has, unless that is too much.
  package mutating func hold(_ bytes: Int, for holder: UInt64, within limit: Int) -> Bool {
    let share = shares[holder, default: 0] + bytes
    guard share <= limit - total - bytes else { return false }
    total += bytes
    shares[holder] = share
    return true
  }

  package mutating func letGo(_ bytes: Int, of holder: UInt64) {
    guard bytes > 0 else { return }
    total -= bytes
    let share = shares[holder, default: 0] - bytes
    // As many as have exchanges under way, and no more.
    shares[holder] = share > 0 ? share : nil
  }
}
