// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct IndexTests {
  let text = #"{"a":[1,-2,{"b":null}],"k\u0065y":"x\ny","a":true}"#

  @Test("the last of duplicate keys counts, and keys compare decoded")
  func lookup() throws {
    let document = try Document(text)
    #expect(document.index.kind(document.root) == .object)
    #expect(document.index.range(document.root) == 0..<document.bytes.count)
    let a = try #require(document.value("a"))
    #expect(document.index.bool(a) == true)
    let key = try #require(document.value("key"))
    #expect(document.string(key) == "x\ny")
    #expect(document.equals(key, "x\ny"))
    #expect(document.value("b") == nil)
  }

  @Test("members, elements and counts follow the document")
  func iteration() throws {
    let document = try Document(text)
    let index = document.index
    let members = Array(index.members(document.root))
    #expect(members.map { document.string($0.key) } == ["a", "key", "a"])
    #expect(members.map { index.kind($0.value) } == [.array, .string, .true])
    let elements = Array(index.elements(members[0].value))
    #expect(elements.map { index.kind($0) } == [.number, .number, .object])
    #expect(elements.map { document.integer($0) } == [1, -2, nil])
    #expect(index.count(document.root) == 3)
    #expect(index.count(members[0].value) == 3)
    #expect(index.count(elements[2]) == 1)
    #expect(Array(index.elements(document.root)).isEmpty)
    #expect(Array(index.members(elements[0])).isEmpty)
  }
}

@Suite struct IndexReuseTests {
  @Test("an index forgets one document when it reads another, also a smaller one")
  func reuse() throws {
    var index = JSONIndex()
    let large = Array(("[" + String(repeating: "{\"a\":[1,2]},", count: 500) + "0]").utf8)
    try index.read(large.span)
    #expect(index.count(index.root) == 501)
    #expect(index.nodeCount == 1 + 500 * 5 + 1)
    let small = Array(#"{"x":[]}"#.utf8)
    try index.read(small.span)
    #expect(index.count(index.root) == 1)
    #expect(Array(index.members(index.root)).map { index.kind($0.value) } == [.array])
  }

  @Test("an index that failed or never read is a null of no bytes")
  func empty() throws {
    var index = JSONIndex()
    #expect(index.kind(index.root) == .null)
    let good = Array("[1,2]".utf8)
    try index.read(good.span)
    let last = try #require(Array(index.elements(index.root)).last)
    let bad = Array("[1,2".utf8)
    #expect(throws: JSONError.self) { try index.read(bad.span) }
    for node in [index.root, last] {
      #expect(index.kind(node) == .null)
      #expect(index.range(node) == 0..<0)
      #expect(index.count(node) == 0)
      #expect(Array(index.elements(node)).isEmpty)
      #expect(Array(index.members(node)).isEmpty)
    }
    #expect(index.nodeCount == 0)
  }

  @Test("the index has the ranges, counts and order of the scanner's tokens, at any size")
  func agreesWithScanner() throws {
    var mutation = Mutation(random: SeededRandom())
    for size in [1, 10, 100, 1_000] {
      let items = (0..<size).map { _ in String(decoding: mutation.document(), as: UTF8.self) }
      let document = try Document("[" + items.joined(separator: ",") + "]")
      let tokens = DripFeed().readWhole(document.bytes).tokens
      #expect(document.index.count(document.root) == size)
      var ranges: [Range<Int>] = []
      collect(document.index, document.root, &ranges)
      let starts = tokens.filter { ![.objectEnd, .arrayEnd, .end].contains($0.kind) }.map(\.start)
      #expect(ranges.map(\.lowerBound) == starts)
      #expect(document.index.nodeCount == starts.count)
      let tree = try JSONValue(parsing: document.bytes)
      #expect(document.tree(document.root) == tree)
    }
  }

  private func collect(_ index: JSONIndex, _ node: JSONIndex.Node, _ ranges: inout [Range<Int>]) {
    ranges.append(index.range(node))
    for element in index.elements(node) { collect(index, element, &ranges) }
    for (key, value) in index.members(node) {
      ranges.append(index.range(key))
      collect(index, value, &ranges)
    }
  }

  @Test(
    "of members with one name the last counts, however they are written",
    arguments: [
      ("{}", []), (#"{"a":1,"b":2}"#, []), (#"{"a":1,"a":2}"#, [0]), (#"{"a":1,"b":{"a":2},"a":[3],"b":4,"a":5}"#, [0, 1, 2]),
      (#"{"\u0061":1,"a":2}"#, [0]), (#"{"a":1,"\u0061":2,"\u0062":3}"#, [0]), (#"{"a":1,"A":2,"aa":3}"#, []), ("[1]", []),
      ("{" + (0..<40).map { #""k\#($0 % 20)":1"# }.joined(separator: ",") + "}", Array(0..<20)),
    ])
  func overridden(_ text: String, _ numbers: [Int]) throws {
    #expect(try Document(text).overridden() == numbers)
  }
}
