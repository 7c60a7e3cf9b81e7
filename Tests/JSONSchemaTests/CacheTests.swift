// SPDX-License-Identifier: Apache-2.0

import JSONSchema
import Testing

@Suite("The cache of compiled schemas") struct CacheTests {
  private func text(_ index: Int) -> [UInt8] { Array(#"{"minimum": \#(index)}"#.utf8) }

  @Test("The same text is compiled once, and figures say so")
  func hits() throws {
    let cache = SchemaCache()
    for _ in 0..<3 { _ = try cache.schema(text(1)) }
    _ = try cache.schema(text(2))
    #expect(cache.figures.hits == 2)
    #expect(cache.figures.misses == 2)
    #expect(cache.figures.count == 2)
    let footprint = try [1, 2].reduce(0) { $0 + text($1).count + (try cache.schema(text($1))).footprint }
    #expect(cache.figures.bytes == footprint)
  }

  @Test("It stays within its bounds, and keeps what is used")
  func bounds() throws {
    let cache = SchemaCache(capacity: 8)
    for index in 0..<100 {
      _ = try cache.schema(text(1_000))
      _ = try cache.schema(text(index))
    }
    #expect(cache.figures.count == 8)
    #expect(cache.figures.evictions >= 93)
    #expect(cache.figures.hits >= 95)
    let room = 4 * (try cache.schema(text(1_000)).footprint + 100)
    let small = SchemaCache(bytes: room)
    for index in 0..<10 { _ = try small.schema(text(index)) }
    #expect(small.figures.bytes <= room)
    #expect((3...4).contains(small.figures.count))
  }

  @Test("A schema that does not compile is remembered too")
  func failures() {
    let cache = SchemaCache()
    for _ in 0..<2 { #expect(throws: SchemaError.self) { try cache.schema(Array(#"{"type": "any"}"#.utf8)) } }
    #expect(cache.figures.hits == 1)
  }

  @Test("Threads share it")
  func threads() async throws {
    let cache = SchemaCache(capacity: 4)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask {
          var validator = Validator()
          for index in 0..<200 {
            let bound = (index + worker) % 10
            let schema = try cache.schema(Array(#"{"minimum": \#(bound)}"#.utf8))
            #expect(validator.validate(Array("\(bound)".utf8), with: schema) == .valid)
          }
        }
      }
      try await group.waitForAll()
    }
    let figures = cache.figures
    #expect(figures.hits + figures.misses == 1_600)
    #expect(figures.count <= 4)
  }
}
