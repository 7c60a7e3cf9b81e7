// SPDX-License-Identifier: Apache-2.0
import JSON
import JSONSchema

/// What can become of one object of arguments. It is closed where it stands and shown to the validator: what is wrong with values
/// that are whole stays wrong unless a rule mends it; of what is still open, only some things are certain.
struct ObjectOutlook {
  /// The object without what is not whole, its brackets closed.
  let closed: [UInt8]
  private let text: [UInt8]
  private let parts: UnfinishedObject
  private let rules: Set<RepairRule>
  private let schema: ReadSchema?
  /// The offsets are those of the call's arguments.
  private let isVerbatim: Bool
  /// Nothing comes behind the last whole value, and more of it may come in a later snapshot.
  private let isLast: Bool

  /// Nil when no more bytes can make it JSON.
  init?(_ object: [UInt8], rules: Set<RepairRule>, tools: ToolSet, tool: Int?) {
    let text = rules.contains(.controlCharacters) ? escapingControlCharacters(object) : object
    guard let parts = UnfinishedObject(text) else { return nil }
    self.text = text
    self.parts = parts
    self.rules = rules
    closed = text[..<parts.cut] + parts.closers
    isVerbatim = text == object
    isLast = rules.contains(.surroundingJunk) && text[parts.cut...].allSatisfy(\.isWhiteSpace)
    schema = tool.flatMap { ArgumentRepairer(tool: $0, of: tools, rules: rules).readSchema() }
  }

  /// - Parameter death: the byte that killed the object, if known.
  func isHopeful(deadAt death: Int?) -> Bool {
    guard let schema else { return true }
    var coercion = Coercion(rules: rules, work: ArgumentOutlook.work(for: text), tolerance: tolerance)
    if coercion.mended(closed, schema) == nil, !coercion.isUndecided { return false }
    return isHopefulKey(schema) && isHopefulString(schema, deadAt: isVerbatim ? death : nil)
  }

  /// Whether more bytes may still undo a violation of a document. What is asked of all of them is found out once.
  private func tolerance(in document: [UInt8]) -> (Violation) -> Bool {
    let end = document.lastIndex { !$0.isWhiteSpace && $0 != UInt8(ascii: "}") && $0 != UInt8(ascii: "]") } ?? -1
    var spelled: (range: Range<Int>, types: SpelledTypes)?
    return { violation in
      // Whether what it is about is open cannot be told.
      if violation.instancePath.utf8.count >= Violation.pathLimit { return true }
      if parts.openPaths.contains(Array(violation.instancePath.utf8)) {
        switch violation.keyword {
        case "type", "additionalProperties", "unevaluatedProperties", "false", "maxItems": return false
        // A member that is taken out no longer counts.
        case "maxProperties", "propertyNames": return rules.contains(.optionalNull)
        default: return true
        }
      }
      // The last value may be more in a later snapshot of the object, if nothing comes behind it in this one.
      guard isLast, violation.range.upperBound > end else { return false }
      switch violation.keyword {
      case "type":
        // Whether a string of the wrong type is the beginning of one that spells the right one.
        guard rules.contains(.coercion), let schema, document[violation.range].first == UInt8(ascii: "\"") else { return false }
        if spelled?.range != violation.range {
          guard let text = decodingWholeString(Array(document[violation.range])) else { return false }
          spelled = (violation.range, SpelledTypes(beginning: text))
        }
        return spelled?.types.meet(schema.types(at: violation.schemaPath, keyword: violation.keyword)) ?? false
      case "additionalProperties", "unevaluatedProperties", "false", "maxLength", "maxItems", "maxProperties": return false
      default: return true
      }
    }
  }

  /// A key that may not be there makes its value hopeless, whatever it is.
  private func isHopefulKey(_ schema: ReadSchema) -> Bool {
    guard let key = parts.key else { return true }
    let probe = text[..<key.range.upperBound] + Array(":null".utf8) + parts.closers
    return !violations(in: Array(probe), schema).contains {
      $0.instancePath == key.path && ["additionalProperties", "unevaluatedProperties", "false"].contains($0.keyword)
    }
  }

  /// A string that has begun where another type is demanded must be able to spell it.
  private func isHopefulString(_ schema: ReadSchema, deadAt death: Int?) -> Bool {
    guard let string = parts.string else { return true }
    var decoded: [UInt8] = []
    JSONText.decode(text.span, in: (string.range.lowerBound + 1)..<string.range.upperBound, into: &decoded)
    let probe = text[..<string.range.upperBound] + [UInt8(ascii: "\"")] + parts.closers
    let spells = rules.contains(.coercion) && decoded.span.markCount <= CallAssembler.valueLimit
    // A schema may ask hundreds of things of one string.
    let spelled = spells ? SpelledTypes(beginning: decoded) : nil
    for violation in violations(in: Array(probe), schema) where violation.instancePath == string.path {
      let types = schema.types(at: violation.schemaPath, keyword: violation.keyword)
      let isSpelling = spelled?.meet(types) ?? false
      switch violation.keyword {
      case "type" where !isSpelling: return false
      // The text so far is the beginning of no listed value, if that is what the call died of.
      case "enum", "const":
        if let death, string.range.contains(death), death > string.range.lowerBound, !isSpelling { return false }
      case "additionalProperties", "unevaluatedProperties", "false", "maxLength": return false
      default: break
      }
    }
    return true
  }

  private func violations(in document: [UInt8], _ schema: ReadSchema) -> [Violation] {
    var validator = Validator(root: "arguments")
    // With more than this wrong no call is mended.
    return validator.violations(in: document.span, with: schema.schema, limit: 512, inWords: false).violations
  }
}
