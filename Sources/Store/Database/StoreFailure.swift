// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Why the store cannot be written or read now. None of it reaches a client: records wait, then are dropped and counted.
package struct StoreFailure: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Reason: String, Sendable, CaseIterable {
    case diskFull = "disk_full"
    case locked
    case readOnly = "read_only"
    case corrupt
    /// Something else than a store lies at the path. It is left alone.
    case notAStore = "not_a_store"
    /// Written by a later release.
    case newer
    case unreachable
    case other
  }

  package var reason: Reason
  package var detail: String

  package init(_ reason: Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }

  init(_ error: any Error) {
    if let failure = error as? StoreFailure {
      self = failure
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.other, "\(error)")
      return
    }
    let detail = "SQLite \(error.resultCode.rawValue): \(error.message ?? "no message")"
    switch error.resultCode {
    case .SQLITE_FULL: self.init(.diskFull, detail)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.locked, detail)
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: self.init(.readOnly, detail)
    case .SQLITE_CORRUPT: self.init(.corrupt, detail)
    case .SQLITE_NOTADB: self.init(.notAStore, detail)
    case .SQLITE_CANTOPEN, .SQLITE_IOERR: self.init(.unreachable, detail)
    default: self.init(.other, detail)
    }
  }

  /// What is wrong and what to do about it.
  package var description: String {
    switch reason {
    case .diskFull: "no space left for the store; free some, or set a smaller retention size (\(detail))"
    case .locked: "another program holds the store's lock; it is tried again (\(detail))"
    case .readOnly: "the store's file cannot be written; check its owner and permissions (\(detail))"
    case .corrupt: "the store's file is damaged (\(detail))"
    case .notAStore: "the file at the store's path is no store of Belay, and is left alone; choose another path (\(detail))"
    case .newer: "a later release of Belay wrote this store; use that release, or another path (\(detail))"
    case .unreachable: "the store's file cannot be opened; check that its folder exists and can be written (\(detail))"
    case .other: "the store failed (\(detail))"
    }
  }
}
