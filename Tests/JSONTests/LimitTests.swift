// SPDX-License-Identifier: Apache-2.0
import JSON
import Testing

@Suite struct LimitTests {
  private func nested(_ depth: Int, _ open: String = "[", _ close: String = "]") -> [UInt8] {
    Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
  }

  @Test("nesting is allowed up to the limit and no further", arguments: [0, 1, 63, 64, 65, 128, 512, 1024])
  func depth(_ limit: Int) {
    let feed = DripFeed(limits: JSONLimits(depth: limit))
    #expect(feed.readWhole(nested(limit)).isAccepted)
    let error = feed.readWhole(nested(limit + 1)).error
    #expect(error == feed.readWhole(nested(limit + 9)).error)
    #expect(error?.offset == limit)
    #expect(error?.reason == .tooDeep(limit: limit))
  }

  @Test("a depth limit beyond what the scanner can hold is that one")
  func depthCap() {
    let feed = DripFeed(limits: JSONLimits(depth: .max))
    #expect(feed.readWhole(nested(JSONLimits.maximumDepth)).isAccepted)
    #expect(
      feed.readWhole(nested(JSONLimits.maximumDepth + 1)).error?.reason == .tooDeep(limit: JSONLimits.maximumDepth))
  }

  @Test("each level remembers whether it is an object, at any depth")
  func mixedNesting() {
    var random = SeededRandom()
    for _ in 0..<20 {
      let depth = 1 + random.below(400)
      var text = "0"
      var wrong: String?
      for level in 0..<depth {
        let isObject = Bool.random(using: &random)
        if level == depth / 2 {
          wrong = isObject ? "{\"k\":\(text)]" : "[\(text)}"
        } else if let inner = wrong {
          wrong = isObject ? "{\"k\":\(inner)}" : "[\(inner)]"
        }
        text = isObject ? "{\"k\":\(text)}" : "[\(text)]"
      }
      #expect(DripFeed().readWhole(Array(text.utf8)).isAccepted, "seed \(SeededRandom.seed)")
      #expect(!DripFeed().readWhole(Array((wrong ?? "").utf8)).isAccepted, "seed \(SeededRandom.seed)")
    }
  }

  @Test(
    "a document may have as many bytes as the limit says",
    arguments: ["[1,2,3]", "12345", "\"abc\"", "true   ", "\"你好\""])
  func size(_ text: String) throws {
    let bytes = Array(text.utf8)
    var random = SeededRandom()
    let exact = DripFeed(limits: JSONLimits(bytes: bytes.count)).verify(bytes, random: &random)
    #expect(exact.reading.isAccepted)
    for limit in 0..<bytes.count {
      let feed = DripFeed(limits: JSONLimits(bytes: limit))
      let result = feed.verify(bytes, random: &random)
      #expect(result.differing == nil)
      #expect(result.reading.error?.description == "at byte \(limit): longer than \(limit) bytes")
    }
  }

  @Test("an error within the limit comes before the limit")
  func errorBeforeLimit() {
    let reading = DripFeed(limits: JSONLimits(bytes: 4)).readWhole(Array("[x,1,2,3]".utf8))
    #expect(reading.error?.offset == 1)
  }
}

extension LimitTests {
  @Test(
    "an index takes in as many values as the limit says, new or used before, and says which is one too many",
    arguments: [("[1,2,3]", 4, 5), ("{\"a\":[],\"b\":{}}", 5, 12), ("[[[[]]]]", 4, 3), ("[\"\",\"\"]   ", 3, 4)])
  func values(_ text: String, count: Int, last: Int) throws {
    let bytes = Array(text.utf8)
    var used = JSONIndex()
    try used.read(Array("[1,2,3,4,5,6,7,8,9]".utf8).span)
    for index in [JSONIndex(), used] {
      var index = index
      try index.read(bytes.span, limits: JSONLimits(values: count))
      #expect(index.nodeCount == count)
      let error = #expect(throws: JSONError.self) { try index.read(bytes.span, limits: JSONLimits(values: count - 1)) }
      #expect(error?.description == "at byte \(last): more than \(count - 1) values and keys")
      #expect(index.nodeCount == 0)
    }
  }

  @Test("a table that grows stays within one more than the limit")
  func growth() throws {
    let bytes = Array(("[" + String(repeating: "0,", count: 100_000) + "0]").utf8)
    var index = JSONIndex()
    let error = #expect(throws: JSONError.self) { try index.read(bytes.span, limits: JSONLimits(values: 70_000)) }
    #expect(error?.offset == 1 + 2 * 69_999)
    #expect(!index.isLarge || index.nodeCount == 0)
  }
}
