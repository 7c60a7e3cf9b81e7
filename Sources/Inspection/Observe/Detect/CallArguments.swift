// SPDX-License-Identifier: Apache-2.0
import JSON

/// `arguments.empty` (R40), `arguments.not_string` (R41), `arguments.too_long`, and for what is no JSON object: `.truncated`
/// (R42), `.trailing_junk` (R43), `.leading_junk` (R44), `.double_encoded` (R45), `.control_character` (R47), `.placeholder`
/// (R48), `.snapshots` (R49), `.markup` (R4A), `.not_object` (R4B), else `.not_json`.
func detectArguments(of call: AssembledCall, _ request: RequestFacts, _ report: inout FindingReport) {
  if call.argumentsForm == .value {
    report.add(.argumentsNotString, "the arguments are JSON in place, not a string that holds JSON")
  }
  if call.quirks.contains(.tooLong) {
    report.add(.argumentsTooLong, "the arguments are too long to be kept and looked at")
    return
  }
  let isBuiltin = request.tools.index(of: call.name.span).map(request.tools.isBuiltin) ?? false
  let end = call.arguments.count
  switch ArgumentsShape(of: call.arguments) {
  case .object: break
  case .empty:
    report.add(.argumentsEmpty, "the call has no arguments, not even {}")
  case .notObject(let kind):
    // A vendor's own tool takes what it likes.
    if !isBuiltin { report.add(.argumentsNotObject, range: 0..<end, "the arguments are no object, but \(kind)") }
  case .doubleEncoded:
    report.add(.argumentsDoubleEncoded, range: 0..<end, "the arguments are a string that holds the object: encoded twice")
  case .truncated:
    report.add(.argumentsTruncated, range: end..<end, "the arguments break off after \(end) bytes")
  case .trailingJunk(let object):
    let junk = object.upperBound..<end
    report.add(.argumentsTrailingJunk, range: junk, "behind the object stands \(quoted(Array(call.arguments[junk])))")
  case .leadingJunk(let object):
    let junk = 0..<object.lowerBound
    report.add(.argumentsLeadingJunk, range: junk, "before the object stands \(quoted(Array(call.arguments[junk])))")
  case .placeholder(let object):
    report.add(.argumentsPlaceholder, range: 0..<object.lowerBound, "an empty object stands before the real one")
  case .snapshots(let object):
    report.add(
      .argumentsSnapshots, range: 0..<object.lowerBound, "the object came again and again, each time with more in it")
  case .markup:
    report.add(.argumentsMarkup, range: 0..<end, "the model's own markers stand in the arguments")
  case .controlCharacter(let offset):
    report.add(
      .argumentsControlCharacter, range: offset..<(offset + 1),
      "a control character stands unescaped in a string, at byte \(offset)")
  case .notJSON(let error):
    report.add(.argumentsNotJSON, range: error.offset..<end, "the arguments are no JSON: \(error)")
  }
  if call.quirks.contains(.splitCharacter) {
    report.add(.argumentsSplitCharacter, "a piece of the arguments ended within a character: only all of them can be parsed")
  }
}
