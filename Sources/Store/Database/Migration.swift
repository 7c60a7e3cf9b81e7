// SPDX-License-Identifier: Apache-2.0
package import GRDB

/// One step of the schema. Its number is the `user_version` that it leaves behind; a step that was released never changes.
package struct Migration: Sendable {
  package var number: Int
  package var change: @Sendable (Database) throws -> Void

  package init(number: Int, sql: String) {
    self.number = number
    change = { try $0.execute(sql: sql) }
  }

  package init(number: Int, change: @escaping @Sendable (Database) throws -> Void) {
    self.number = number
    self.change = change
  }

  /// In ascending order.
  package static let all: [Migration] = [
    Migration(number: 1, sql: Schema.exchanges + Schema.details + Schema.bodies),
    Migration(number: 2, sql: Schema.rollups),
    Migration(number: 3, sql: Schema.text),
    Migration(number: 4, sql: Schema.fidelity),
    Migration(number: 5, change: AskedVendors.migrate),
  ]

  /// `BLAY`: tells a store from any other SQLite file.
  static let applicationID: Int32 = 0x424C_4159

  /// Brings a database to the last migration, each in a transaction of its own. A reader only checks.
  static func run(_ migrations: [Migration], on db: Database) throws {
    let version = try check(migrations, on: db)
    for migration in migrations where migration.number > version {
      try db.inTransaction(.immediate) {
        // Another process may have come first.
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 < migration.number else { return .rollback }
        try migration.change(db)
        try db.execute(sql: "PRAGMA user_version = \(migration.number)")
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        return .commit
      }
    }
  }

  /// The version of the database.
  @discardableResult
  static func check(_ migrations: [Migration], on db: Database) throws -> Int {
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
    if !isEmpty, application != applicationID { throw StoreFailure(.notAStore, "its application id is \(application)") }
    if application == applicationID, version > 0, try !db.tableExists("content"), migrations.count == all.count {
      throw StoreFailure(.notAStore, "it is of a version before the first release, which this one cannot read: move it away")
    }
    let last = migrations.last?.number ?? 0
    if version > last { throw StoreFailure(.newer, "its schema is number \(version), this release knows \(last)") }
    return version
  }
}
