// SPDX-License-Identifier: Apache-2.0
import Store

extension ExportCommand {
  /// Which exchanges are exported: those named, in that order; or those that pass the filters, the oldest first, as they
  /// happened.
  struct Selection {
    private(set) var ids: [String] = []

    init(_ command: ExportCommand, _ store: LogbookStore, now: Int64) async throws {
      if !command.ids.isEmpty {
        ids = command.ids
        return
      }
      let filter = try command.flags.filter(now: now)
      var key: ExchangeKey?
      repeat {
        let (place, wanted) = (key, min(1000, command.limit.map { $0 - ids.count } ?? 1000))
        let page = try await store.ask { try await $0.list(filter, before: place, limit: wanted) }
        ids += page.exchanges.map(\.exchange.id)
        key = page.next
      } while key != nil && ids.count < command.limit ?? .max
      ids.reverse()
    }
  }
}
