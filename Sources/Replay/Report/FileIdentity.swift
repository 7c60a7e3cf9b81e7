// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file, whichever of its names is used: links lead to it, and `./` stands before it.
enum FileIdentity: Hashable {
  case file(device: UInt64, inode: UInt64)
  /// A file yet to be made, in a folder that is there.
  case new(device: UInt64, inode: UInt64, name: String)
  /// A device, a pipe, a folder, or nowhere.
  case other(path: String)

  init(_ path: String) {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      let isFile = status.st_mode & S_IFMT == S_IFREG
      self = isFile ? .file(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)) : .other(path: path)
      return
    }
    let nameStart = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let folder = nameStart == path.startIndex ? "." : String(path[..<nameStart])
    guard unsafe stat(folder, &status) == 0 else {
      self = .other(path: path)
      return
    }
    self = .new(device: UInt64(status.st_dev), inode: UInt64(status.st_ino), name: String(path[nameStart...]))
  }

  var isFile: Bool { if case .file = self { true } else { false } }
}
