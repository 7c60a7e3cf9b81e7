// SPDX-License-Identifier: Apache-2.0
import JSON

/// `double_encoding` (R45): what a string of JSON holds, decoded once. Nil unless the text is one whole string, and when the
/// string holds what is no Unicode, or more values than are looked at: escapes hide them from `CallAssembler`.
func decodingWholeString(_ text: [UInt8]) -> [UInt8]? {
  var index = JSONIndex()
  guard (try? index.read(text.span)) != nil, index.kind(index.root) == .string else { return nil }
  var decoded: [UInt8] = []
  index.decode(index.root, of: text.span, into: &decoded)
  return decoded.span.markCount <= CallAssembler.valueLimit ? decoded : nil
}
