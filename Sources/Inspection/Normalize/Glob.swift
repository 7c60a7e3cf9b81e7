// SPDX-License-Identifier: Apache-2.0

/// Whether `pattern` matches the whole of `text`: `*` stands for any run of bytes, `/` included; ASCII case does not count.
/// Linear but for the text after the last `*`: a `*` only ever has to take up more of the text, never less.
package func glob(_ pattern: borrowing Span<UInt8>, matches text: borrowing Span<UInt8>) -> Bool {
  let star = UInt8(ascii: "*")
  var (p, t) = (0, 0)
  var retry: (pattern: Int, text: Int)?
  while t < text.count {
    if p < pattern.count, pattern[p] == star {
      p += 1
      retry = (p, t)
    } else if p < pattern.count, pattern[p].asciiLowercased == text[t].asciiLowercased {
      p += 1
      t += 1
    } else if let last = retry {
      p = last.pattern
      t = last.text + 1
      retry = (p, t)
    } else {
      return false
    }
  }
  while p < pattern.count, pattern[p] == star { p += 1 }
  return p == pattern.count
}

package func glob(_ pattern: String, matches text: String) -> Bool {
  glob(pattern.utf8.span, matches: text.utf8.span)
}
