// SPDX-License-Identifier: Apache-2.0
import Store
import Testing

/// What one question may cost.
struct QueryLimitTests {
  private static func alternatives(_ count: Int) -> String {
    (0..<count).map { "path ~ 'z\($0)'" }.joined(separator: " || ")
  }

  @Test("an expression has at most a hundred comparisons, a list a thousand values")
  func size() throws {
    _ = try FilterExpression(Self.alternatives(100))
    let tooMany = #expect(throws: FilterError.self) { try FilterExpression(Self.alternatives(101)) }
    #expect(tooMany?.message == "more than 100 comparisons")
    func list(_ count: Int) -> String { "status in (\((0..<count).map(String.init).joined(separator: ", ")))" }
    _ = try FilterExpression(list(1000))
    let tooLong = #expect(throws: FilterError.self) { try FilterExpression(list(1001)) }
    #expect(tooLong?.message == "more than 1000 values in a list")
  }

  @Test(
    "what is allowed in depth is not too deep for SQLite",
    arguments: [
      String(repeating: "!", count: 19) + "text ~ 'a'", String(repeating: "!(", count: 9) + "text ~ 'a'" + String(repeating: ")", count: 9),
      String(repeating: "calls > 0 && (valid || (", count: 9) + "!text ~ 'a'" + String(repeating: ")", count: 18),
    ])
  func depth(_ expression: String) async throws {
    try await withStore([Sample.exchange(0)]) { _, _, folder in
      var filter = ExchangeFilter()
      filter.expression = try FilterExpression(expression)
      let reader = try StoreReader(path: folder.store)
      _ = try await reader.list(filter)
      reader.close()
    }
  }

  @Test("a question that takes longer than the reader's patience is given up, and the reader goes on")
  func patience() async throws {
    try await withStore((0..<2000).map { Sample.exchange($0) }) { _, _, folder in
      var filter = ExchangeFilter()
      filter.expression = try FilterExpression(Self.alternatives(100))
      let hard = filter
      let hasty = try StoreReader(path: folder.store, patience: .milliseconds(1))
      await #expect(throws: QueryTimeout.self) { try await hasty.list(hard) }
      hasty.close()
      let patient = try StoreReader(path: folder.store, patience: .seconds(60))
      #expect(try await patient.list(hard).exchanges.isEmpty)
      #expect(try await patient.list(ExchangeFilter()).exchanges.count == 50)
      patient.close()
    }
  }
}
