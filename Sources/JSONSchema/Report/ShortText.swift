// SPDX-License-Identifier: Apache-2.0

// A key may be as long as its document, and all that is wrong below it would repeat it: what is told of a place is shortened.
extension Document {
  /// Bytes of a name in a message.
  static let nameLimit = 256

  /// The decoded text of a string or key as `string` has it, shortened.
  func shortString(_ node: Int, limit: Int = nameLimit) -> String {
    Document.shortened(storage[nodes[node].text], limit)
  }

  /// A text of more than `limit` bytes is cut at a character, with an ellipsis.
  static func shortened(_ text: ArraySlice<UInt8>, _ limit: Int = nameLimit) -> String {
    guard text.count > limit else { return String(decoding: text, as: UTF8.self) }
    var end = text.startIndex + limit
    while end > text.startIndex, text[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: text[..<end], as: UTF8.self) + "…"
  }

  /// Joins the steps of a way; `append` adds one. One that is cut has an ellipsis at its end, and `Violation.pathLimit` bytes or more.
  func joined(_ steps: [Step], to start: String, _ append: (Step, inout String) -> Void) -> String {
    var path = start
    for step in steps {
      guard path.utf8.count < Violation.pathLimit else { return path.hasSuffix("…") ? path : path + "…" }
      append(step, &path)
    }
    return path
  }
}
