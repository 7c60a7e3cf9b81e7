// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOPosix

/// `results.jsonl`. Each row is handed to the system whole when it is known, so that a kill loses at most the row being written.
/// While a run lasts the rows stand in the order of the answers; 24 bytes a row are kept to sort them at the end.
package struct ResultFile {
  private let path: String
  private let file: FileHandle
  private var places: [ResultIndex.Place]
  private var size: Int
  /// Whether the file holds something besides the rows.
  private let hasDebris: Bool

  /// Makes the file, or empties it; or goes on behind the rows of `index`.
  package init(path: String, continuing index: ResultIndex? = nil) throws(ReplayProblem) {
    self.path = path
    let url = URL(fileURLWithPath: path)
    places = index?.places ?? []
    size = index?.end ?? 0
    hasDebris = index?.badLines.isEmpty == false
    do {
      if index == nil { try Data().write(to: url) }
      file = try FileHandle(forWritingTo: url)
      if let index {
        try file.truncate(atOffset: UInt64(index.end))
        try file.seekToEnd()
        if index.lacksLineEnd {
          try file.write(contentsOf: [UInt8(ascii: "\n")])
          size += 1
        }
      }
    } catch {
      throw ReplayProblem(writing: path, error)
    }
  }

  package mutating func append(_ row: ResultRow) throws(ReplayProblem) {
    do {
      try file.write(contentsOf: row.line)
    } catch {
      throw ReplayProblem(writing: path, error)
    }
    places.append(ResultIndex.Place(dataIndex: row.facts.dataIndex, offset: size, length: row.line.count - 1))
    size += row.line.count
  }

  /// Puts the rows in the order of the set, one a request, as K2VV does; of several the last counts. By way of a second file that
  /// then takes the first one's place, so that a kill leaves one of the two whole.
  package func sort() async throws(ReplayProblem) {
    let sorted = Self.lastOfEach(places)
    let isSorted = sorted.count == places.count && zip(sorted, places).allSatisfy { $0.dataIndex == $1.dataIndex }
    guard !isSorted || hasDebris else { return }
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      // A pipe or a device cannot be sorted.
      guard attributes[.type] as? FileAttributeType == .typeRegular else { return }
      let sortedURL = Self.sortingFile(of: path)
      try Data().write(to: sortedURL)
      let (source, target) = (try FileHandle(forReadingFrom: url), try FileHandle(forWritingTo: sortedURL))
      for place in sorted {
        try target.write(contentsOf: source.bytes(place.length, at: place.offset) + [UInt8(ascii: "\n")])
      }
      try target.close()
      // In one step (rename(2)), which Foundation's `replaceItemAt` is not.
      try await NonBlockingFileIO(threadPool: .singleton).rename(path: sortedURL.path, newName: url.path)
    } catch {
      throw ReplayProblem("cannot sort \(path), whose rows are complete: \(ReplayProblem.words(for: error))")
    }
  }

  /// The second file: beside the first one itself, whichever name leads there.
  static func sortingFile(of path: String) -> URL {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().appendingPathExtension("sorting")
  }

  private static func lastOfEach(_ places: [ResultIndex.Place]) -> [ResultIndex.Place] {
    let sorted = places.sorted { ($0.dataIndex, $0.offset) < ($1.dataIndex, $1.offset) }
    return sorted.indices.compactMap { index in
      let isLast = index + 1 == sorted.count || sorted[index + 1].dataIndex != sorted[index].dataIndex
      return isLast ? sorted[index] : nil
    }
  }
}
