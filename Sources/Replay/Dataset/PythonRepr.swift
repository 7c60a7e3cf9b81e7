// SPDX-License-Identifier: Apache-2.0
package import JSON

/// What Python prints for a JSON value: `str` for a string on its own, `repr` for all else. K2VV's error messages and the chat
/// template, which prints whatever a message has for content, are made of this.
package enum PythonRepr {
  /// `str(value)`.
  package static func str(_ value: JSONValue) -> String {
    if case .string(let text) = value { text.string } else { repr(value) }
  }

  /// `repr(value)`.
  package static func repr(_ value: JSONValue) -> String {
    switch value {
    case .null: "None"
    case .bool(let value): value ? "True" : "False"
    case .number(let number): words(for: pythonText(of: number))
    case .string(let text): quoted(text.string)
    case .array(let values): "[" + values.map(repr).joined(separator: ", ") + "]"
    case .object(let object):
      "{" + members(of: object).map { "\(quoted($0.key.string)): \(repr($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  private static func words(for number: String) -> String {
    switch number {
    case "NaN": "nan"
    case "Infinity": "inf"
    case "-Infinity": "-inf"
    default: number
    }
  }

  /// As in a `dict`: a key that comes again keeps its place and takes the new value.
  private static func members(of object: JSONObject) -> [JSONObject.Member] {
    var unique = JSONObject()
    for (key, value) in object.members { unique[key] = value }
    return unique.members
  }

  /// CPython, `unicode_repr`: single quotes unless the text has some and no double ones.
  private static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar = text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result += isPrintable(scalar) ? String(scalar) : escape(scalar)
      }
    }
    return result + String(quote)
  }

  /// `str.isprintable`: all but the categories Cc, Cf, Cs, Co, Cn, Zl, Zp, and Zs without the space.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == " " { return true }
    return switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator: false
    default: true
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
