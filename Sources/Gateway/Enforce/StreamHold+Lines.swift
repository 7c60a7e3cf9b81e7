// SPDX-License-Identifier: Apache-2.0
import Inspection
import NIOCore

/// An event as every reader of it should have it. Some read by lines, split at what Unicode calls a line's end, drop a byte order mark before
/// any of them, or pass over events with a type: what was judged must be what each of them reads.
extension StreamHold.Event {
  /// As it came, where all of its lines are such as vendors write; else its data in one line, and of what has none the harmless lines.
  ///
  /// - Parameter hasIDs: an event with an `id` has left.
  func cleaned(_ hasIDs: inout Bool) -> StreamHold.Event {
    let isSplit = LineSeparators.occur(in: bytes.readableBytesUInt8Span)
    if isPlain, !isSplit, !traits.isEmpty || !hasBlankData { return self }
    let span = bytes.readableBytesUInt8Span
    var (dataLines, isClean, isError) = (0, true, false)
    var (hasID, hasField) = (false, false)
    var (kept, keptBytes) = ([Range<Int>](), 0)
    var line = 0
    while line < span.count {
      let (end, next) = Self.lineEnd(in: span, from: line)
      let kind = Self.kind(of: span, line..<end)
      switch kind {
      case .harmless, .id, .retry:
        if kind == .id { hasID = true }
        if kind != .harmless { hasField = true }
        // Lines that follow each other are one range: there may be millions.
        guard keptBytes <= Self.keptBytes else { break }
        keptBytes += next - line
        if let last = kept.last, last.upperBound == line { kept[kept.count - 1] = last.lowerBound..<next } else { kept.append(line..<next) }
      case .data: dataLines += 1
      case .error: isError = true
      case .odd: isClean = false
      }
      line = next
    }
    // Nothing for anybody, and no JSON to OpenAI's SDK for Python, which takes any blank line behind one of the fields for an event.
    if dataLines == 0 && (hasIDs || hasField || isError) || dataLines > 0 && traits.isEmpty && hasBlankData { return onlyComments }
    if hasID { hasIDs = true }
    if isClean, !isSplit, dataLines < 2 { return self }
    var event = self
    guard dataLines == 0 else {
      // Longer than what is looked at: it is not told to be valid.
      guard let data else { return self }
      event.bytes = ByteBuffer()
      for range in kept { event.bytes.writeBytes(lines(range).readableBytesView.map { $0 == 0x0D ? 0x0A : $0 }.withoutBlankLines) }
      // Of several types the last counts.
      if isError, traits.contains(.failure) { event.bytes.writeString("event: error\n") }
      event.bytes.writeBytes(EventRewrite.event(data))
      return event
    }
    event.bytes = ByteBuffer()
    for range in kept { event.bytes.writeImmutableBuffer(lines(range)) }
    return event
  }

  /// As it came, but for comments that say what Belay found: only Belay does. Of an event's rest, what goes on with a line that has left is
  /// looked at no more.
  ///
  /// - Parameter goesOn: more of the event follows. Of a forged line that it goes on with, what follows must stay a comment.
  func unforged(goesOn: Bool = false) -> StreamHold.Event {
    if isPlain { return self }
    let span = bytes.readableBytesUInt8Span
    var forged: [Range<Int>] = []
    var line = isWithinLine ? Self.lineEnd(in: span, from: 0).next : 0
    var isOpen = false
    while line < span.count {
      let (end, next) = Self.lineEnd(in: span, from: line)
      if end > line, !Self.begins(span, line..<end, with: "data:"), Self.isForged(span, line..<end) {
        // A line feed may still belong to its end.
        isOpen = next == span.count && (end == next || span[end] == 0x0D)
        if let last = forged.last, last.upperBound == line { forged[forged.count - 1] = last.lowerBound..<next } else { forged.append(line..<next) }
      }
      line = next
    }
    if forged.isEmpty { return self }
    var event = self
    event.bytes = ByteBuffer()
    var rest = 0
    for range in forged {
      event.bytes.writeImmutableBuffer(lines(rest..<range.lowerBound))
      rest = range.upperBound
    }
    event.bytes.writeImmutableBuffer(lines(rest..<span.count))
    if goesOn, isOpen { event.bytes.writeInteger(UInt8(ascii: ":")) }
    return event
  }

