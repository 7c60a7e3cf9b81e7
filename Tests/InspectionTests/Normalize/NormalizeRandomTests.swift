// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

/// Conversations with ids of all shapes, some of them canonical, some that collide.
private func randomMessages(seed: UInt64) -> [String] {
  var generator = SeededGenerator(seed: seed)
  func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &generator)] }
  func id() -> String? {
    pick([
      nil, "null", #""""#, #""a""#, #""b""#, #""functions.f:0""#, #""functions.f:1""#, #""functions.g:1""#, #""f:2""#,
      #""functions_g_3""#, #""functions.\u0066:4""#, "3",
    ])
  }
  return (0..<Int.random(in: 1...12, using: &generator)).map { _ in
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: user()
    case 1: assistant((id(), pick([#""f""#, #""g""#, nil, #""""#])))
    case 2: assistant((id(), #""f""#), (id(), pick([#""g""#, #""\u0066""#])))
    case 3: result(id(), of: pick(["f", "g", "h", "functions.g"]), in: pick(["name", "tool_name"]))
    default: result(id())
    }
  }
}

@Test("On any conversation, twice is as once and the prefix stays", arguments: [Generation.k2, .k3])
func randomConversations(generation: Generation) throws {
  for seed in 0..<500 as Range<UInt64> {
    let messages = randomMessages(seed: seed)
    let whole = try normalize(body(messages.joined(separator: ",")), generation)
    let twice = try normalize(whole.bytes, generation)
    #expect(twice.bytes == whole.bytes, "seed \(seed)")
    let count = Int(seed) % messages.count
    guard !areResults(messages, around: count) else { continue }
    let prefix = try normalize(body(messages[..<count].joined(separator: ",")), generation).text
    #expect(whole.text.hasPrefix(prefix.dropLast(endOfBody.count)), "seed \(seed)")
  }
}

@Test("In a K2 conversation the ids of named calls rise and are one of a kind")
func risingIDs() throws {
  for seed in 0..<500 as Range<UInt64> {
    let normalized = try normalize(body(randomMessages(seed: seed).joined(separator: ",")))
    var last = -1
    for id in normalized.ids where !id.hasPrefix("<-") && id.hasPrefix("functions.") {
      guard let number = id.split(separator: ":").last.flatMap({ Int($0) }) else { continue }
      #expect(number > last, "seed \(seed): \(normalized.ids)")
      last = number
    }
  }
}
