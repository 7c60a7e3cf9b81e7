// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where a run's requests come from: each is a line, the JSON of a request body or of a row that holds one. A file, a folder of
/// schema cases, or anything else that can be read more than once.
package struct RequestSource: Sendable {
  /// Gives line after line, and nil at the end.
  package typealias Lines = () async throws(ReplayProblem) -> Line?

  /// For messages.
  package let name: String
  /// How many lines there are; nil when that cannot be known beforehand, which is also when it can be read only once.
  package let count: @Sendable () throws(ReplayProblem) -> Int?
  private let open: @Sendable () throws(ReplayProblem) -> Lines

  /// - Parameter open: begins anew; what it returns gives the next line, and nil at the end.
  package init(
    name: String, count: @escaping @Sendable () throws(ReplayProblem) -> Int?,
    open: @escaping @Sendable () throws(ReplayProblem) -> Lines
  ) {
    self.name = name
    self.count = count
    self.open = open
  }

  /// A function that gives line after line, from the first.
  package func lines() throws(ReplayProblem) -> Lines { try open() }

  /// A file of JSON Lines, or a folder of KVV's schema cases.
  package init(path: String) throws(ReplayProblem) {
    if Self.isFolder(path) {
      self = try SchemaCases.source(folder: path)
    } else {
      self.init(name: path) { () throws(ReplayProblem) in
        try DatasetReader.count(path: path)
      } open: { () throws(ReplayProblem) in
        var reader = try DatasetReader(path: path)
        return { () async throws(ReplayProblem) in try reader.next() }
      }
    }
  }

  /// What is read of the set at this path: the file itself, or those in its folder that hold cases.
  static func files(path: String) -> [String] {
    guard isFolder(path) else { return [path] }
    return ((try? SchemaCases.files(folder: path)) ?? []).map { $0.path }
  }

  private static func isFolder(_ path: String) -> Bool {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
    return attributes?[.type] as? FileAttributeType == .typeDirectory
  }

  /// Lines that are in memory.
  package init(name: String, lines: [Line]) {
    self.init(name: name) { () throws(ReplayProblem) in
      lines.count
    } open: { () throws(ReplayProblem) in
      var place = 0
      return { () async throws(ReplayProblem) in
        guard place < lines.count else { return nil }
        defer { place += 1 }
        return lines[place]
      }
    }
  }
}
