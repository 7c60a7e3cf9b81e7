// SPDX-License-Identifier: Apache-2.0
import Foundation
import Store

/// The chat requests of recorded exchanges, the oldest first: the lines of `belay export --format k2vv`, read one by one, so that a
/// set may be larger than memory.
package struct RecordedRequests: Sendable {
  private let command: ExportCommand
  private let store: LogbookStore
  private let ids: [String]

  /// - Parameters:
  ///   - limit: the newest so many of those that the filters let through; nil for all.
  ///   - now: milliseconds since the epoch.
  /// - Throws: `LogbookProblem`, also when there is no such exchange.
  package init(_ flags: FilterFlags, limit: Int?, storePath: String, now: Int64) async throws {
    if let limit, limit < 1 { throw LogbookProblem(.unusable, "--limit is a number from 1") }
    var command = ExportCommand(format: .k2vv)
    (command.flags, command.limit) = (flags, limit)
    self.command = command
    store = try LogbookStore(path: storePath)
    ids = try await ExportCommand.Selection(command, store, now: now).ids
    if ids.isEmpty { throw LogbookProblem(.absent, try await store.reasonForNothing(flags).trimmingCharacters(in: .newlines)) }
  }

  package var count: Int { ids.count }

  /// The request at `place`, from 0, on one line as its vendor got it; or why it cannot be sent again.
  package func request(at place: Int) async throws -> Result<[UInt8], Unusable> {
    let id = ids[place]
    let exchange: StoredExchange
    do {
      exchange = try await store.exchange(id)
    } catch let problem as LogbookProblem where problem.code == .absent {
      return .failure(Unusable(reason: "exchange \(id) is no longer kept"))
    }
    switch ExportPart.make(exchange, command) {
    case .success(let part): return .success(ExportFile.line(of: part, .k2vv)?.dropLast() ?? [])
    case .failure(let reason): return .failure(Unusable(reason: "exchange \(id): \(reason.text)"))
    }
  }

  package struct Unusable: Error, Equatable { package let reason: String }
}
