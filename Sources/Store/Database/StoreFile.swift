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
  /// permissions; narrows those of a store that is there. SQLite gives its companions the file's own permissions.
  ///
  /// None of the three may be another user's, who could read what is kept; a companion may be no link, through which SQLite would
  /// write over what it leads to. The file itself may be reached through a link of this user's or of root's, to a file of this
  /// user's; folders may be links. What is no store keeps its permissions: it may be anybody's notes.
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
    let file = try made()
    let isWide = try Self.owned(file.path).map(Self.isWide) ?? false
    var companions: [String] = []
    for path in file.all.dropFirst() {
      // One with another name may be somebody's notes, too.
      if let status = try Self.owned(path), Self.isWide(status), status.st_nlink == 1 { companions.append(path) }
    }
    // A descriptor that is closed gives up the process's locks on its file (fcntl(2)), readers' too: none is opened in vain.
    guard isWide || !companions.isEmpty, try file.narrowIfStore() else { return }
    for path in companions { try Self.narrow(path) }
  }

  /// For whoever reads: the file is there, and neither it nor a companion is anything else than a file. Opening a pipe might never return.
  func requireFiles() throws(StoreFailure) {
    for name in all {
      var status = stat()
      if unsafe stat(name, &status) == 0 {
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreFailure(.notAStore, "\(name) is no file") }
      } else if errno != ENOENT {
        throw Self.failure(name)
      } else if name == path {
        throw StoreFailure(.unreachable, "there is no store at \(path)")
      }
    }
  }

  /// The file that is there, or is made, where links lead: SQLite puts its companions beside that.
  private func made() throws(StoreFailure) -> StoreFile {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw Self.failure(path) }
      try make(O_EXCL | O_NOFOLLOW)
      return self
    }
    guard status.st_mode & S_IFMT == S_IFLNK else {
      if unsafe access(path, R_OK | W_OK) != 0 { throw Self.failure(path) }
      return self
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw StoreFailure(.readOnly, "\(path) is a link of user \(status.st_uid), who may lead it anywhere: remove it, or choose another path")
    }
    if unsafe access(path, R_OK | W_OK) != 0 {
      guard errno == ENOENT else { throw Self.failure(path) }
      try make(0)
    }
    guard let target = unsafe realpath(path, nil) else { throw Self.failure(path) }
    defer { unsafe free(target) }
    return StoreFile(path: unsafe String(cString: target))
  }

  private func make(_ flags: CInt) throws(StoreFailure) {
    let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0o600)
    if file >= 0 {
      close(file)
    } else if errno != EEXIST {
      throw Self.failure(path)
    }
  }

  /// Nil where there is nothing.
  private static func owned(_ path: String) throws(StoreFailure) -> stat? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw failure(path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw StoreFailure(.notAStore, "\(path) is a link, or no file") }
    guard status.st_uid == geteuid() else {
      throw StoreFailure(
        .readOnly,
        "\(path) belongs to user \(status.st_uid), who can read what is kept there: give it to user \(geteuid()) (chown), run belay as its "
          + "owner, or choose another path")
    }
    return status
  }

  private static func isWide(_ status: stat) -> Bool { status.st_mode & 0o077 != 0 }

  /// - Returns: whether the file is a store, or is empty and becomes one.
  private func narrowIfStore() throws(StoreFailure) -> Bool {
    let file = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard file >= 0 else { throw Self.failure(path) }
    defer { close(file) }
    var status = stat()
    guard unsafe fstat(file, &status) == 0 else { throw Self.failure(path) }
    var head = [UInt8](repeating: 0, count: Self.headSize)
    let count = unsafe head.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
    guard status.st_uid == geteuid(), status.st_size == 0 || count == head.count && Self.isStore(head) else { return false }
    if Self.isWide(status), fchmod(file, status.st_mode & 0o700) != 0 { throw Self.cannotNarrow(path) }
    return true
  }

  /// By its name, no link's: on the log's index SQLite has locks.
  private static func narrow(_ companion: String) throws(StoreFailure) {
    guard unsafe fchmodat(AT_FDCWD, companion, 0o600, AT_SYMLINK_NOFOLLOW) != 0, errno != ENOENT else { return }
    throw cannotNarrow(companion)
  }

  private static func cannotNarrow(_ path: String) -> StoreFailure {
    let code = errno
    return StoreFailure(.readOnly, "others can read \(path), and its permissions cannot be changed: \(text(code))")
  }

  private static func failure(_ path: String) -> StoreFailure {
    let code = errno
    if code == ENOSPC || code == EDQUOT { return StoreFailure(.diskFull, path) }
    if code == EACCES || code == EROFS || code == EPERM { return StoreFailure(.readOnly, "\(path): \(text(code))") }
    return StoreFailure(.unreachable, "\(path): \(text(code))")
  }

  /// What tells this file from another of the same name; nil where there is none.
  var identity: Identity? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
  }

  package struct Identity: Sendable, Equatable {
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
    guard (try? requireFiles()) != nil, let handle = FileHandle(forReadingAtPath: path),
      let head = try? handle.read(upToCount: Self.headSize)
    else { return false }
    return head.count == Self.headSize && Self.isStore([UInt8](head))
  }

  private static let headSize = 72

  private static func isStore(_ head: [UInt8]) -> Bool {
    let mark = head.suffix(4).reduce(Int32(0)) { $0 << 8 | Int32($1) }
    return head.starts(with: "SQLite format 3\0".utf8) && mark == Migration.applicationID
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
