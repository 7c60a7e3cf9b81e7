// SPDX-License-Identifier: Apache-2.0

/// Colours, where they are wanted. What they say is in the text as well.
package struct Paint: Sendable, Equatable {
  package enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  package var isOn: Bool

  package init(isOn: Bool) {
    self.isOn = isOn
  }

  func callAsFunction(_ text: String, _ style: Style?) -> String {
    guard isOn, let style, !text.isEmpty else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }
}
