// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// How far a JSON object has come that is still being written. Nil if no more bytes can make it JSON.
struct UnfinishedObject {
  /// Up to the end of the last whole value or opening bracket.
  private(set) var cut = 0
  /// JSON Pointers of the objects and arrays that have no end yet, as UTF-8, but for those of `Violation.pathLimit` bytes and more.
  private(set) var openPaths: Set<[UInt8]> = []
  /// The brackets that would close them.
  private(set) var closers: [UInt8] = []
  /// A key whose value has not come: where it is, and the value's pointer.
  private(set) var key: (range: Range<Int>, path: String)?
  /// A string that has no end: what there is of it, from its quote on, and its pointer.
  private(set) var string: (range: Range<Int>, path: String)?

  private struct Frame {
    var isObject: Bool
    var count = 0
    /// The last key, without its quotes.
    var key = 0..<0
  }

  init?(_ text: [UInt8]) {
    var scanner = JSONScanner()
    var frames: [Frame] = []
    var openKey: Range<Int>?
    do {
      while let token = try scanner.next(in: text.span, isComplete: false), token.kind != .end {
        switch token.kind {
        case .key:
          frames[frames.count - 1].key = token.inside
          openKey = token.start..<token.end
          continue
        case .objectStart, .arrayStart:
          frames.append(Frame(isObject: token.kind == .objectStart))
        case .objectEnd, .arrayEnd:
          frames.removeLast()
          if !frames.isEmpty { frames[frames.count - 1].count += 1 }
        default:
          if !frames.isEmpty { frames[frames.count - 1].count += 1 }
        }
        cut = token.end
        openKey = nil
      }
    } catch {
      return nil
    }
    closers = frames.reversed().map { UInt8(ascii: $0.isObject ? "}" : "]") }
    let next = keepPaths(frames, text)
    guard let next else { return }
    if let open = scanner.unfinished, open.kind == .string, !frames.isEmpty {
      string = (open.start..<open.end, next)
    } else if let openKey {
      key = (openKey, next)
    }
  }

  /// Keeps the pointers of the frames, and returns that of the value that is to come; nil below one that is too long.
  private mutating func keepPaths(_ frames: [Frame], _ text: [UInt8]) -> String? {
    var pointer = JSONPointer()
    for frame in frames {
      let path = pointer.description
      guard path.utf8.count < Violation.pathLimit else { return nil }
      openPaths.insert(Array(path.utf8))
      if frame.isObject {
        var decoded: [UInt8] = []
        JSONText.decode(text.span, in: frame.key, into: &decoded)
        pointer = pointer.appending(JSONString(utf8: decoded))
      } else {
        pointer = pointer.appending(frame.count)
      }
    }
    return pointer.description
  }
}
