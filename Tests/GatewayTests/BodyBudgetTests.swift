// SPDX-License-Identifier: Apache-2.0
import Gateway
import Testing

@Suite struct BodyBudgetTests {
  @Test("one alone has half; whoever comes next finds room, however many hold all that they can")
  func shares() {
    var budget = BodyBudget()
    func most(_ holder: UInt64) -> Int {
      var bytes = 0
      while budget.hold(1, for: holder, within: 1200) { bytes += 1 }
      return bytes
    }
    let share1 = most(1)
    #expect(share1 == 600)
    let share2 = most(2)
    #expect(share2 == 300)
    let share3 = most(3)
    #expect(share3 == 150)
    // The first gives back what it has more than the others, and may not have it again.
    budget.letGo(600, of: 1)
    let again = most(1)
    #expect(again == 375)
    let others = (4..<8 as Range<UInt64>).map { most($0) }
    #expect(others == [187, 94, 47, 23])
  }

  @Test("what several have in common counts once, to the first of them, until the last is done with it")
  func common() {
    final class Thing {}
    let (one, other) = (Thing(), Thing())
    var budget = BodyBudget()
    func shares(_ thing: Thing, _ holder: UInt64) -> Bool { budget.share(ObjectIdentifier(thing), 400, for: holder, within: 1200) }
    for holder in [1, 2, 1] as [UInt64] { #expect(shares(one, holder)) }
    #expect(!shares(other, 1) && shares(other, 2))
    for _ in 0..<2 { budget.leave(ObjectIdentifier(one)) }
    #expect(!shares(Thing(), 1), "one of the first three is left")
    budget.leave(ObjectIdentifier(one))
    budget.leave(ObjectIdentifier(one))
    let isFree = budget.hold(400, for: 1, within: 1200)
    #expect(isFree)
  }

  @Test("whatever is held and let go, the sum is within the limit and nothing is left over", arguments: [1, 2, 3, 4, 5] as [UInt64])
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var budget = BodyBudget()
    var held: [(holder: UInt64, bytes: Int)] = []
    for _ in 0..<5000 {
      if !held.isEmpty, Bool.random(using: &random) {
        let one = held.remove(at: Int.random(in: 0..<held.count, using: &random))
        budget.letGo(one.bytes, of: one.holder)
      } else {
        let one = (holder: UInt64.random(in: 0..<9, using: &random), bytes: Int.random(in: 0...400, using: &random))
        let total = held.reduce(0) { $0 + $1.bytes } + one.bytes
        let share = held.reduce(0) { $0 + ($1.holder == one.holder ? $1.bytes : 0) } + one.bytes
        let isHeld = budget.hold(one.bytes, for: one.holder, within: 1000)
        #expect(isHeld == (share <= 1000 - total), "seed \(seed)")
        if isHeld { held.append(one) }
      }
    }
    for one in held { budget.letGo(one.bytes, of: one.holder) }
    let isFree = budget.hold(500, for: 1, within: 1000)
    #expect(isFree, "seed \(seed): all of it is free again")
  }
}

private struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
