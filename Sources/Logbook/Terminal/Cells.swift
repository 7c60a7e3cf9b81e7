// SPDX-License-Identifier: Apache-2.0
import Fidelity

// How wide text is on a terminal: in cells, of which a Chinese character takes two and an accent none.

extension Character {
  var cells: Int {
    if let ascii = asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
    if unicodeScalars.contains("\u{FE0F}") { return 2 }
    return unicodeScalars.reduce(0) { max($0, $1.cells) }
  }
}

extension Unicode.Scalar {
  /// After East Asian Width (UAX #11): `W` and `F` are two.
  fileprivate var cells: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x2705, 0x274C, 0x2753...0x2755, 0x2E80...0x303E,
      0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F7E0...0x1F7EB, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}

extension StringProtocol {
  var cells: Int { reduce(0) { $0 + $1.cells } }

  /// The text in at most `width` cells, with an ellipsis where something is missing.
  func cut(to width: Int) -> String {
    if utf8.count <= width || cells <= width { return String(self) }
    guard width > 0 else { return "" }
    var (kept, used) = ("", 0)
    for character in self {
      guard used + character.cells <= width - 1 else { break }
      used += character.cells
      kept.append(character)
    }
    return kept + "…"
  }

  /// Its lines, each as ``plain`` has it and at most `width` cells wide, broken between words where there is room.
  func wrapped(to width: Int?) -> [String] {
    // Not `isNewline`: CRLF is one character.
    let lines = split(omittingEmptySubsequences: false) { $0.isNewline }.map(\.plain)
    guard let width = width.map({ Swift.max($0, 8) }) else { return lines }
    return lines.flatMap { $0.cells <= width ? [$0] : broken($0, width) }
  }

  private func broken(_ line: String, _ width: Int) -> [String] {
    var lines: [String] = []
    var (current, used) = ("", 0)
    for character in line {
      if used + character.cells > width {
        if let space = current.lastIndex(of: " "), character != " ", current[space...].cells < width / 2 {
          let rest = String(current[current.index(after: space)...])
          lines.append(String(current[..<space]))
          (current, used) = (rest, rest.cells)
        } else {
          lines.append(current)
          (current, used) = ("", 0)
          if character == " " { continue }
        }
      }
      current.append(character)
      used += character.cells
    }
    return lines + [current]
  }
}
