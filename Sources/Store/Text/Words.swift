// SPDX-License-Identifier: Apache-2.0

/// The words of a text, as the index knows them: runs of letters and digits, lower case. Scripts without spaces are indexed
/// by pairs of neighbours, since a character alone would be found everywhere. JSON's escapes are undone (`\u4f60`) or
/// separate words (`\n`), so that bodies are indexed as they lie.
enum Words {
  /// Longer words are cut: base64 should not fill the index.
  static let longest = 24

  private enum Found {
    /// Lower case, UTF-8.
    case word([UInt8])
    /// A run of a script without spaces.
    case dense([Unicode.Scalar])
  }

  /// Each word once.
  static func all(in text: some Collection<UInt8>) -> Set<String> {
    var words: Set<String> = []
    scan(text) { found in
      switch found {
      case .word(let word): words.insert(String(decoding: word, as: UTF8.self))
      case .dense(let run):
        for index in run.indices { words.insert(pair(run, index)) }
      }
    }
    return words
  }

  /// What to ask the index for a needle: all of these. The last may be the beginning of a word; in a script without spaces a
  /// single character is the beginning of a pair.
  static func query(_ needle: String) -> [(word: String, isPrefix: Bool)] {
    var query: [(word: String, isPrefix: Bool)] = []
    scan(needle.utf8) { found in
      switch found {
      case .word(let word): query.append((String(decoding: word, as: UTF8.self), false))
      case .dense(let run):
        if run.count == 1 { query.append((pair(run, 0), true)) }
        for index in run.indices.dropLast() { query.append((pair(run, index), false)) }
      }
    }
    let ends = needle.unicodeScalars.last.map { isWord($0) } ?? false
    if ends, let last = query.indices.last { query[last].isPrefix = true }
    return query
  }

  /// A character with the one after it, if there is one.
  private static func pair(_ run: [Unicode.Scalar], _ index: Int) -> String {
    var pair = String.UnicodeScalarView()
    pair.append(contentsOf: run[index..<min(run.count, index + 2)])
    return String(pair)
  }

  private static func scan(_ text: some Collection<UInt8>, _ found: (Found) -> Void) {
    var word: [UInt8] = []
    var run: [Unicode.Scalar] = []
    func end() {
      if !word.isEmpty { found(.word(word)) }
      if !run.isEmpty { found(.dense(run)) }
      word.removeAll(keepingCapacity: true)
      run.removeAll(keepingCapacity: true)
    }
    for scalar in UnescapedScalars(text) {
      let value = scalar.value
      if value < 0x80 {
        guard isWord(scalar) else {
          end()
          continue
        }
        if !run.isEmpty { end() }
        let byte = UInt8(truncatingIfNeeded: value)
        if word.count < longest { word.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) }
      } else if !isWord(scalar) {
        end()
      } else if isDenseScript(scalar) {
        if !word.isEmpty { end() }
        run.append(scalar)
      } else {
        if !run.isEmpty { end() }
        if word.count < longest { word += Array(scalar.properties.lowercaseMapping.utf8) }
      }
    }
    end()
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0..<0x80: false
    default: scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
  }

  /// Han, kana, Thai, Lao, Khmer, Burmese: no spaces between words.
  private static func isDenseScript(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
    default: false
    }
  }
}

/// A text's scalars with JSON's escapes undone; what any other escape stands for is taken for a space.
struct UnescapedScalars<Text: Collection<UInt8>>: Sequence, IteratorProtocol {
  private var decoder = UTF8()
  private var bytes: Text.Iterator
  private var pending: [Unicode.Scalar] = []

  init(_ text: Text) {
    bytes = text.makeIterator()
  }

  mutating func next() -> Unicode.Scalar? {
    if let scalar = pending.popLast() { return scalar }
    guard let scalar = decode() else { return nil }
    guard scalar == "\\", let escape = decode() else { return scalar }
    guard escape == "u" else { return " " }
    guard let unit = unit() else { return " " }
    if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
    // The first of a surrogate pair: the second follows at once, or there is none.
    guard unit < 0xDC00, let backslash = decode(), backslash == "\\", decode() == "u", let low = self.unit(),
      (0xDC00..<0xE000).contains(low)
    else { return " " }
    return Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + UInt32(low) - 0xDC00) ?? " "
  }

  private mutating func unit() -> UInt16? {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let scalar = decode() else { return nil }
      guard let digit = Character(scalar).hexDigitValue else {
        pending.append(scalar)
        return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private mutating func decode() -> Unicode.Scalar? {
    while true {
      switch decoder.decode(&bytes) {
      case .scalarValue(let scalar): return scalar
      case .emptyInput: return nil
      case .error: return " "
      }
    }
  }
}
