// SPDX-License-Identifier: Apache-2.0
import GRDB
import GRDBSQLite

/// A statement of the write path, bound and stepped without GRDB's boxing of values: an exchange is a dozen inserts, and
/// boxing would cost more than they do. Everything unsafe about SQLite is in this file.
///
/// It belongs to the connection it was made with and to that connection's thread.
@safe struct PreparedStatement {
  private let statement: Statement
  private let handle: OpaquePointer

  init(_ db: Database, _ sql: String) throws {
    statement = try db.makeStatement(sql: sql)
    unsafe handle = statement.sqliteStatement
  }

  /// Binds from parameter 1 on, steps once, and makes the statement ready for the next time.
  func run(_ values: SQLValue...) throws {
    try bind(values)
    try step { _ in }
  }

  func run(_ values: [SQLValue]) throws {
    try bind(values)
    try step { _ in }
  }

  /// The first row, or nil.
  func first<T>(_ values: SQLValue..., read: (SQLRow) -> T) throws -> T? {
    try bind(values)
    var result: T?
    try step { result = read($0) }
    return result
  }

  /// Every row.
  func each(_ values: [SQLValue], read: (SQLRow) throws -> Void) throws {
    try bind(values)
    defer { _ = unsafe sqlite3_reset(handle) }
    while true {
      switch unsafe sqlite3_step(handle) {
      case SQLITE_ROW: try read(unsafe SQLRow(handle: handle))
      case SQLITE_DONE: return
      case let code: throw failure(code)
      }
    }
  }

  /// Rows that the last statement of the connection changed.
  var changes: Int { unsafe Int(sqlite3_changes(sqlite3_db_handle(handle))) }
  var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(sqlite3_db_handle(handle)) }

  private func bind(_ values: [SQLValue]) throws {
    for (position, value) in values.enumerated() {
      let index = CInt(position + 1)
      let code: CInt
      switch value {
      case .null: code = unsafe sqlite3_bind_null(handle, index)
      case .integer(let number): code = unsafe sqlite3_bind_int64(handle, index, number)
      case .real(let number): code = unsafe sqlite3_bind_double(handle, index, number)
      case .text(let text):
        var text = text
        code = text.withUTF8 { utf8 in
          guard let base = utf8.baseAddress else { return unsafe sqlite3_bind_text(handle, index, "", 0, nil) }
          return unsafe base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
            unsafe sqlite3_bind_text64(handle, index, $0, UInt64(utf8.count), Self.copied, UInt8(SQLITE_UTF8))
          }
        }
      case .blob(let bytes):
        code = unsafe bytes.withUnsafeBufferPointer { buffer in
          guard let base = buffer.baseAddress, !buffer.isEmpty else { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
          return unsafe sqlite3_bind_blob64(handle, index, base, UInt64(buffer.count), Self.copied)
        }
      }
      guard code == SQLITE_OK else { throw failure(code) }
    }
  }

  /// SQLite reads the first row, if there is one; the write path never asks for more.
  private func step(_ row: (SQLRow) -> Void) throws {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { row(unsafe SQLRow(handle: handle)) }
    let failed = code == SQLITE_ROW || code == SQLITE_DONE ? nil : failure(code)
    _ = unsafe sqlite3_reset(handle)
    if let failed { throw failed }
  }

  private func failure(_ code: CInt) -> DatabaseError {
    let message = unsafe sqlite3_errmsg(sqlite3_db_handle(handle)).map { unsafe String(cString: $0) }
    return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
  }

  /// SQLITE_TRANSIENT: SQLite makes its own copy before the call returns.
  private static var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

enum SQLValue {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  static func int(_ value: Int) -> SQLValue { .integer(Int64(value)) }
  static func int(_ value: Int?) -> SQLValue { value.map { .integer(Int64($0)) } ?? .null }
  static func int(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
  static func bool(_ value: Bool?) -> SQLValue { value.map { .integer($0 ? 1 : 0) } ?? .null }
}

/// The row under a statement's cursor, columns from 0.
@safe struct SQLRow {
  fileprivate let handle: OpaquePointer

  func isNull(_ column: Int) -> Bool { unsafe sqlite3_column_type(handle, CInt(column)) == SQLITE_NULL }
  func int(_ column: Int) -> Int { Int(integer(column)) }
  func optional(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
  func optionalInt(_ column: Int) -> Int? { optional(column).map { Int($0) } }
  func bool(_ column: Int) -> Bool { integer(column) != 0 }
  func integer(_ column: Int) -> Int64 { unsafe sqlite3_column_int64(handle, CInt(column)) }

  func blob(_ column: Int) -> [UInt8] {
    guard let base = unsafe sqlite3_column_blob(handle, CInt(column)) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(handle, CInt(column)))
    return unsafe Array(UnsafeRawBufferPointer(start: base, count: count))
  }

  func text(_ column: Int) -> String { String(decoding: blob(column), as: UTF8.self) }
}
