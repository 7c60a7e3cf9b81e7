// SPDX-License-Identifier: Apache-2.0
import GRDB
import GRDBSQLite

/// A statement of the write path, bound and stepped without GRDB's boxing of values: an exchange is a dozen inserts, and
/// boxing would cost more than they do. Everything unsafe about SQLite is in this file.
///
/// It belongs to the connection it was made with and to that connection's thread.
@safe final class PreparedStatement {
  private let statement: Statement
  private let handle: OpaquePointer
  /// The texts and blobs of one run, one after the other: SQLite reads them here while it steps and makes no copies.
  private var room: [UInt8] = []

  init(_ db: Database, _ sql: String) throws {
    statement = try db.makeStatement(sql: sql)
    unsafe handle = statement.sqliteStatement
  }

  /// Binds from parameter 1 on, steps once, and makes the statement ready for the next time.
  func run(_ values: SQLValue...) throws {
    try run(values)
  }

  func run(_ values: [SQLValue]) throws {
    try bound(values) { try step { _ in } }
  }

  /// The first row, or nil.
  func first<T>(_ values: SQLValue..., read: (SQLRow) -> T) throws -> T? {
    var result: T?
    try bound(values) { try step { result = read($0) } }
    return result
  }

  /// Every row.
  func each(_ values: [SQLValue], read: (SQLRow) throws -> Void) throws {
    try eachWhile(values) { row in
      try read(row)
      return true
    }
  }

  /// Rows, until one of which `read` says that it is the last.
  func eachWhile(_ values: [SQLValue], read: (SQLRow) throws -> Bool) throws {
    try bound(values) {
      defer { _ = unsafe sqlite3_reset(handle) }
      while true {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: if try !read(unsafe SQLRow(handle: handle)) { return }
        case SQLITE_DONE: return
        case let code: throw failure(code)
        }
      }
    }
  }

  /// Rows that the last statement of the connection changed.
  var changes: Int { unsafe Int(sqlite3_changes(sqlite3_db_handle(handle))) }
  var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(sqlite3_db_handle(handle)) }

  /// Binds from parameter 1 on; the values hold as long as `body` runs.
  private func bound(_ values: [SQLValue], _ body: () throws -> Void) throws {
    // Taken out, so that a statement which is run within its own `each` does not move what is bound.
    var room = room
    self.room = []
    room.removeAll(keepingCapacity: true)
    for value in values {
      switch value {
      case .text(let text): room.append(contentsOf: text.utf8)
      case .blob(let bytes): room += bytes
      case .null, .integer, .real: break
      }
    }
    try unsafe room.withUnsafeBytes { room in
      var offset = 0
      for (position, value) in values.enumerated() {
        let code = unsafe bind(value, at: CInt(position + 1), room, &offset)
        guard code == SQLITE_OK else { throw failure(code) }
      }
      try body()
    }
    self.room = room
  }

  private func bind(_ value: SQLValue, at index: CInt, _ room: UnsafeRawBufferPointer, _ offset: inout Int) -> CInt {
    switch value {
    case .null: return unsafe sqlite3_bind_null(handle, index)
    case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, number)
    case .real(let number): return unsafe sqlite3_bind_double(handle, index, number)
    case .text(let text):
      let count = text.utf8.count
      guard count > 0, let base = room.baseAddress else { return unsafe sqlite3_bind_text(handle, index, "", 0, nil) }
      defer { offset += count }
      return unsafe sqlite3_bind_text64(
        handle, index, (base + offset).assumingMemoryBound(to: CChar.self), UInt64(count), nil, UInt8(SQLITE_UTF8))
    case .blob(let bytes):
      guard !bytes.isEmpty, let base = room.baseAddress else { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
      defer { offset += bytes.count }
      return unsafe sqlite3_bind_blob64(handle, index, base + offset, UInt64(bytes.count), nil)
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
