// SPDX-License-Identifier: Apache-2.0

/// Text of a vendor or a client for use in a message, at most `limit` bytes of it.
func quoted(_ text: borrowing Span<UInt8>, limit: Int = 80) -> String { "'\(excerpt(text, limit: limit))'" }

func quoted(_ text: [UInt8], limit: Int = 80) -> String { quoted(text.span, limit: limit) }

func quoted(_ text: String, limit: Int = 80) -> String { quoted(Array(text.utf8), limit: limit) }

/// The beginning of `text`: invalid UTF-8 replaced, control characters made spaces, so that it fits on a line.
func excerpt(_ text: borrowing Span<UInt8>, limit: Int) -> String {
  let bytes = [UInt8](copying: text.extracting(0..<min(text.count, limit)))
  let line = bytes.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
  return String(decoding: line, as: UTF8.self) + (text.count > limit ? "…" : "")
}
