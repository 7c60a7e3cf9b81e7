// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the rule files of a configuration come from.
package struct RuleFiles {
  /// The text of the file at a path, as `rules: files:` has it.
  let read: (String) throws(UnreadableFile) -> String
  /// Its name, as problems are to show it.
  let name: (String) -> String

  /// Files by their paths: for tests, and for a configuration without a folder.
  package init(_ texts: [String: String] = [:]) {
    read = { path throws(UnreadableFile) in
      if let text = texts[path] { return text }
      throw UnreadableFile(path: path, reason: CocoaError(.fileReadNoSuchFile))
    }
    name = { $0 }
  }

  /// Paths count from the folder of the configuration file.
  init(besideFile configuration: String) {
    let folder = configuration.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(configuration[...$0]) } ?? ""
    let name: (String) -> String = { $0.hasPrefix("/") ? $0 : folder + $0 }
    self.name = name
    read = { path throws(UnreadableFile) in try UnreadableFile.text(of: name(path)) }
  }
}

/// A file that was named and cannot be read.
package struct UnreadableFile: Error, CustomStringConvertible {
  let path: String
  let reason: any Error

  var why: String {
    switch (reason as? CocoaError)?.code {
    case .fileReadNoSuchFile?: "there is no such file"
    case .fileReadNoPermission?: "not readable by this user"
    case .fileReadInapplicableStringEncoding?, .fileReadCorruptFile?: "not UTF-8 text"
    default: reason.localizedDescription
    }
  }

  /// For the configuration file itself.
  package var description: String {
    let isAbsent = (reason as? CocoaError)?.code == .fileReadNoSuchFile
    return "\(path): \(why)\(isAbsent ? ". Name another with --config FILE, or start with --vendor URL" : "")"
  }

  static func text(of path: String) throws(UnreadableFile) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw UnreadableFile(path: path, reason: error)
    }
  }
}
