// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Store

extension Baseline {
  /// The inspected exchanges of a store that kept their requests, the newest first: of the first attempt, as the vendor
  /// answered it.
  mutating func addExchanges(of store: StoreReader) async throws {
    defer { store.close() }
    var next: ExchangeKey?
    repeat {
      let page = try await store.list(ExchangeFilter(), before: next, limit: 500)
      for row in page.exchanges where !row.exchange.firstFinishReason.isEmpty {
        guard case .found(let exchange) = try await store.exchange(id: row.exchange.id), let request = exchange.request else { continue }
        add(request.body, Side(exchange))
      }
      next = page.next
    } while next != nil
  }
}

extension Side {
  fileprivate init(_ exchange: StoredExchange) {
    // Where there was one attempt its calls are those that the client got.
    let calls = exchange.attempts.count > 1 ? exchange.calls.filter { $0.attempt == 0 } : exchange.calls
    self.init(
      Finish(reason: exchange.firstFinishReason),
      isValid: exchange.k2vvCheckedCalls > 0 && exchange.k2vvValidCalls == exchange.k2vvCheckedCalls,
      calls: calls.filter { $0.choice == 0 }.map {
        ToolCall(name: $0.name, arguments: $0.arguments, isValid: $0.k2vvValid == true)
      }, promptTokens: exchange.attempts.first?.tokens.input)
  }
}
