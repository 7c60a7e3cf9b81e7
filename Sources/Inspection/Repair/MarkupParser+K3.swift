// SPDX-License-Identifier: Apache-2.0
import JSON

// `<|open|>call tool="name" index="1"<|sep|>`, one `argument` tag a key or one `json` block, `<|close|>call<|sep|>`. White space
// may stand within the tags. Values of type string are raw; a tag of a call within one cannot be told from a real one.
extension MarkupParser {
  struct Tag {
    var name: String
    var attributes: [(key: String, value: [UInt8])] = []
    /// Nothing in it was left unread.
    var isWhole = false
    /// The key that the value behind it is for.
    var argument: [UInt8]? { name == "argument" && isWhole ? self["key"] : nil }

    subscript(key: String) -> [UInt8]? { attributes.last { $0.key == key }?.value }
  }

  /// What stands between `<|open|>` or `<|close|>` and `<|sep|>`. Nil, and gone, when the text ends before `<|sep|>`: generation
  /// may stop after any token. Nil, and left, when another token comes first.
  mutating func tag() -> Tag? {
    let start = position
    guard let next = nextMarker(from: start) else {
      // A tag's name may be the last thing; more than that is text.
      let rest = trimmed(start..<bytes.count)
      if rest.count <= 16, rest.allSatisfy({ $0.asciiLowercased &- 0x61 < 26 }) { position = bytes.count }
      return nil
    }
    guard next.marker == .separator else { return nil }
    position = next.end
    return Tag(reading: bytes[start..<next.start])
  }

  /// A call, from behind its opening tag. Incomplete where anything but values stands in it, one for a key: nobody knows then which were meant.
  mutating func k3Call(_ opening: Tag) -> LeakedCall {
    var call = LeakedCall()
    unended = nil
    call.name = opening["tool"] ?? []
    var writer = JSONWriter()
    writer.beginObject()
    var (keys, block) = (Set<[UInt8]>(), [UInt8]?.none)
    while let next = nextMarker(from: position), bytes[position..<next.start].allSatisfy(\.isWhiteSpace) {
      position = next.end
      let tag = next.marker == .open || next.marker == .close ? tag() : nil
      if next.marker == .close, tag?.name == "call" {
        call.isComplete = true
        break
      }
      guard next.marker == .open, let tag, block == nil, tag.argument.map({ keys.insert($0).inserted }) ?? (tag.name == "json" && keys.isEmpty),
        let closing = closingTag(tag.name)
      else {
        // What there is of a value that was cut off is no text.
        position = closingTag("call")?.upperBound ?? bytes.count
        break
      }
      let value = Array(bytes[position..<closing.lowerBound])
      position = closing.upperBound
      if let key = tag.argument {
        writer.write(key: key)
        write(value, type: tag["type"] ?? [], to: &writer)
      } else {
        block = value
      }
    }
    writer.endObject()
    call.arguments = block?.trimmingSpace ?? writer.finish()
    return call
  }

  /// Where `<|close|>name<|sep|>` is, from the position on; for a value not behind what ends its call, or begins the next argument.
  func closingTag(_ name: String) -> Range<Int>? {
    let isArgument = name == "argument"
    var at = position
    while let next = nextMarker(from: at) {
      at = next.end
      guard next.marker == .close || isArgument && next.marker == .open,
        let separator = nextMarker(from: next.end), separator.marker == .separator
      else { continue }
      let tag = trimmed(next.end..<separator.start)
      if next.marker == .open {
        if ["argument", "json", "call"].contains(where: { tag.prefix { !$0.isWhiteSpace }.elementsEqual($0.utf8) }) { return nil }
        continue
      }
      if tag.elementsEqual(name.utf8) { return next.start..<separator.end }
      if tag.elementsEqual("call".utf8), isArgument || name == "json" { return nil }
    }
    return nil
  }

  /// A value of any type but string is JSON. What is none becomes a string, as in the public parsers: a violation of the
  /// schema to be judged as such.
  private func write(_ value: [UInt8], type: [UInt8], to writer: inout JSONWriter) {
    let trimmed = value.trimmingSpace
    if type.isEmpty || type.elementsEqual("string".utf8) || jsonError(in: trimmed.span) != nil {
      writer.write(string: value)
    } else {
      writer.write(raw: trimmed)
    }
  }
}

extension MarkupParser.Tag {
  /// Reads `name key="value" key="value"`; values have `&quot;` and `&amp;` for what would end them.
  init(reading text: ArraySlice<UInt8>) {
    var rest = text.drop { $0.isWhiteSpace }
    let word = rest.prefix { !$0.isWhiteSpace }
    name = String(decoding: word, as: UTF8.self)
    rest = rest.dropFirst(word.count)
    while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
      let key = rest[..<equals].split(whereSeparator: \.isWhiteSpace).last ?? []
      let value = rest[(equals + 1)...]
      guard value.first == UInt8(ascii: "\""), let end = value.dropFirst().firstIndex(of: UInt8(ascii: "\"")) else { return }
      attributes.append((String(decoding: key, as: UTF8.self), unescaped(value[(value.startIndex + 1)..<end])))
      rest = value[(end + 1)...]
    }
    isWhole = rest.allSatisfy(\.isWhiteSpace)
  }

  private func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var rest = text
    while let first = rest.first {
      if rest.starts(with: "&quot;".utf8) {
        out.append(UInt8(ascii: "\""))
        rest = rest.dropFirst(6)
      } else if rest.starts(with: "&amp;".utf8) {
        out.append(UInt8(ascii: "&"))
        rest = rest.dropFirst(5)
      } else {
        out.append(first)
        rest = rest.dropFirst()
      }
    }
    return out
  }
}
