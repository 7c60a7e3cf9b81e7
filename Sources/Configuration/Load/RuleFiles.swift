// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where the files that a configuration names come from: rules, certificates.
package struct RuleFiles {
  /// The text of the file at a path, as `rules: files:` has it.
  let read: (String) throws(UnreadableFile) -> String
  /// Its name, as problems are to show it, and as the working directory has it.
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
    case .fileReadUnknown? where isFolder: "it is a folder"
    case .fileReadInapplicableStringEncoding?, .fileReadCorruptFile?: "not UTF-8 text"
    // Foundation's words would quote the path, which may be a key in its place.
    default: "it cannot be opened"
    }
  }

  private var isFolder: Bool {
    var isFolder: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// For the configuration file itself.
  package var description: String {
    let isAbsent = (reason as? CocoaError)?.code == .fileReadNoSuchFile
    return "\(path): \(why)\(isAbsent ? ". Name another with --config FILE, or start with --vendor URL" : "")"
  }

  static func bytes(of path: String) throws(UnreadableFile) -> [UInt8] {
    do {
      return try [UInt8](Data(contentsOf: URL(filePath: path)))
    } catch {
      throw UnreadableFile(path: path, reason: error)
    }
  }

  static func text(of path: String) throws(UnreadableFile) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw UnreadableFile(path: path, reason: error)
    }
  }
}
