// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
package import Store

/// A store that is there to be read, or words on what to do.
package struct LogbookStore: Sendable {
  package let path: String
  package let reader: StoreReader

  package init(path: String) throws(LogbookProblem) {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else {
      throw LogbookProblem(
        .unusable,
        """
        there is no store at \(path)
        `belay serve` makes one when the first exchange passes. For another file: --store FILE, BELAY_STORE, or `store:` in belay.yaml.
        """)
    }
    do {
      reader = try StoreReader(path: path)
    } catch {
      throw LogbookProblem(.unusable, "cannot read the store at \(path): \(error)")
    }
  }

  package func close() { reader.close() }

  /// The store that has taken this one's place at the path, if one has.
  func successor() -> LogbookStore? { reader.isCurrent ? nil : try? LogbookStore(path: path) }

  /// Asks the reader, with its failure in words.
  func ask<T: Sendable>(_ question: (StoreReader) async throws -> T) async throws -> T {
    do {
      return try await question(reader)
    } catch let failure as StoreFailure {
      throw LogbookProblem(.unusable, "cannot read the store at \(path): \(failure)")
    }
  }

  var emptyNote: String {
    """
    no exchange is recorded yet in \(path)
    Point an agent at the proxy, as in OPENAI_BASE_URL=http://127.0.0.1:8611/v1; what passes appears here.

    """
  }

  /// The exchange that a command names: an id, the beginning of one, or `last`.
  func exchange(_ name: String) async throws -> StoredExchange {
    var id = name
    if name.lowercased() == "last" {
      guard let newest = try await ask({ try await $0.list(ExchangeFilter(), limit: 1) }).exchanges.first else {
        throw LogbookProblem(.absent, emptyNote.trimmingCharacters(in: .newlines))
      }
      id = newest.exchange.id
    }
    switch try await ask({ try await $0.exchange(id: id) }) {
    case .found(let exchange): return exchange
    case .none:
      throw LogbookProblem(.absent, "there is no exchange \(name.plain) in \(path); `belay list` shows what is there")
    case .several(let ids):
      let more = ids.count >= 10 ? "\n  ..." : ""
      throw LogbookProblem(.absent, "several exchanges begin with \(name.plain); write more of one:\n  \(ids.joined(separator: "\n  "))\(more)")
    }
  }
}
