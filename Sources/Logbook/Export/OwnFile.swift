// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file that only its owner may read: what is exported was said in private.
package enum OwnFile {
  /// Links are followed, but for a stranger's in a folder of everybody's. A file is replaced whole or stays as it was, so that a full disk costs nobody the old one, and a file of
  /// other permissions does not keep them. A pipe or a device is written to.
  package static func save(_ path: String, _ bytes: [UInt8]) throws(LogbookProblem) {
    var status = stat()
    let isThere = unsafe stat(path, &status) == 0
    if !isThere, errno != ENOENT { throw unwritten(path, errno, "nothing was written") }
    let kind = isThere ? status.st_mode & S_IFMT : S_IFREG
    if kind == S_IFDIR { throw LogbookProblem(.unusable, "\(path) is a folder; name a file with --output") }
    if kind == S_IFREG, let target = try target(of: path) {
      try replace(target, bytes, isThere: isThere)
    } else {
      try pour(bytes, into: path)
    }
  }

  private static func replace(_ path: String, _ bytes: [UInt8], isThere: Bool) throws(LogbookProblem) {
    let outcome = isThere ? "what was there is as it was" : "nothing was written"
    // Beside it: a rename goes no further than its file system.
    let draft = "\(path).tmp-\(getpid())"
    let file = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    var failure: CInt = file < 0 ? errno : 0
    if failure == EEXIST {
      throw LogbookProblem(.unusable, "cannot write \(path): an earlier run left \(draft), which has to go first; \(outcome)")
    }
    if failure == 0 {
      failure = put(bytes, into: file)
      // Some disks say only now that they are full.
      if failure == 0, fsync(file) != 0 { failure = errno }
      if close(file) != 0, failure == 0 { failure = errno }
      if failure == 0, unsafe rename(draft, path) != 0 { failure = errno }
      if failure != 0 { _ = unsafe unlink(draft) }
    }
    if failure != 0 { throw unwritten(path, failure, outcome) }
  }

  private static func unwritten(_ path: String, _ code: CInt, _ outcome: String) -> LogbookProblem {
    LogbookProblem(
      .unusable,
      "cannot write \(path): \(text(code)); \(outcome); check that its folder is there and can be written, or name another with --output")
  }

  private static func pour(_ bytes: [UInt8], into path: String) throws(LogbookProblem) {
    let file = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY)
    var failure: CInt = file < 0 ? errno : 0
    if failure == 0 {
      failure = put(bytes, into: file)
      if close(file) != 0, failure == 0 { failure = errno }
    }
    if failure == 0 { return }
    throw LogbookProblem(.unusable, "cannot write to \(path): \(text(failure)); it may have got a part; name a file with --output")
  }

  /// - Returns: 0, or the number of what went wrong.
  private static func put(_ bytes: [UInt8], into file: CInt) -> CInt {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
      if count == 0 { return EIO }
      if count < 0, errno != EINTR { return errno }
      if count > 0 { rest = rest.dropFirst(count) }
    }
    return 0
  }

  /// Where a path's links lead, be anything there or not; nil for a file that somebody holds open, as `/dev/stdout` may be.
  private static func target(of path: String) throws(LogbookProblem) -> String? {
    var path = path
    // As many as Linux follows.
    for _ in 0..<40 {
      if path.hasPrefix("/proc/") || path.hasPrefix("/dev/fd/") { return nil }
      guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
      guard mayFollow(path, in: folder) else {
        throw LogbookProblem(
          .unusable,
          "\(path) is a link that somebody else put into a folder where everybody may; nothing was written; name another file with --output")
      }
      path = next.hasPrefix("/") ? next : folder + next
    }
    return path
  }

  /// As Linux has it for open(2) where `fs.protected_symlinks` is on (proc(5)); readlink(2) and rename(2) know of no such rule.
  private static func mayFollow(_ link: String, in folder: String) -> Bool {
    var (status, parent) = (stat(), stat())
    guard unsafe lstat(link, &status) == 0, unsafe stat(folder.isEmpty ? "." : folder, &parent) == 0 else { return false }
    // Sticky, and everybody may write there.
    let isShared = parent.st_mode & 0o1002 == 0o1002
    return !isShared || status.st_uid == geteuid() || status.st_uid == parent.st_uid
  }

  private static func text(_ code: CInt) -> String { unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)" }
}
