// SPDX-License-Identifier: Apache-2.0

/// Puts a response head together from its lines, as libcurl hands them over one at a time: a status line, fields, an
/// empty line, for each 1xx response and for the final one; later, trailers.
package struct HeadParser {
  package enum Step {
    case more
    /// A 1xx head has ended: the vendor is at work.
    case interim
    /// The final head.
    case complete(UpstreamHead)
    /// A line after the final head.
    case trailer
    case failed(UpstreamError)
  }

  private static let lengthName = Array("content-length:".utf8)
  private static let codingName = Array("transfer-encoding:".utf8)

  /// Lines of fields of all heads and trailers. Each takes libcurl time and an allocation of its own, however short it is, and one that goes
  /// on with the one before as much as all of that; an honest vendor's answer has less than a hundred.
  private static let mostLines = 2000

  private let limit: Int
  /// Nil until the status line has come.
  private var status: Int?
  private var version = UpstreamHead.Version.http1_1
  private var lines: [UInt8] = []
  /// The digits of Content-Length.
  private var length: [UInt8]?
  /// What is wrong with the fields that tell where the answer ends.
  private var ambiguity: String?
  /// The last field is one of them.
  private var isWithinFraming = false
  /// Bytes of 1xx heads and of trailers: libcurl keeps all of them, some ten times their size, as long as the transfer lasts.
  private var besides = 0
  private var lineCount = 0
  package private(set) var isComplete = false
  /// Something of an answer has come, if only a 1xx.
  package var hasBegun: Bool { status != nil || besides > 0 }

  /// - Parameter limit: bytes of all fields of one head, and of all 1xx heads and trailers together.
  package init(limit: Int) { self.limit = limit }

  /// Makes it ready for the next response.
  package mutating func reset() {
    self = HeadParser(limit: limit)
  }

  package mutating func feed(_ line: borrowing Span<UInt8>) -> Step {
    if isComplete {
      besides += line.count
      if let tooMany = noteLine() { return tooMany }
      return besides > limit ? tooLarge("trailers are") : .trailer
    }
    guard let first = line.isEmpty ? nil : line[0] else { return .more }
    guard let status else { return readStatusLine(line) }
    if first == UInt8(ascii: "\r") || first == UInt8(ascii: "\n") { return endOfHead(status) }
    if let tooMany = noteLine() { return tooMany }
    if lines.count + line.count > limit {
      return tooLarge("head is")
    }
    if lines.isEmpty { lines.reserveCapacity(1024) }
    var text = 0
    if HeadParser.isBlank(first) {
      // Some would take it for a field of its own.
      if lines.isEmpty { return .failed(UpstreamError(.protocol, "the vendor's answer begins with a line that goes on with none")) }
      // A folded line goes on with the one before it, after one space (RFC 9112, section 5.2).
      while let last = lines.last, last <= 0x20 { lines.removeLast() }
      lines.append(UInt8(ascii: " "))
      while text < line.count, HeadParser.isBlank(line[text]) { text += 1 }
      // libcurl goes by the first of its lines.
      if isWithinFraming { ambiguity = "a length or a transfer coding over several lines" }
    } else {
      isWithinFraming = false
      if first | 0x20 == UInt8(ascii: "c") { noteLength(line) }
      if first | 0x20 == UInt8(ascii: "t") { noteCoding(line) }
    }
    unsafe line.extracting(text...).withUnsafeBufferPointer { unsafe lines.append(contentsOf: $0) }
    return .more
  }

  private mutating func noteLine() -> Step? {
    lineCount += 1
    guard lineCount > Self.mostLines else { return nil }
    return .failed(UpstreamError(.tooLarge, "the response head has more than \(Self.mostLines) lines"))
  }

  private func tooLarge(_ what: String) -> Step {
    .failed(UpstreamError(.tooLarge, "the response \(what) over the limit of \(limit) bytes"))
  }

  private mutating func endOfHead(_ status: Int) -> Step {
    switch status {
    case 101:
      return .failed(UpstreamError(.protocol, "the vendor switched protocols (status 101), which nobody had asked for"))
    case 100..<200:
      besides += lines.count + 16
      if besides > limit { return tooLarge("1xx heads are") }
      (self.status, lines, length, ambiguity, isWithinFraming) = (nil, [], nil, nil, false)
      return .interim
    default:
      if let ambiguity { return .failed(UpstreamError(.protocol, "the vendor's answer has \(ambiguity)")) }
      isComplete = true
      defer { lines = [] }
      return .complete(
        UpstreamHead(status: status, version: version, headers: UpstreamHeaders(lines: lines)))
    }
  }

  /// Lengths that differ leave open where the answer ends, and what follows is the next one (RFC 9112, section 6.3).
  private mutating func noteLength(_ line: borrowing Span<UInt8>) {
    guard let value = value(of: HeadParser.lengthName, in: line) else { return }
    if value.isEmpty || value.contains(where: { decimal($0) == nil }) || length.map({ $0 != value }) ?? false {
      ambiguity = "two lengths, or one that is no number"
    }
    length = value
  }

  /// No other coding was asked for (RFC 9112, section 7.4), and libcurl undoes none: what is in it would pass for the body itself.
  private mutating func noteCoding(_ line: borrowing Span<UInt8>) {
    guard let value = value(of: HeadParser.codingName, in: line) else { return }
    let name = value.map { $0 | 0x20 }
    if !name.elementsEqual("chunked".utf8), !name.elementsEqual("identity".utf8) {
      ambiguity = "a transfer coding other than chunked, which nobody had asked for"
    }
  }

  /// Nil for a field of another name, which is lower case and ends with the colon.
  private mutating func value(of name: [UInt8], in line: borrowing Span<UInt8>) -> [UInt8]? {
    guard line.count >= name.count else { return nil }
    for index in name.indices where line[index] | 0x20 != name[index] | 0x20 { return nil }
    isWithinFraming = true
    var (start, end) = (name.count, line.count)
    while start < end, line[start] <= 0x20 { start += 1 }
    while start < end, line[end - 1] <= 0x20 { end -= 1 }
    var value: [UInt8] = []
    for index in start..<end { value.append(line[index]) }
    return value
  }

  /// `HTTP/1.1 200 OK`, `HTTP/2 200`. Only the first line of a head can be it: libcurl takes one that it cannot read for
  /// "HTTP/1.0 200" and the next for a field, so that nothing later may be read as a status line either.
  private mutating func readStatusLine(_ line: borrowing Span<UInt8>) -> Step {
    var index = 0
    while index < line.count, line[index] != UInt8(ascii: " ") { index += 1 }
    if index > 5, line[5] == UInt8(ascii: "2") {
      version = .http2
    } else {
      version = index == 8 && line[7] == UInt8(ascii: "0") ? .http1_0 : .http1_1
    }
    while index < line.count, line[index] == UInt8(ascii: " ") { index += 1 }
    var (status, digits) = (0, 0)
    while index < line.count, digits < 4, let digit = decimal(line[index]) {
      status = status * 10 + digit
      (index, digits) = (index + 1, digits + 1)
    }
    guard digits == 3, status >= 100, index == line.count || line[index] <= 0x20 else {
      return .failed(UpstreamError(.protocol, "the vendor's status line has no status from 100 to 999"))
    }
    self.status = status
    return .more
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private func decimal(_ byte: UInt8) -> Int? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? Int(byte) - 0x30 : nil
  }
}