  /// Without a blank line.
  private var onlyComments: StreamHold.Event {
    let span = bytes.readableBytesUInt8Span
    var event = self
    event.bytes = ByteBuffer()
    var line = 0
    while line < span.count {
      let (end, next) = Self.lineEnd(in: span, from: line)
      if end > line, case .harmless = Self.kind(of: span, line..<end) { event.bytes.writeImmutableBuffer(lines(line..<next)) }
      if event.bytes.readableBytes > Self.keptBytes { break }
      line = next
    }
    return event
  }

  /// Of the lines of an event that does not pass as it came, so many bytes are kept: nobody writes more, or reads them.
  private static let keptBytes = 64 << 10

  private var hasBlankData: Bool { data.map { $0.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D } } ?? false }

  private func lines(_ range: Range<Int>) -> ByteBuffer {
    bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
  }

  /// What nearly all are: one line of data and a blank one.
  private var isPlain: Bool {
    let span = bytes.readableBytesUInt8Span
    // Every event of a stream comes by: the line's end is looked for by words.
    guard span.count > 7, span[0] == UInt8(ascii: "d"), span[1] == UInt8(ascii: "a"), span[2] == UInt8(ascii: "t"), span[3] == UInt8(ascii: "a"),
      span[4] == UInt8(ascii: ":"), let end = firstLineEnd(in: span, from: 5)
    else { return false }
    return end == span.count - 2 && span[end] == 0x0A && span[end + 1] == 0x0A
  }

  /// Harmless is a comment, or the blank line.
  private enum Line { case harmless, id, retry, data, error, odd }

  private static func kind(of span: borrowing Span<UInt8>, _ line: Range<Int>) -> Line {
    if line.isEmpty { return .harmless }
    if begins(span, line, with: "data:") { return .data }
    if span[line.lowerBound] == UInt8(ascii: ":") {
      // Only Belay says what Belay found.
      return isPrintable(span, line) && !isForged(span, line) ? .harmless : .odd
    }
    if begins(span, line, with: "id:") { return isPrintable(span, line) ? .id : .odd }
    if begins(span, line, with: "retry:") { return isPrintable(span, line) ? .retry : .odd }
    return begins(span, line, with: "event: error") && line.count == 12 || begins(span, line, with: "event:error") && line.count == 11 ? .error : .odd
  }

  /// What is not printable may end a line, or be nothing, to some readers: behind it the name counts wherever it is, in a field as well.
  private static func isForged(_ span: borrowing Span<UInt8>, _ line: Range<Int>) -> Bool {
    var at = line.lowerBound + 1
    while at < line.upperBound, span[at] == 0x20 || span[at] == 0x09 { at += 1 }
    if span[line.lowerBound] == UInt8(ascii: ":"), isName(span, at, in: line) { return true }
    return !isPrintable(span, line) && (line.lowerBound..<line.upperBound).contains { isName(span, $0, in: line) }
  }

  private static func isName(_ span: borrowing Span<UInt8>, _ start: Int, in line: Range<Int>) -> Bool {
    var at = start
    for letter in "belay".utf8 {
      guard at < line.upperBound, span[at] | 0x20 == letter else { return false }
      at += 1
    }
    return true
  }

  private static func isPrintable(_ span: borrowing Span<UInt8>, _ line: Range<Int>) -> Bool {
    for place in line where !(0x20...0x7E ~= span[place] || span[place] == 0x09) { return false }
    return true
  }

  private static func begins(_ span: borrowing Span<UInt8>, _ line: Range<Int>, with word: StaticString) -> Bool {
    guard line.count >= word.utf8CodeUnitCount else { return false }
    return word.withUTF8Buffer { word in
      for place in word.indices where unsafe span[line.lowerBound + place] != word[place] { return false }
      return true
    }
  }

  /// Where the line's end begins, and the next line.
  private static func lineEnd(in span: borrowing Span<UInt8>, from start: Int) -> (end: Int, next: Int) {
    let end = firstLineEnd(in: span, from: start) ?? span.count
    var next = min(end + 1, span.count)
    if end < span.count, span[end] == 0x0D, next < span.count, span[next] == 0x0A { next += 1 }
    return (end, next)
  }
}

extension [UInt8] {
  /// Of lines that end in line feeds.
  fileprivate var withoutBlankLines: [UInt8] {
    var kept: [UInt8] = []
    for byte in self where byte != 0x0A || kept.last ?? 0x0A != 0x0A { kept.append(byte) }
    return kept
  }
}
