// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Another loop's lane, as one sees it from its own.
struct Neighbour {
  let lane: NIOLoopBound<Lane>
  /// It had nobody to send away, and finds nobody before this time; in nanoseconds of uptime.
  var looksAgainAt: UInt64 = 0
}

// Places are of all loops together, and which of them a connection is on is chance, or a client's choice: where a newcomer's own has
// nobody to send away, the others are asked.
extension Lane {
  /// Asks them one after the other, and tells the newcomer. Each gives one place for one newcomer, so that there are never more.
  func findPlace(for newcomer: ConnectionHandler, from first: Int = 0) {
    // It may have gone meanwhile.
    guard newcomer.clock.phase == .asking else { return }
    let now = self.now
    guard let index = neighbours.indices.dropFirst(first).first(where: { neighbours[$0].looksAgainAt <= now }) else {
      return newcomer.admit(false)
    }
    let other = neighbours[index].lane
    let asker = NIOLoopBound(self, eventLoop: eventLoop)
    let newcomer = NIOLoopBound(newcomer, eventLoop: eventLoop)
    other.eventLoop.execute {
      let looksAgainAt = other.value.makeRoom() ? nil : other.value.looksAgainAt
      asker.eventLoop.execute {
        guard let looksAgainAt else { return newcomer.value.admit(true) }
        asker.value.note(index, looksAgainAt)
        asker.value.findPlace(for: newcomer.value, from: index + 1)
      }
    }
  }

  private func note(_ index: Int, _ looksAgainAt: UInt64) {
    // None are left after a stop.
    if neighbours.indices.contains(index) { neighbours[index].looksAgainAt = looksAgainAt }
  }
}
