// SPDX-License-Identifier: Apache-2.0
package import JSON

/// What a call's arguments are, as a whole. Ranges are those of the object that is certainly meant, in the arguments.
package enum ArgumentsShape: Equatable, Sendable {
  /// One JSON object, as it should be.
  case object
  /// Nothing but white space (R40).
  case empty
  /// JSON of another kind (R4B).
  case notObject(JSONKind)
  /// A string that holds one object (R45).
  case doubleEncoded
  /// The beginning of an object: what is missing is not known (R42).
  case truncated
  /// Something behind the object (R43).
  case trailingJunk(object: Range<Int>)
  /// Something before it, and perhaps behind it (R44): a fence, a thought, a sentence.
  case leadingJunk(object: Range<Int>)
  /// `{}` before the object (R48).
  case placeholder(object: Range<Int>)
  /// Ever more of the same object; the last is all of it (R49).
  case snapshots(object: Range<Int>)
  /// Markers of the model's grammar (R4A); the object, if all of one is there.
  case markup(object: Range<Int>?)
  /// An object, but for raw control characters in its strings (R47); the first of them.
  case controlCharacter(at: Int)
  case notJSON(JSONError)
}

extension ArgumentsShape {
  package init(of arguments: [UInt8]) {
    let text = arguments.span
    guard let error = jsonError(in: text) else {
      self = Self.whole(text)
      return
    }
    if text.isBlank {
      self = .empty
    } else if let markup = Self.markup(in: arguments) {
      self = markup
    } else if text.isObject {
      self = Self.broken(arguments, error)
    } else {
      self = Self.leadingJunk(in: arguments).map { .leadingJunk(object: $0) } ?? .notJSON(error)
    }
  }

  private static func whole(_ text: borrowing Span<UInt8>) -> ArgumentsShape {
    if text.isObject { return .object }
    guard let kind = text.jsonKind else { return .empty }
    if kind == .string, let inner = (try? JSONValue(parsing: text))?.utf8?.utf8, inner.span.isObject, jsonError(in: inner.span) == nil {
      return .doubleEncoded
    }
    return .notObject(kind)
  }

  /// Text that begins as an object, and is no JSON.
  private static func broken(_ arguments: [UInt8], _ error: JSONError) -> ArgumentsShape {
    var objects: [Range<Int>] = []
    var at = 0
    while at < arguments.count, objects.count < ArgumentObjects.limit {
      let rest = arguments.span.extracting(at..<arguments.count)
      guard rest.isObject else { break }
      switch firstValue(in: rest) {
      case .whole(let range):
        objects.append((at + range.lowerBound)..<(at + range.upperBound))
        at += range.upperBound
      case .open:
        // A last object that breaks off: whether the first was all or a placeholder, nobody knows.
        return .truncated
      case .broken(let error):
        guard objects.isEmpty else { return trailingJunk(behind: objects, in: arguments, error) }
        if case .controlCharacter = error.reason { return controlCharacter(in: arguments, error) }
        return .notJSON(error)
      }
    }
    guard let first = objects.first, let last = objects.last else { return .notJSON(error) }
    guard arguments.span.extracting(at..<arguments.count).isBlank else {
      return trailingJunk(behind: objects, in: arguments, error)
    }
    if objects.count == 2, isEmptyObject(arguments[first]) { return .placeholder(object: last) }
    return grow(objects, in: arguments) ? .snapshots(object: last) : .trailingJunk(object: first)
  }

  /// Something that is no JSON stands behind one object, or several. The first is meant, unless it may be a placeholder.
  private static func trailingJunk(
    behind objects: [Range<Int>], in arguments: [UInt8], _ error: JSONError
  ) -> ArgumentsShape {
    let first = objects[0]
    let isPlaceholder = isEmptyObject(arguments[first]) && arguments.span.extracting(first.upperBound..<arguments.count).isObject
    return isPlaceholder ? .notJSON(error) : .trailingJunk(object: first)
  }

  private static func controlCharacter(in arguments: [UInt8], _ error: JSONError) -> ArgumentsShape {
    let escaped = escapingControlCharacters(in: arguments)
    switch firstValue(in: escaped.span) {
    case .whole(let range) where escaped.span.extracting(range.upperBound..<escaped.count).isBlank:
      return .controlCharacter(at: error.offset)
    case .open: return .truncated
    default: return .notJSON(error)
    }
  }

