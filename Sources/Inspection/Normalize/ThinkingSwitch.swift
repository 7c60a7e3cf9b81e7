// SPDX-License-Identifier: Apache-2.0
import JSON

/// What a request says of thinking, in whichever of the four styles (Q13).
struct ThinkingSwitch: Equatable {
  typealias Style = VendorProfile.ThinkingStyle

  /// The styles that the request uses, in the order of ``VendorProfile/ThinkingStyle``.
  private(set) var styles: [Style] = []
  /// Nil when it does not say.
  private(set) var isOn: Bool?
  /// Reasoning in the history is to be kept: `keep: "all"`, `preserve_thinking: true`.
  private(set) var keepsHistory = false
  /// JSON of the effort, a word or a number.
  private(set) var effort: [UInt8]?

  /// Where two styles disagree, the first counts.
  init(of request: ChatRequest, _ bytes: borrowing Span<UInt8>) {
    let index = request.index
    for style in Style.allCases {
      guard let node = index.value(Array(style.rawValue.utf8), in: index.root, of: bytes) else { continue }
      read(style, node, index, bytes)
    }
  }

  private mutating func read(_ style: Style, _ node: JSONIndex.Node, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>) {
    var isOn: Bool?
    switch style {
    case .thinking:
      isOn = index.bool(node)
      if let type = index.value("type", in: node, of: bytes) {
        if index.equals(type, "enabled", in: bytes) { isOn = true }
        if index.equals(type, "disabled", in: bytes) { isOn = false }
      }
      if let keep = index.value("keep", in: node, of: bytes), index.equals(keep, "all", in: bytes) { keepsHistory = true }
      takeEffort("effort", node, index, bytes)
    case .templateKwargs:
      isOn = bool("thinking", node, index, bytes) ?? bool("enable_thinking", node, index, bytes)
      if bool("preserve_thinking", node, index, bytes) == true { keepsHistory = true }
      takeEffort("thinking_effort", node, index, bytes)
    case .templateArgs:
      isOn = bool("enable_thinking", node, index, bytes)
    case .reasoning:
      isOn = bool("enabled", node, index, bytes)
      takeEffort("effort", node, index, bytes)
    }
    // `chat_template_kwargs` may well be about something else.
    guard isOn != nil || Self.keys(of: style).contains(where: { index.value($0, in: node, of: bytes) != nil }) else { return }
    styles.append(style)
    self.isOn = self.isOn ?? isOn
  }

  /// What belongs to thinking in the object of a style.
  static func keys(of style: Style) -> [[UInt8]] {
    let keys: [String] =
      switch style {
      case .thinking: ["type", "keep", "effort"]
      case .templateKwargs: ["thinking", "enable_thinking", "preserve_thinking", "thinking_effort"]
      case .templateArgs: ["enable_thinking"]
      case .reasoning: ["enabled", "effort"]
      }
    return keys.map { Array($0.utf8) }
  }

  /// The same in another style, as JSON; nil when that style has no words for it. What a style cannot say is left out.
  func json(in style: Style) -> [UInt8]? {
    var writer = JSONWriter()
    writer.beginObject()
    switch style {
    case .thinking:
      if let isOn {
        writer.write(key: "type")
        writer.write(string: isOn ? "enabled" : "disabled")
      }
      if keepsHistory {
        writer.write(key: "keep")
        writer.write(string: "all")
      }
      write("effort", to: &writer)
    case .templateKwargs:
      if let isOn {
        writer.write(key: "thinking")
        writer.write(isOn)
      }
      if keepsHistory {
        writer.write(key: "preserve_thinking")
        writer.write(true)
      }
      write("thinking_effort", to: &writer)
    case .templateArgs:
      if let isOn {
        writer.write(key: "enable_thinking")
        writer.write(isOn)
      }
    case .reasoning:
      if let isOn {
        writer.write(key: "enabled")
        writer.write(isOn)
      }
      write("effort", to: &writer)
    }
    writer.endObject()
    let json = writer.finish()
    return json.count > 2 ? json : nil
  }

  private func write(_ key: StaticString, to writer: inout JSONWriter) {
    guard let effort else { return }
    writer.write(key: key)
    writer.write(raw: effort)
  }

  private func bool(
    _ key: StaticString, _ node: JSONIndex.Node, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) -> Bool? {
    index.value(key, in: node, of: bytes).flatMap { index.bool($0) }
  }

  private mutating func takeEffort(
    _ key: StaticString, _ node: JSONIndex.Node, _ index: JSONIndex, _ bytes: borrowing Span<UInt8>
  ) {
    guard effort == nil, let node = index.value(key, in: node, of: bytes), index.kind(node) != .null else { return }
    effort = [UInt8](copying: bytes.extracting(index.range(node)))
  }
}
