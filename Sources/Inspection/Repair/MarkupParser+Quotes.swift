// SPDX-License-Identifier: Apache-2.0
import JSON

// Calls that are shown rather than made: what they stand in is opened before them, and closed behind.
extension MarkupParser {
  private static let signs = Array("`'\"".utf8)
  private static let headers = ["<|im_user|>", "<|im_system|>", "<|im_assistant|>"].map { Array($0.utf8) }
  private static let elements = ["</code>", "</pre>"].map { Array($0.utf8) }

  /// How many of the calls stand in a code span, in quotation marks, or in a fence. Of a fence only the end is looked for: an odd number of
  /// lines with fences is behind what stands in one.
  func quotedCalls(at places: [Int]) -> Int {
    let text = result.text
    var (count, isFenced, end) = (0, false, text.count)
    for place in places.reversed() {
      if !Self.fences(in: text[place..<end]).isMultiple(of: 2) { isFenced.toggle() }
      end = place
      if isFenced || isClosed(at: place) { count += 1 }
    }
    return count
  }

  private func isClosed(at place: Int) -> Bool {
    let behind = result.text[place...]
    let opening = place > 0 ? result.text[place - 1] : before
    if Self.signs.contains(opening) { return behind.first == opening }
    return opening == UInt8(ascii: ">") && Self.elements.contains { behind.starts(with: $0) }
  }

  /// Where the quotation ends that shows only a part of the call at hand, whose arguments begin at `start`: behind what can be JSON, which a
  /// call that was cut never leaves.
  func quotationEnd(from start: Int) -> Int? {
    guard start < bytes.count, let error = jsonError(in: bytes.span.extracting(start...)) else { return nil }
    let opening = result.text.last ?? before
    return opening == 0x0A || Self.signs.contains(opening) ? closing(of: opening, from: start + error.offset) : nil
  }

  /// Whether the message ends with the `<|im_end|>` at hand, and the model goes on with the next one itself, since nobody stopped it. In code it
  /// shows how messages look.
  func endsMessage() -> Bool {
    var next = position + "<|im_end|>".utf8.count
    while next < bytes.count, bytes[next].isWhiteSpace { next += 1 }
    guard Self.headers.contains(where: { bytes[next...].starts(with: $0) }) else { return false }
    return closing(of: result.text.last ?? before, from: next) == nil
  }

  /// Where the sign that stands before a call stands again, or else the line that closes the fence around it.
  private func closing(of opening: UInt8, from start: Int) -> Int? {
    let rest = bytes[start...]
    if Self.signs.contains(opening) { return rest.firstIndex(of: opening) }
    guard !Self.fences(in: rest).isMultiple(of: 2) else { return nil }
    var line = rest
    while !Self.isFence(line), let end = line.firstIndex(of: 0x0A) { line = line[(end + 1)...] }
    return line.startIndex
  }

  private static func fences(in text: ArraySlice<UInt8>) -> Int {
    var (count, line) = (0, text)
    while true {
      if isFence(line) { count += 1 }
      guard let end = line.firstIndex(of: 0x0A) else { return count }
      line = line[(end + 1)...]
    }
  }

  /// - Parameter line: and whatever is behind it.
  private static func isFence(_ line: ArraySlice<UInt8>) -> Bool {
    line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.starts(with: "```".utf8)
  }
}
