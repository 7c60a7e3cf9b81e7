// SPDX-License-Identifier: Apache-2.0

/// Bytes of request bodies, or of answers, that are held at once, of all clients together and of each.
///
/// Nobody may hold more than is left for the others: one alone has half of the limit, two a third each, and whoever comes next
/// finds room, however many hold all that they can (dynamic thresholds, Choudhury and Hahne 1998, with a factor of one).
package struct BodyBudget: Sendable {
  private var total = 0
  private var shares: [UInt64: Int] = [:]
  /// What several exchanges have in common: it counts once, to the holder that came first, for as long as one of them has it.
  private var common: [ObjectIdentifier: (holder: UInt64, bytes: Int, users: Int)] = [:]

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

  /// One more has `thing`, of so many bytes: counted, unless another has it already.
  package mutating func share(_ thing: ObjectIdentifier, _ bytes: Int, for holder: UInt64, within limit: Int) -> Bool {
    if common[thing] == nil {
      guard hold(bytes, for: holder, within: limit) else { return false }
      common[thing] = (holder, bytes, 0)
    }
    common[thing]?.users += 1
    return true
  }

  /// One of those that have `thing` is done with it.
  package mutating func leave(_ thing: ObjectIdentifier) {
    guard let one = common[thing] else { return }
    if one.users > 1 {
      common[thing]?.users -= 1
    } else {
      common[thing] = nil
      letGo(one.bytes, of: one.holder)
    }
  }
}
