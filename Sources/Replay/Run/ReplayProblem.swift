// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why a replay cannot begin or go on. `message` says what to do; the exit code is 2.
package struct ReplayProblem: Error, Equatable, Sendable, CustomStringConvertible {
  package let message: String

  package init(_ message: String) { self.message = message }

  init(reading path: String, _ error: any Error) { self.init("cannot read \(path): \(Self.words(for: error))") }

  init(writing path: String, _ error: any Error) {
    let manager = FileManager.default
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    let reason =
      if unsafe manager.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        "it is a folder, not a file"
      } else if !manager.fileExists(atPath: folder) {
        "there is no folder \(folder)"
      } else {
        Self.words(for: error)
      }
    self.init("cannot write \(path): \(reason)")
  }

  package var description: String { message }

  static func words(for error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: return "there is no such file or folder"
    case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
    case .fileWriteOutOfSpace: return "no space is left on the disk"
    default: break
    }
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    guard cause.domain == NSPOSIXErrorDomain, let code = POSIXErrorCode(rawValue: Int32(cause.code)) else {
      return error.localizedDescription
    }
    return switch code {
    case .EISDIR: "it is a folder, not a file"
    case .ENOTDIR: "part of the path is not a folder"
    case .ENOSPC: "no space is left on the disk"
    default: cause.localizedDescription
    }
  }
}
