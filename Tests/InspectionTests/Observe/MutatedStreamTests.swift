// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// Bytes with some of them changed, dropped, doubled or moved.
func mutated(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  var bytes = bytes
  for _ in 0..<Int.random(in: 1...6, using: &generator) where bytes.count > 40 {
    let at = Int.random(in: 0..<bytes.count - 30, using: &generator)
    let length = Int.random(in: 1...30, using: &generator)
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &generator)
    case 1: bytes.removeSubrange(at..<at + length)
    case 2: bytes.insert(contentsOf: Array(bytes[at..<at + length]), at: at)
    default: bytes.swapAt(at, at + length - 1)
    }
  }
  return bytes
}

@Test("A broken answer is taken the same way under any cut, and never fails", arguments: Fixture.all)
func mutatedAnswers(_ fixture: Fixture) {
  for seed in 0..<6 as Range<UInt64> {
    let bytes = mutated(fixture.bytes, seed: seed)
    _ = DripFeed.expectSameResult(of: bytes, randomCuts: 2, "seed \(seed)") { fixture.observe($0) }
  }
}

@Test("A broken request is either refused or normalized, twice as once")
func mutatedRequests() throws {
  for test in k2Cases {
    for seed in 0..<20 as Range<UInt64> {
      let bytes = mutated(test.body, seed: seed)
      for generation in Generation.allCases {
        guard let once = try? normalize(bytes, generation) else { continue }
        let twice = try normalize(once.bytes, generation)
        #expect(twice.bytes == once.bytes, "\(test.name), seed \(seed)")
      }
    }
  }
}
