// SPDX-License-Identifier: Apache-2.0
import JSON

/// `surrounding_junk` (R43, R44, R48, R49, R4A): the one object in arguments that are no JSON as a whole. What goes must be
/// something that cannot have been meant as arguments; otherwise nothing is done.
enum SurroundingJunk {
  /// Bytes of junk on either side, at most: more of it is an answer of its own, not noise.
  static let limit = 1024

  /// The object's bytes as they stand, or nil when it is not certain which one is meant.
  ///
  /// - Parameter isCut: the text may not be all.
  static func removed(from text: [UInt8], isCut: Bool) -> [UInt8]? {
    let found = ArgumentObjects(in: text)
    guard let last = found.objects.last, !found.isOpen, found.leading.count + found.trailing.count + found.objects.count > 1,
      isJunk(before: text[found.leading]), isJunk(behind: text[found.trailing], isCut: isCut),
      !mayGoOn(text[last], text[found.trailing], isCut: isCut)
    else { return nil }
    let object = Array(text[last])
    guard found.objects.count > 1 else { return object }
    guard let last = snapshotValue(object), isEachSnapshot(found.objects.dropLast(), in: text, { isSnapshot($0, of: last) })
    else { return nil }
    return object
  }

  /// Whether each of these objects passes a test. One that is written as the one before is not looked at again, and with more than a
  /// thousand others no snapshots are meant.
  static func isEachSnapshot(_ objects: ArraySlice<Range<Int>>, in text: [UInt8], _ test: (JSONValue) -> Bool) -> Bool {
    var looks = 0
    var known: Range<Int>?
    for object in objects {
      if let known, known.count == object.count, text[known].elementsEqual(text[object]) { continue }
      known = object
      looks += 1
      guard looks <= 1024, let value = snapshotValue(Array(text[object])), test(value) else { return false }
    }
    return true
  }

  /// Whether these bytes, before an object, are noise: white space, a code fence, a thought, a few words. A quote or a
  /// bracket may belong to arguments.
  static func isJunk(before bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes.drop { $0.isWhiteSpace }
    if rest.starts(with: "<think>".utf8) {
      guard let end = rest.indices.first(where: { rest[$0...].starts(with: "</think>".utf8) }) else { return true }
      rest = rest[end...]
    }
    return rest.count <= limit && !rest.contains { isStructure($0) }
  }

  /// Whether these bytes, behind an object, are noise. Brackets may close what is not open; a further object, an element or a member that
  /// came too late, as behind a bracket too many, may not be lost. What follows a token of the model's own grammar was never meant as
  /// arguments, unless it begins another call.
  ///
  /// - Parameter isCut: the text may not be all.
  static func isJunk(behind bytes: ArraySlice<UInt8>, isCut: Bool = false) -> Bool {
    var rest = bytes
    if let marker = rest.indices.first(where: { startsMarker(rest[$0...]) }) {
      let behind = Array(rest[marker...])
      if MarkupMatcher.beginsCall(in: behind) { return false }
      rest = rest[..<marker]
    }
    return rest.count <= limit && !rest.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ":") }
      && !goesOnWithElement(rest, isCut: isCut && rest.endIndex == bytes.endIndex)
  }

  /// `{"ids":[1]},2]}`: behind a comma stands a value, and a bracket that would have closed its list. Of a text that was cut both may not have
  /// come.
  private static func goesOnWithElement(_ rest: ArraySlice<UInt8>, isCut: Bool) -> Bool {
    let start = rest.drop { $0.isWhiteSpace || isClosing($0) }
    guard start.first == UInt8(ascii: ",") else { return false }
    let value = start.dropFirst().first { !$0.isWhiteSpace }
    if value.map(isClosing) ?? false { return false }
    return isCut || value != nil && start.contains(where: isClosing)
  }

  private static func isClosing(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") }

  /// Whether what is behind an object may be the rest of its last string, which a quotation mark without a backslash seems to end:
  /// `{"command":"rm -r "}old"/tmp"}`. Of a text that was cut the next one may not have come.
  static func mayGoOn(_ object: ArraySlice<UInt8>, _ behind: ArraySlice<UInt8>, isCut: Bool) -> Bool {
    let quotationMark = UInt8(ascii: "\"")
    guard object.last(where: { !$0.isWhiteSpace && $0 != UInt8(ascii: "}") && $0 != UInt8(ascii: "]") }) == quotationMark else { return false }
    let marker = behind.indices.first { startsMarker(behind[$0...]) }
    if isCut, marker == nil { return behind.contains { !$0.isWhiteSpace && $0 != UInt8(ascii: "`") } }
    return behind[..<(marker ?? behind.endIndex)].contains(quotationMark)
  }

  private static func isStructure(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "}"): true
    default: false
    }
  }

  private static func startsMarker(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.first == UInt8(ascii: "<") && MarkupParser.markers.contains { bytes.starts(with: $0.1) }
  }
}

extension MarkupMatcher {
  /// Whether the text has a token that begins a call, or its arguments: some models forget the first.
  static func beginsCall(in text: [UInt8]) -> Bool {
    var matcher = MarkupMatcher()
    var at = 0
    while let marker = matcher.next(in: text.span, from: &at) {
      if marker == .callBegin || marker == .argumentBegin || marker == .open { return true }
    }
    return false
  }
}
