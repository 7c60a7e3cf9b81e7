// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file that only its owner may read: what is exported was said in private.
package enum OwnFile {
  package static func save(_ path: String, _ bytes: [UInt8]) throws(LogbookProblem) {
    let manager = FileManager.default
    let type = (try? manager.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
    let isSaved: Bool
    switch type {
    case nil: isSaved = create(path, bytes)
    case .typeRegular?:
      // Replaced and not overwritten, so that a file of other permissions does not keep them.
      isSaved = (try? manager.removeItem(atPath: path)) != nil && create(path, bytes)
    case .typeDirectory?:
      throw LogbookProblem(.unusable, "\(path) is a folder; name a file with --output")
    default:
      // A pipe, a device, a link.
      let file = FileHandle(forWritingAtPath: path)
      isSaved = (try? file?.write(contentsOf: Data(bytes))) != nil
    }
    if !isSaved {
      throw LogbookProblem(.unusable, "cannot write \(path); check that its folder is there and can be written, or name another with --output")
    }
  }

  private static func create(_ path: String, _ bytes: [UInt8]) -> Bool {
    FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
  }
}
