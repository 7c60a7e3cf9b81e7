// SPDX-License-Identifier: Apache-2.0
import Inspection
import Testing

@Test("The first of equal strings is found, however many there are", arguments: [0, 1, 63, 64, 65, 66, 130, 1000, 5000])
func findsFirstString(count: Int) {
  var generator = SeededGenerator(seed: UInt64(count))
  let words = (0..<count).map { _ in
    String(repeating: "ab", count: Int.random(in: 0...6, using: &generator)) + "\(Int.random(in: 0...300, using: &generator))"
  }
  let strings = ByteStrings(words)
  #expect(strings.count == count)
  for word in words + ["", "ab", "no", "abababababababababab"] {
    #expect(strings.firstIndex(of: Array(word.utf8).span) == words.firstIndex(of: word))
    #expect(strings.contains(Array(word.utf8).span) == words.contains(word))
  }
  #expect(strings == ByteStrings(words))
  #expect(strings != ByteStrings(words + ["more"]))
}

@Test("A thousand names that nobody declared, among very many tools", .timeLimit(.minutes(1)))
func matchesAmongManyTools() {
  let tools = ByteStrings((0..<300_000).map { "tool_\($0)" })
  #expect(DeclaredName.match(Array("tool_299999".utf8).span, among: tools) == .exact(299_999))
  #expect(DeclaredName.match(Array("functions.tool_7:3".utf8).span, among: tools) == .prefixed(7))
  for number in 0..<1000 {
    // What a mangled name may mean is looked for among few tools only.
    let name = Array("Tool-\(number)".utf8)
    #expect(DeclaredName.match(name.span, among: tools) == nil)
    let canGrow = DeclaredName.canGrow(name.span, among: tools)
    #expect(canGrow)
  }
  let few = ByteStrings((0..<1000).map { "tool_\($0)" })
  #expect(DeclaredName.match(Array("Tool-7".utf8).span, among: few) == .corrupted(7))
}
