// SPDX-License-Identifier: Apache-2.0
import JSON

/// Of which members a reader may take another than Belay does: of two of one name the first, the last or both (RFC 8259 section 4); of
/// one in other case, Go's `encoding/json` takes it as if it were in this. What is judged and then passed on must be what is read.
extension ChunkDecoder {
  /// - Throws: the first such name of an object.
  func checkNames(of object: JSONIndex.Node, _ names: AnswerNames, in payload: borrowing Span<UInt8>) throws(Failure) {
    var seen: UInt16 = 0
    for (key, _) in index.members(object) {
      guard let number = names.number(of: key, in: index, payload) else {
        if index.equals(key, AnswerNames.prototype, in: payload) { throw .ambiguous("__proto__") }
        continue
      }
      guard seen & 1 << number == 0, index.equals(key, names.all[number], in: payload) else {
        throw .ambiguous(String(decoding: names.all[number], as: UTF8.self))
      }
      seen |= 1 << number
    }
  }

  /// - Throws: the name of a list that is an object with members: JavaScript finds `{"0": …}` as it finds the first of an array. One
  ///   without is what some languages write for an empty array.
  func checkList(_ list: JSONIndex.Node, _ name: String) throws(Failure) {
    if index.kind(list) == .object, index.count(list) > 0 { throw .ambiguous(name) }
  }
}

/// The members of an answer's object that somebody acts on; 16 at most.
struct AnswerNames: Sendable {
  static let whole = AnswerNames(["choices", "error"])
  static let choice = AnswerNames(["delta", "index", "finish_reason", "message"])
  static let said = AnswerNames(["content", "tool_calls", "reasoning_content", "reasoning", "function_call", "refusal"])
  static let call = AnswerNames(["index", "id", "type", "function", "custom"])
  static let function = AnswerNames(["name", "arguments"])

  let all: [[UInt8]]
  /// Merged into an object of JavaScript, its members become that object's (OpenAI's SDK before 7).
  static let prototype = Array("__proto__".utf8)

  private init(_ names: [String]) { all = names.map { Array($0.utf8) } }

  /// Which of them a key is, case aside.
  func number(of key: JSONIndex.Node, in index: borrowing JSONIndex, _ payload: borrowing Span<UInt8>) -> Int? {
    let range = index.range(key)
    let text = payload.extracting(range.lowerBound &+ 1..<range.upperBound &- 1)
    if !index.hasEscapes(key), !text.hasHighBytes { return number(of: text) }
    // No name is that long, with six bytes for each of its characters.
    guard text.count <= 128 else { return nil }
    var decoded: [UInt8] = []
    index.decode(key, of: payload, into: &decoded)
    return number(of: Self.withoutLookalikes(decoded).span)
  }

  private func number(of text: borrowing Span<UInt8>) -> Int? {
    for number in all.indices where all[number].count == text.count {
      var place = 0
      while place < text.count, text[place].asciiLowercased == all[number][place] { place &+= 1 }
      if place == text.count { return number }
    }
    return nil
  }

  /// With `s` for U+017F and `k` for U+212A: Unicode's simple case folding has them so, and Go with it.
  private static func withoutLookalikes(_ text: [UInt8]) -> [UInt8] {
    var folded: [UInt8] = []
    var at = 0
    while at < text.count {
      if text[at...].starts(with: [0xC5, 0xBF]) {
        folded.append(UInt8(ascii: "s"))
        at += 2
      } else if text[at...].starts(with: [0xE2, 0x84, 0xAA]) {
        folded.append(UInt8(ascii: "k"))
        at += 3
      } else {
        folded.append(text[at])
        at += 1
      }
    }
    return folded
  }
}

extension Span<UInt8> {
  fileprivate var hasHighBytes: Bool {
    for place in indices where self[place] >= 0x80 { return true }
    return false
  }
}
