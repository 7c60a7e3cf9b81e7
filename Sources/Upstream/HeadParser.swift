// SPDX-License-Identifier: Apache-2.0

/// Puts a response head together from its lines, as libcurl hands them over one at a time: a status line, fields, an
/// empty line, for each 1xx response and for the final one; later, trailers.
package struct HeadParser {
  package enum Step {
    case more
    /// The final head.
    case complete(UpstreamHead)
    /// A line after the final head.
    case trailer
    case failed(UpstreamError)
  }

  private static let lengthName = Array("content-length:".utf8)

  private let limit: Int
  private var status = 0
  private var version = UpstreamHead.Version.http1_1
  private var lines: [UInt8] = []
  /// The digits of Content-Length.
  private var length: [UInt8]?
  private var isLengthUnclear = false
  /// Bytes of 1xx heads and of trailers: libcurl keeps all of them, some ten times their size, as long as the transfer lasts.
  private var besides = 0
  package private(set) var isComplete = false

  /// - Parameter limit: bytes of all fields of one head, and of all 1xx heads and trailers together.
  package init(limit: Int) { self.limit = limit }

  /// Makes it ready for the next response.
  package mutating func reset() {
    self = HeadParser(limit: limit)
  }

  package mutating func feed(_ line: borrowing Span<UInt8>) -> Step {
    if isComplete {
      besides += line.count
      return besides > limit ? tooLarge("trailers are") : .trailer
    }
    guard let first = line.isEmpty ? nil : line[0] else { return .more }
    if first == UInt8(ascii: "\r") || first == UInt8(ascii: "\n") { return endOfHead() }
    if status == 0 {
      readStatusLine(line)
      return .more
    }
    if lines.count + line.count > limit {
      return tooLarge("head is")
    }
    if lines.isEmpty { lines.reserveCapacity(1024) }
    var text = 0
    if HeadParser.isBlank(first) {
      // A folded line goes on with the one before it, after one space (RFC 9112, section 5.2).
      while let last = lines.last, last <= 0x20 { lines.removeLast() }
      lines.append(UInt8(ascii: " "))
      while text < line.count, HeadParser.isBlank(line[text]) { text += 1 }
    }
    if first | 0x20 == UInt8(ascii: "c") { noteLength(line) }
    unsafe line.extracting(text...).withUnsafeBufferPointer { unsafe lines.append(contentsOf: $0) }
    return .more
  }

  private func tooLarge(_ what: String) -> Step {
    .failed(UpstreamError(.tooLarge, "the response \(what) over the limit of \(limit) bytes"))
  }

  private mutating func endOfHead() -> Step {
    let status = status
    switch status {
    case 101:
      return .failed(UpstreamError(.protocol, "the vendor switched protocols (status 101), which nobody had asked for"))
    case 100..<200:
      besides += lines.count + 16
      if besides > limit { return tooLarge("1xx heads are") }
      (self.status, lines, length, isLengthUnclear) = (0, [], nil, false)
      return .more
    case 200...999 where isLengthUnclear:
      return .failed(UpstreamError(.protocol, "the vendor's answer has two lengths, or one that is no number"))
    case 200...999:
      isComplete = true
      defer { lines = [] }
      return .complete(
        UpstreamHead(status: status, version: version, headers: UpstreamHeaders(lines: lines)))
    default:
      return .failed(UpstreamError(.protocol, "the vendor's status line has no status from 100 to 999"))
    }
  }

  /// Lengths that differ leave open where the answer ends, and what follows is the next one (RFC 9112, section 6.3).
  private mutating func noteLength(_ line: borrowing Span<UInt8>) {
    let name = HeadParser.lengthName
    guard line.count >= name.count else { return }
    for index in name.indices where line[index] | 0x20 != name[index] | 0x20 { return }
    var value: [UInt8] = []
    for index in name.count..<line.count where line[index] > 0x20 { value.append(line[index]) }
    if value.isEmpty || value.contains(where: { decimal($0) == nil }) || length.map({ $0 != value }) ?? false { isLengthUnclear = true }
    length = value
  }

  /// `HTTP/1.1 200 OK`, `HTTP/2 200`
  private mutating func readStatusLine(_ line: borrowing Span<UInt8>) {
    (status, lines) = (0, [])
    var index = 0
    while index < line.count, line[index] != UInt8(ascii: " ") { index += 1 }
    if index > 5, line[5] == UInt8(ascii: "2") {
      version = .http2
    } else {
      version = index == 8 && line[7] == UInt8(ascii: "0") ? .http1_0 : .http1_1
    }
    while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
    while index < line.count, status < 1000, let digit = decimal(line[index]) {
      status = status * 10 + digit
      index += 1
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private func decimal(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte) - 0x30 : nil
  }
}
