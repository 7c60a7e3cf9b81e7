// SPDX-License-Identifier: Apache-2.0
import JSON

/// How far a JSON object has come that is still being written. Nil if no more bytes can make it JSON.
struct UnfinishedObject {
  /// Up to the end of the last whole value or opening bracket.
  private(set) var cut = 0
  /// JSON Pointers of the objects and arrays that have no end yet.
  private(set) var openPaths: Set<String> = []
  /// The brackets that would close them.
  private(set) var closers: [UInt8] = []
  /// A key whose value has not come: where it is, and the value's pointer.
  private(set) var key: (range: Range<Int>, path: String)?
  /// A string that has no end: what there is of it, from its quote on, and its pointer.
  private(set) var string: (range: Range<Int>, path: String)?

  private struct Frame {
    var isObject: Bool
    var path: JSONPointer
    var count = 0
    var key = JSONString(utf8: [])

    /// Pointer of the value that is to come.
    var next: JSONPointer { isObject ? path.appending(key) : path.appending(count) }
  }

  init?(_ text: [UInt8]) {
    var scanner = JSONScanner()
    var frames: [Frame] = []
    do {
      while let token = try scanner.next(in: text.span, isComplete: false), token.kind != .end {
        switch token.kind {
        case .key:
          var decoded: [UInt8] = []
          JSONText.decode(text.span, in: token.inside, into: &decoded)
          frames[frames.count - 1].key = JSONString(utf8: decoded)
          key = (token.start..<token.end, frames[frames.count - 1].next.description)
          continue
        case .objectStart, .arrayStart:
          frames.append(Frame(isObject: token.kind == .objectStart, path: frames.last?.next ?? JSONPointer()))
        case .objectEnd, .arrayEnd:
          frames.removeLast()
          if !frames.isEmpty { frames[frames.count - 1].count += 1 }
        default:
          if !frames.isEmpty { frames[frames.count - 1].count += 1 }
        }
        cut = token.end
        key = nil
      }
    } catch {
      return nil
    }
    openPaths = Set(frames.map(\.path.description))
    closers = frames.reversed().map { UInt8(ascii: $0.isObject ? "}" : "]") }
    if let open = scanner.unfinished, open.kind == .string, let frame = frames.last {
      string = (open.start..<open.end, frame.next.description)
      key = nil
    }
  }
}
