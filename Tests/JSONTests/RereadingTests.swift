// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct RereadingTests {
  @Test("a document read after another one is as if it had been read alone, errors too")
  func sameAsAlone() {
    var mutation = Mutation(random: SeededRandom())
    var (index, previous, document, reused) = (JSONIndex(), [UInt8](), [UInt8](), 0)
    var limits = JSONLimits()
    for round in 0..<20_000 {
      if round % 50 == 0 {
        // What a reading relies on was read within the same limits.
        (index, previous, document) = (JSONIndex(), [], large(&mutation))
        limits = round % 200 == 0 ? JSONLimits(depth: 4, values: 60) : JSONLimits()
      }
      let next = mutation.random.below(3) == 0 ? inserted(into: document, &mutation) : mutation.mutate(document)
      guard let now = reading(next, &index, after: previous, limits, &reused) else {
        previous = []
        continue
      }
      let alone = reading(next, limits)
      #expect(now == alone, "\(String(decoding: previous, as: UTF8.self)) then \(String(decoding: next, as: UTF8.self))")
      (previous, document) = (next, next)
    }
    #expect(reused > 20_000, "values that were not read again: \(reused)")
  }

  @Test("what both begin and end with is not read again", arguments: [
    (#"{"m":[{"a":1},{"b":2}],"t":[1,2]}"#, #"{"m":[{"a":1},{"b":2},{"c":"x"}],"t":[1,2]}"#),
    (#"{"m":[{"a":1},{"b":2},{"c":"x"}],"t":[1,2]}"#, #"{"m":[{"a":1},{"d":"x"}],"t":[1,2]}"#),
    (#"{"m":[{"a":1},[2]],"t":[1,2],"s":true}"#, #"{"m":[{"a":1},[2]],"u":0,"t":[1,2],"s":true}"#),
  ])
  func known(_ before: String, _ after: String) throws {
    let (old, new) = (Array(before.utf8), Array(after.utf8))
    var index = JSONIndex()
    try index.read(old.span)
    let value = index.value("m", in: index.root, of: old.span)
    let list = try #require(value)
    let first = try #require(Array(index.elements(list)).first)
    let known = try index.read(new.span, after: old.span)
    #expect(index.holds(first, known))
    #expect(!index.holds(list, known) && !index.holds(index.root, known))
    #expect(String(before.prefix(known.bytes)) == String(after.prefix(known.bytes)))
    let alone = try Document(after)
    #expect(outline(index) == outline(alone.index))
  }

  @Test("the same document again is known whole; a failed reading leaves nothing known")
  func edges() throws {
    let (text, nothing) = (Array(#" {"a":[1,2]} "#.utf8), [UInt8]())
    var index = JSONIndex()
    let first = try index.read(text.span, after: nothing.span)
    #expect(first == .nothing && index.nodeCount == 5)
    let again = try index.read(text.span, after: text.span)
    #expect(again.isAll && again.bytes == text.count && index.holds(index.root, again) && index.nodeCount == 5)
    let bad = Array(#" {"a":[1,2 "#.utf8)
    #expect(throws: JSONError.self) { try index.read(bad.span, after: text.span) }
    #expect(index.nodeCount == 0)
    let last = try index.read(text.span, after: bad.span)
    #expect(!last.isAll && !index.holds(index.root, last) && index.nodeCount == 5)
  }

  private struct Outcome: Equatable {
    var outline: [String] = []
    var error: JSONError?
  }

  /// Nil when the reading failed in both ways and there is nothing to go on from.
  private func reading(
    _ bytes: [UInt8], _ index: inout JSONIndex, after previous: [UInt8], _ limits: JSONLimits, _ reused: inout Int
  ) -> Outcome? {
    do {
      let before = index.nodeCount
      let known = try index.read(bytes.span, after: previous.span, limits: limits)
      if known.bytes > bytes.count / 2 { reused += before / 2 }
      return Outcome(outline: outline(index))
    } catch {
      let alone = reading(bytes, limits)
      #expect(alone.error == error, "\(String(decoding: bytes, as: UTF8.self))")
      #expect(index.nodeCount == 0)
      return nil
    }
  }

  private func reading(_ bytes: [UInt8], _ limits: JSONLimits) -> Outcome {
    var index = JSONIndex()
    do {
      try index.read(bytes.span, limits: limits)
      return Outcome(outline: outline(index))
    } catch {
      return Outcome(error: error)
    }
  }

  /// An object of a few members, like a request.
  private func large(_ mutation: inout Mutation) -> [UInt8] {
    var bytes = Array("{".utf8)
    for member in 0..<1 + mutation.random.below(6) {
      if member > 0 { bytes += Array(",".utf8) }
      bytes += Array("\"k\(member)\":".utf8) + mutation.document()
    }
    return bytes + Array("}".utf8)
  }

  /// A value put in after a comma that is there, so that most of these are documents.
  private func inserted(into document: [UInt8], _ mutation: inout Mutation) -> [UInt8] {
    let commas = document.indices.filter { document[$0] == UInt8(ascii: ",") }
    guard !commas.isEmpty else { return document }
    var bytes = document
    let value = mutation.document()
    let key = Array(#""new":"#.utf8)
    let place = commas[mutation.random.below(commas.count)] + 1
    bytes.insert(contentsOf: (mutation.random.below(2) == 0 ? key : []) + value + Array(",".utf8), at: place)
    return bytes
  }

  /// All that an index says of its nodes, in order.
  private func outline(_ index: JSONIndex) -> [String] {
    var lines: [String] = ["\(index.nodeCount)"]
    func add(_ node: JSONIndex.Node) {
      lines.append("\(index.kind(node)) \(index.range(node)) \(index.count(node)) \(index.hasEscapes(node))")
      for element in index.elements(node) { add(element) }
      for (key, value) in index.members(node) {
        add(key)
        add(value)
      }
    }
    add(index.root)
    return lines
  }
}
