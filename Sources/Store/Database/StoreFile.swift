// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The file of a store on disk, with SQLite's two companions beside it. Only its owner reads any of them.
package struct StoreFile: Sendable, Equatable {
  package var path: String

  package init(path: String) {
    self.path = path
  }

  var all: [String] { [path, path + "-wal", path + "-shm"] }

  /// Makes the folder (0700) and the file (0600) where they are missing, before SQLite would make it with the umask's
  /// permissions; narrows those of a file that is there. SQLite gives its companions the file's own permissions.
  func prepare() throws(StoreFailure) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if !FileManager.default.fileExists(atPath: folder) {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch {
        throw StoreFailure(.unreachable, "cannot make the folder \(folder): \(error.localizedDescription)")
      }
    }
    let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      let code = errno
      if code == ENOSPC || code == EDQUOT { throw StoreFailure(.diskFull, path) }
      if code == EACCES || code == EROFS || code == EPERM { throw StoreFailure(.readOnly, "\(path): \(Self.text(code))") }
      throw StoreFailure(.unreachable, "\(path): \(Self.text(code))")
    }
    close(file)
    for path in all { narrow(path) }
  }

  private func narrow(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return }
    _ = unsafe chmod(path, status.st_mode & 0o700)
  }

  /// What tells this file from another of the same name; nil where there is none.
  var identity: Identity? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  struct Identity: Equatable {
    var device: UInt64
    var inode: UInt64
  }

  /// Bytes on disk, companions included.
  package var size: Int64 {
    all.reduce(0) { sum, path in
      var status = stat()
      return unsafe stat(path, &status) == 0 ? sum + Int64(status.st_size) : sum
    }
  }

  /// Whether the file's first page carries the store's mark (sqlite.org/fileformat.html, byte 68), however damaged the rest is.
  var isOurs: Bool {
    guard let handle = FileHandle(forReadingAtPath: path), let head = try? handle.read(upToCount: 72), head.count == 72 else { return false }
    let mark = head.suffix(4).reduce(Int32(0)) { $0 << 8 | Int32($1) }
    return head.starts(with: Data("SQLite format 3\0".utf8)) && mark == Migration.applicationID
  }

  /// Renames a damaged store, companions too, and says how it is called now.
  func setAside(at milliseconds: Int64) throws(StoreFailure) -> String {
    let name = path + ".damaged-\(milliseconds / 1000)"
    for (old, new) in zip(all, StoreFile(path: name).all) where FileManager.default.fileExists(atPath: old) {
      guard unsafe rename(old, new) == 0 else { throw StoreFailure(.corrupt, "cannot rename \(old): \(Self.text(errno))") }
    }
    return name
  }

  private static func text(_ code: CInt) -> String { unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)" }
}
