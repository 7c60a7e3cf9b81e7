// SPDX-License-Identifier: Apache-2.0

/// A string that is being read: its text decoded so far, as far as anything asks for it.
struct StreamString {
  /// An operation that can be violated before the string ends.
  struct Watch {
    var operation: Int32
    var alternative: Int32
    /// The first of the values or names that the text so far may begin, and how much of it was compared.
    var candidate: Int32 = 0
    var compared = 0
  }

  /// Comparisons that the strings of a document may still take before their ends.
  var effort = 0

  var isKey = false
  var decoded: [UInt8] = []
  /// Scalars so far.
  var length: Int32 = 0
  var watches: [Watch] = []
  /// Characters of an escape after its backslash; -1 outside of one.
  var escape = -1
  var unit: UInt32 = 0
  /// A high half that waits for its low half.
  var high: UInt32 = 0

  mutating func begin(isKey: Bool) {
    self.isKey = isKey
    decoded.removeAll(keepingCapacity: true)
    watches.removeAll(keepingCapacity: true)
    length = 0
    escape = -1
    high = 0
  }

  mutating func append(_ scalar: UInt32) {
    if let unicode = Unicode.Scalar(scalar) {
      decoded.append(contentsOf: UTF8.encode(unicode) ?? .encodedReplacementCharacter)
    } else {
      decoded.append(UInt8(0xE0 | scalar >> 12))
      decoded.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      decoded.append(UInt8(0x80 | scalar & 0x3F))
    }
  }

  /// A half that no other half followed counts for itself.
  mutating func flushHigh() {
    guard high != 0 else { return }
    append(high)
    high = 0
  }
}

extension StreamingValidator {
  mutating func beginString(isKey: Bool, _ offset: Int) {
    state = .string
    tokenStart = offset
    string.begin(isKey: isKey)
    let program = schema.program
    guard string.effort > 0 else { return }
    if isKey { return watchKey() }
    for index in Int(valueMark.active)..<obligations.active.count {
      let entry = obligations.active[index]
      let compiled = program.schemas[Int(entry.schema)]
      string.effort &-= compiled.size
      guard string.effort > 0 else { return }
      for at in compiled.start..<compiled.end {
        switch program.operations[Int(at)].code {
        case .maxLength, .enumeration, .constant:
          string.watches.append(StreamString.Watch(operation: at, alternative: entry.alternative))
        default: break
        }
      }
    }
  }

  /// A closed object has only the keys that its schema names.
  private mutating func watchKey() {
    guard let frame = frames.last else { return }
    let program = schema.program
    for index in Int(frame.mark.active)..<obligations.active.count {
      let entry = obligations.active[index]
      let compiled = program.schemas[Int(entry.schema)]
      string.effort &-= compiled.size
      guard string.effort > 0 else { return }
      for at in compiled.start..<compiled.end where program.operations[Int(at)].code == .object {
        let rule = program.objects[Int(program.operations[Int(at)].a)]
        if rule.patternCount == 0, rule.additional >= 0, evaluator.isNever(rule.additional, program) {
          string.watches.append(StreamString.Watch(operation: at, alternative: entry.alternative))
        }
      }
    }
  }

  mutating func stepString(_ byte: UInt8, _ offset: Int) {
    if string.escape >= 0 { return stepEscape(byte, offset) }
    switch byte {
    case UInt8(ascii: "\""):
      string.isKey ? endKey(at: offset) : endScalar(tokenStart..<offset + 1, at: offset)
    case UInt8(ascii: "\\"): string.escape = 0
    case 0..<0x20: die(.syntax, at: offset)
    default:
      string.flushHigh()
      string.decoded.append(byte)
      if byte & 0xC0 != 0x80 { string.length += 1 }
      watch(at: offset)
    }
  }

  private mutating func stepEscape(_ byte: UInt8, _ offset: Int) {
    if string.escape == 0 {
      let simple: UInt32
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): simple = UInt32(byte)
      case UInt8(ascii: "b"): simple = 0x08
      case UInt8(ascii: "f"): simple = 0x0C
      case UInt8(ascii: "n"): simple = 0x0A
      case UInt8(ascii: "r"): simple = 0x0D
      case UInt8(ascii: "t"): simple = 0x09
      case UInt8(ascii: "u"):
        string.escape = 1
        string.unit = 0
        return
      default: return die(.syntax, at: offset)
      }
      return endEscape(simple, offset)
    }
    guard let digit = hexDigit(byte) else { return die(.syntax, at: offset) }
    string.unit = string.unit << 4 | UInt32(digit)
    string.escape += 1
    if string.escape == 5 { endEscape(string.unit, offset) }
  }

  private mutating func endEscape(_ scalar: UInt32, _ offset: Int) {
    string.escape = -1
    if string.high != 0, scalar >= 0xDC00, scalar < 0xE000 {
      // The pair is one scalar, and its first half was counted.
      string.append(0x10000 + ((string.high - 0xD800) << 10) + (scalar - 0xDC00))
      string.high = 0
    } else {
      string.flushHigh()
      string.length += 1
      if scalar >= 0xD800, scalar < 0xDC00 { string.high = scalar } else { string.append(scalar) }
    }
    watch(at: offset)
  }

  /// Asks what can be violated inside a string whether it is.
  private mutating func watch(at offset: Int) {
    guard !string.watches.isEmpty else { return }
    let program = schema.program
    // What can no longer be afforded is decided at the end of the string.
    string.effort -= string.watches.count
    guard string.effort >= 0 else { return string.watches.removeAll(keepingCapacity: true) }
    for index in string.watches.indices {
      let watch = string.watches[index]
      guard !obligations.alternatives[Int(watch.alternative)].isDead else { continue }
      let operation = program.operations[Int(watch.operation)]
      let isPossible: Bool
      switch operation.code {
      case .maxLength: isPossible = string.length <= operation.a
      case .constant: isPossible = mayBecome(1, of: index) { _ in program.text(of: operation.a) }
      case .object:
        let rule = program.objects[Int(operation.a)]
        isPossible = mayBecome(rule.propertyCount, of: index) { place in
          let property = program.properties[Int(rule.firstProperty + place)]
          return property.isDeclared ? Int(property.start)..<Int(property.start + property.count) : nil
        }
      default:
        isPossible = mayBecome(operation.b, of: index) { program.text(of: program.lists[Int(operation.a + $0)]) }
      }
      if !isPossible { obligations.kill(watch.alternative, row: operation.row) }
    }
    dieIfHopeless(at: offset)
  }

  /// Whether the text so far begins one of so many texts of the schema. What it did not begin before it never will, so that each
  /// text is passed over once, and of the one that it may be only what is new is compared.
  private mutating func mayBecome(_ count: Int32, of watch: Int, _ text: (Int32) -> Range<Int>?) -> Bool {
    var (candidate, compared) = (string.watches[watch].candidate, string.watches[watch].compared)
    defer {
      string.watches[watch].candidate = candidate
      string.watches[watch].compared = compared
    }
    while candidate < count {
      if let range = text(candidate), range.count >= string.decoded.count {
        while compared < string.decoded.count,
          schema.program.source.storage[range.lowerBound + compared] == string.decoded[compared]
        {
          compared += 1
        }
        if compared == string.decoded.count { return true }
        string.effort -= compared >> 3
      }
      string.effort -= 1
      candidate += 1
      compared = 0
    }
    return false
  }
}

extension Program {
  /// Where the text of a string is; nil for another value.
  fileprivate func text(of row: Int32) -> Range<Int>? {
    let node = source.nodes[Int(row)]
    return node.kind == .string ? node.text : nil
  }
}
