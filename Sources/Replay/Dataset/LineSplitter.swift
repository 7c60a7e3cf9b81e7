// SPDX-License-Identifier: Apache-2.0

/// One line of a set, without its end.
package struct Line: Equatable, Sendable {
  /// From 1; blank lines count.
  package let number: Int
  /// Where it begins in the file, in bytes.
  package let offset: Int
  /// Nil when there is nothing to send, see `problem`.
  package let bytes: [UInt8]?
  /// Why there is not.
  package let problem: Problem?

  package enum Problem: Equatable, Sendable {
    /// It cannot be read.
    case unreadable(String)
    /// It is not meant to be sent.
    case leftOut(String)
  }

  package init(number: Int, offset: Int = 0, bytes: [UInt8]) {
    (self.number, self.offset, self.bytes, problem) = (number, offset, bytes, nil)
  }

  package init(number: Int, offset: Int = 0, unreadable reason: String) {
    (self.number, self.offset, bytes, problem) = (number, offset, nil, .unreadable(reason))
  }

  package init(number: Int, leftOut reason: String) {
    (self.number, offset, bytes, problem) = (number, 0, nil, .leftOut(reason))
  }
}

/// Cuts bytes that arrive in pieces into lines. Blank lines are counted and passed over; a BOM at the start is dropped.
package struct LineSplitter: Sendable {
  private let limit: Int
  private var buffer: [UInt8] = []
  /// Where the buffer begins in the file.
  private var base = 0
  /// Where the line in progress begins in `buffer`, and up to where no line end was found.
  private var start = 0
  private var scanned = 0
  private var number = 0
  private var isTooLong = false

  /// - Parameter limit: the most bytes that a line may have.
  package init(limit: Int = 64 << 20) { self.limit = limit }

  package mutating func append(_ bytes: some Sequence<UInt8>) {
    buffer.removeSubrange(..<start)
    scanned -= start
    base += start
    start = 0
    buffer.append(contentsOf: bytes)
  }

  /// The next line that is complete and not blank; nil when more bytes are needed.
  package mutating func next() -> Line? {
    while let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = take(upTo: end)
      start = end + 1
      scanned = start
      if let line { return line }
    }
    scanned = buffer.count
    if scanned - start > limit {
      isTooLong = true
      start = scanned
    }
    return nil
  }

  /// The last line, when no line end follows it. To be called once `next` has returned nil.
  package mutating func finish() -> Line? {
    defer { start = buffer.count }
    return start < buffer.count || isTooLong ? take(upTo: buffer.count) : nil
  }

  private mutating func take(upTo end: Int) -> Line? {
    number += 1
    defer { isTooLong = false }
    if isTooLong || end - start > limit { return Line(number: number, offset: base + start, unreadable: "longer than a request may be") }
    var line = buffer[start..<end]
    if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    return line.allSatisfy { $0 <= 0x20 } ? nil : Line(number: number, offset: base + start, bytes: Array(line))
  }
}
