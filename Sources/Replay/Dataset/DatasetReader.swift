// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reads a file of JSON Lines line by line, gzip too. What it holds does not grow with the file.
package struct DatasetReader {
  private let path: String
  private let file: FileHandle
  private let inflates: Bool
  private var inflater: Inflater?
  private var lines = LineSplitter()
  private var isAtStart = true
  private var isAtEnd = false
  /// The last line, if no line end followed it.
  package private(set) var unendedLine: Line?
  /// Bytes that were read, after inflating.
  package private(set) var size = 0

  private static let chunk = 256 << 10

  /// - Parameter inflates: whether what begins as gzip is read as what it holds.
  package init(path: String, inflates: Bool = true) throws(ReplayProblem) {
    self.path = path
    self.inflates = inflates
    do {
      file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw ReplayProblem(reading: path, error)
    }
  }

  /// The next line that is not blank, or nil at the end of the file.
  package mutating func next() throws(ReplayProblem) -> Line? {
    while true {
      if let line = lines.next() { return line }
      if isAtEnd {
        let last = lines.finish()
        if let last { unendedLine = last }
        return last
      }
      let bytes = try read()
      size += bytes.count
      lines.append(bytes)
    }
  }

  private mutating func read() throws(ReplayProblem) -> [UInt8] {
    do {
      if let piece = try inflater?.next() { return piece }
    } catch {
      throw ReplayProblem("\(path) begins as gzip, but its data is damaged. Copy it again")
    }
    let bytes: [UInt8]
    do {
      bytes = try file.bytes(upTo: Self.chunk)
    } catch {
      throw ReplayProblem(reading: path, error)
    }
    isAtEnd = bytes.isEmpty
    if isAtStart, inflates, Inflater.isGzip(bytes) {
      do { inflater = try Inflater() } catch { throw ReplayProblem("no memory to uncompress \(path)") }
    }
    isAtStart = false
    guard let inflater else { return bytes }
    if isAtEnd, !inflater.isComplete { throw ReplayProblem("\(path) is cut short: its gzip data has no end. Copy it again") }
    inflater.append(bytes)
    return []
  }

  /// How many lines are not blank; nil for what can be read only once, as a pipe.
  package static func count(path: String) throws(ReplayProblem) -> Int? {
    var reader = try DatasetReader(path: path)
    guard (try? reader.file.seekToEnd()) ?? 0 > 0 else { return nil }
    try? reader.file.seek(toOffset: 0)
    var count = 0
    while try reader.next() != nil { count += 1 }
    return count
  }
}
