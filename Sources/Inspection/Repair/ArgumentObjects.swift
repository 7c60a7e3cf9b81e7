// SPDX-License-Identifier: Apache-2.0

/// Where the objects are in arguments that may have something before and behind them. Braces are counted, not judged: what
/// is found may still be no JSON, and raw control characters in strings do not matter.
///
///     "```json\n{…}\n```"   -> leading "```json\n", one object, trailing "\n```"
///     "{}{\"k\":1}"         -> two objects
struct ArgumentObjects: Equatable {
  /// From each opening brace to behind its closing one, or to the end of the text for one that is still open. Nothing but
  /// white space stands between them.
  private(set) var objects: [Range<Int>] = []
  /// With more objects than this, the others stand behind the last: nobody meant any of them.
  static let limit = 1 << 16
  /// The last object has no end.
  private(set) var isOpen = false
  private let end: Int

  init(in text: [UInt8]) {
    end = text.count
    var at = Self.startOfObjects(in: text)
    while at < text.count, text[at] == UInt8(ascii: "{"), objects.count < Self.limit {
      guard let close = Self.endOfObject(in: text, from: at) else {
        objects.append(at..<text.count)
        isOpen = true
        return
      }
      objects.append(at..<close)
      at = close
      while at < text.count, text[at].isWhiteSpace { at += 1 }
    }
  }

  /// What stands before the first object; all of the text when there is none.
  var leading: Range<Int> { 0..<(objects.first?.lowerBound ?? end) }
  /// What stands behind the last object.
  var trailing: Range<Int> { (objects.last?.upperBound ?? end)..<end }

  /// The first brace, or the first one behind a thought: whatever was thought is no argument.
  private static func startOfObjects(in text: [UInt8]) -> Int {
    var at = text.firstIndex { !$0.isWhiteSpace } ?? text.count
    if text[at...].starts(with: "<think>".utf8) {
      at = text[at...].indices.first { text[$0...].starts(with: "</think>".utf8) } ?? text.count
    }
    return text[at...].firstIndex(of: UInt8(ascii: "{")) ?? text.count
  }

  private static func endOfObject(in text: [UInt8], from start: Int) -> Int? {
    var depth = 0
    var isInString = false
    var at = start
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: "\\") where isInString: at += 1
      case UInt8(ascii: "\""): isInString.toggle()
      case UInt8(ascii: "{") where !isInString: depth += 1
      case UInt8(ascii: "}") where !isInString:
        depth -= 1
        if depth == 0 { return at + 1 }
      default: break
      }
      at += 1
    }
    return nil
  }
}
