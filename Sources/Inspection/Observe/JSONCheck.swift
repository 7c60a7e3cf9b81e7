// SPDX-License-Identifier: Apache-2.0
import JSON

/// Why `text` is not one JSON value, or `nil` when it is.
func jsonError(in text: borrowing Span<UInt8>) -> JSONError? {
  var scanner = JSONScanner()
  do {
    while let token = try scanner.next(in: text, isComplete: true), token.kind != .end {}
    return nil
  } catch {
    return error
  }
}

/// More digits in an integer, and Python's `json` fails at the text that has it (its `sys.int_info.default_max_str_digits`).
let mostDigits = 4300

/// Whether a number in a JSON text is longer than that.
func hasLongNumber(_ text: borrowing Span<UInt8>) -> Bool {
  guard text.count > mostDigits else { return false }
  var scanner = JSONScanner()
  while let token = try? scanner.next(in: text, isComplete: true), token.kind != .end {
    if token.kind == .number, token.end &- token.start > mostDigits { return true }
  }
  return false
}
