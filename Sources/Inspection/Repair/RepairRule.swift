// SPDX-License-Identifier: Apache-2.0

/// The repairs there are, each to be switched on its own. All are deterministic, and none invents a value, fills a required
/// one in or closes a truncated string. The raw value is the name in `belay.yaml`, reports and `x-belay-repairs`.
package enum RepairRule: String, CaseIterable, Sendable {
  /// Calls that leaked as markup into text or reasoning become calls (R01 to R03).
  case leakedCalls = "leaked_calls"
  /// `functions.` is taken off, and a near miss becomes the one declared name that can be meant (R30, R35 to R37).
  case toolName = "tool_name"
  /// A missing or repeated id is replaced by a new one (R20, R21).
  case callID = "call_id"
  /// Index and type: gaps closed, missing ones added (R25 to R27).
  case callShape = "call_shape"
  /// The finish reason that the calls demand (R10, R12).
  case finishReason = "finish_reason"
  /// An object becomes the string that holds it; blank arguments, or `null`, become `{}` (R40, R41).
  case argumentsForm = "arguments_form"
  /// A string that holds the object is decoded once (R45).
  case doubleEncoding = "double_encoding"
  /// What stands before or behind one complete object goes (R43, R44, R48, R49, R4A).
  case surroundingJunk = "surrounding_junk"
  /// Raw control characters in strings are escaped (R47).
  case controlCharacters = "control_characters"
  /// A value of another type that stands for the same, where the schema demands it: `"5"` for 5, a string that holds the
  /// array, one element for an array of them (R46, R52). Not a number that a double does not hold as it is written (`"1e400"`,
  /// `"9007199254740993"`): as a number some clients would have another.
  case coercion
  /// `null` for an optional property: the property goes (R52).
  case optionalNull = "optional_null"
}

/// One repair that was made, with both texts, so that nobody has to guess.
package struct Repair: Equatable, Sendable {
  package var rule: RepairRule
  package var choice: Int
  /// Which call of that choice, counted from 0 in the repaired answer; nil for the choice itself.
  package var call: Int?
  /// What was changed: `id`, `name`, `arguments`, `finish_reason`, `content`; a JSON Pointer behind it within arguments.
  package var field: String
  package var before: [UInt8]
  package var after: [UInt8]

  package init(
    _ rule: RepairRule, choice: Int, call: Int? = nil, field: String, before: [UInt8], after: [UInt8]
  ) {
    self.rule = rule
    self.choice = choice
    self.call = call
    self.field = field
    self.before = before
    self.after = after
  }
}
