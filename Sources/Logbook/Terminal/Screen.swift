// SPDX-License-Identifier: Apache-2.0

/// Where a command writes, and what that place can show.
package struct Screen: Sendable {
  /// Cells of a line; nil where lines may be as long as they like, as in a file.
  package var width: Int?
  package var paint: Paint
  /// For whoever uses the result: standard output.
  package var write: @Sendable ([UInt8]) -> Void
  /// For whoever watches: standard error.
  package var note: @Sendable (String) -> Void

  package init(
    width: Int?, paint: Paint, write: @escaping @Sendable ([UInt8]) -> Void, note: @escaping @Sendable (String) -> Void
  ) {
    self.width = width
    self.paint = paint
    self.write = write
    self.note = note
  }

  func lines(_ lines: [String]) { write(Array(lines.joined(separator: "\n").utf8) + [0x0A]) }
}
