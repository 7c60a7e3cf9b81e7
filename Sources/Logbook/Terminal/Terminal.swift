// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What standard output is.
package enum Terminal {
  /// Lines narrower than this cannot say anything.
  static let narrowest = 20

  /// The width of a line: the terminal's own, which `COLUMNS` overrides; nil where output goes to a file or a pipe and
  /// `COLUMNS` is unset.
  package static func width(environment: [String: String]) -> Int? {
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return max(columns, narrowest) }
    var size = winsize()
    guard isTerminal, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return isTerminal ? 80 : nil
    }
    return max(Int(size.ws_col), narrowest)
  }

  /// Colours are for terminals, and not for those who set `NO_COLOR` to anything (no-color.org) or have a dumb one.
  package static func paint(environment: [String: String]) -> Paint {
    let isPlain = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    return Paint(isOn: isTerminal && !isPlain)
  }

  private static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