  /// Every marker is looked for: text that does not parse has none in a string of its own.
  private static func markup(in arguments: [UInt8]) -> ArgumentsShape? {
    var matcher = MarkupMatcher()
    var at = 0
    guard let marker = matcher.next(in: arguments.span, from: &at) else { return nil }
    let before = arguments.span.extracting(0..<(at - marker.text.utf8.count))
    if before.isObject {
      guard case .whole(let range) = firstValue(in: before), before.extracting(range.upperBound..<before.count).isBlank
      else { return .markup(object: nil) }
      return .markup(object: range)
    }
    let rest = arguments.span.extracting(at..<arguments.count)
    guard before.isBlank, rest.isObject, case .whole(let range) = firstValue(in: rest) else { return .markup(object: nil) }
    var next = 0
    let behind = rest.extracting(range.upperBound..<rest.count)
    let isClean = behind.isBlank || matcher.next(in: behind, from: &next) != nil
    return .markup(object: isClean ? (at + range.lowerBound)..<(at + range.upperBound) : nil)
  }

  /// The one object in a text that begins otherwise. What stands around it has no brace, or nobody knows which is meant.
  private static func leadingJunk(in arguments: [UInt8]) -> Range<Int>? {
    guard let start = firstOffset(of: UInt8(ascii: "{"), in: arguments.span, from: 0) else { return nil }
    let rest = arguments.span.extracting(start..<arguments.count)
    guard case .whole(let range) = firstValue(in: rest),
      firstOffset(of: UInt8(ascii: "{"), in: rest, from: range.upperBound) == nil
    else { return nil }
    return start..<(start + range.upperBound)
  }

  private static func isEmptyObject(_ text: ArraySlice<UInt8>) -> Bool {
    text.allSatisfy { $0.isWhiteSpace || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }
  }

  /// Whether each object says all that the one before says, strings perhaps not to their end.
  private static func grow(_ objects: [Range<Int>], in arguments: [UInt8]) -> Bool {
    guard objects.count > 1, var earlier = object(arguments[objects[0]]) else { return false }
    var looks = 0
    var isRepeated = false
    for (one, next) in zip(objects, objects.dropFirst()) {
      // A third of the same is as the second.
      let isSame = one.count == next.count && arguments[one].elementsEqual(arguments[next])
      defer { isRepeated = isSame }
      if isSame, isRepeated { continue }
      looks += 1
      guard looks <= 1024, let later = object(arguments[next]), says(later, earlier) else { return false }
      earlier = later
    }
    return true
  }

  private static func object(_ text: ArraySlice<UInt8>) -> JSONObject? { try? JSONValue(parsing: Array(text)).object }

  private static func says(_ later: JSONObject, _ earlier: JSONObject) -> Bool {
    let last = Dictionary(later.members.map { ($0.key, $0.value) }) { _, last in last }
    return earlier.members.allSatisfy { key, value in
      guard let grown = last[key] else { return false }
      if let one = value.utf8?.utf8, let other = grown.utf8?.utf8 { return other.starts(with: one) }
      return value == grown
    }
  }
}

extension Span<UInt8> {
  /// The kind of value that JSON text is, told by its first byte; nil for none.
  var jsonKind: JSONKind? {
    for index in indices where !self[index].isWhiteSpace {
      return switch self[index] {
      case UInt8(ascii: "{"): .object
      case UInt8(ascii: "["): .array
      case UInt8(ascii: "\""): .string
      case UInt8(ascii: "t"): .true
      case UInt8(ascii: "f"): .false
      case UInt8(ascii: "n"): .null
      default: .number
      }
    }
    return nil
  }
}

/// What a text begins with.
enum FirstValue: Equatable {
  /// One JSON value, white space before it aside.
  case whole(Range<Int>)
  /// The beginning of one.
  case open
  case broken(JSONError)
}

/// Reads one JSON value and looks at nothing behind it.
func firstValue(in text: borrowing Span<UInt8>) -> FirstValue {
  var scanner = JSONScanner()
  var start: Int?
  do {
    while let token = try scanner.next(in: text, isComplete: true), token.kind != .end {
      start = start ?? token.start
      if scanner.depth == 0, let start { return .whole(start..<token.end) }
    }
    return .open
  } catch {
    if case .unexpectedEnd = error.reason { return .open }
    return .broken(error)
  }
}

/// The same text, with the control characters in its strings written as escapes (`json.loads(strict=False)` reads them so).
package func escapingControlCharacters(in text: [UInt8]) -> [UInt8] {
  var output: [UInt8] = []
  output.reserveCapacity(text.count + 16)
  var isInString = false
  var isEscaped = false
  for byte in text {
    if isInString, byte < 0x20 {
      appendEscape(of: byte, to: &output)
      isEscaped = false
      continue
    }
    output.append(byte)
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = isInString
    } else if byte == UInt8(ascii: "\"") {
      isInString.toggle()
    }
  }
  return output
}
