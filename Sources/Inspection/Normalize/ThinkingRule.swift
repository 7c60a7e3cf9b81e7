// SPDX-License-Identifier: Apache-2.0
import JSON

/// Q13: a switch of thinking in another vendor's style is said in this one's. A request that speaks this vendor's style
/// already keeps it as it is, and loses the others. Where the vendor's style is not known, nothing is done.
func normalizeThinking(
  _ request: ChatRequest, _ target: RequestTarget, _ editor: inout RequestEditor, _ bytes: borrowing Span<UInt8>
) {
  guard let style = target.profile.thinking else { return }
  let index = request.index
  let thinking = ThinkingSwitch(of: request, bytes)
  let isBool = style == .thinking && index.value("thinking", in: index.root, of: bytes).flatMap { index.bool($0) } != nil
  let foreign = thinking.styles.filter { $0 != style }
  guard isBool || !foreign.isEmpty, let json = thinking.json(in: style) else { return }
  for other in foreign { removeSwitch(other, request, &editor, bytes) }
  let field = RequestEdit.Field.member(key: style.rawValue)
  guard let own = index.value(Array(style.rawValue.utf8), in: index.root, of: bytes) else {
    return editor.insert(style.rawValue, json, into: index.root, field, .thinking, index)
  }
  if thinking.styles.contains(style), !isBool { return }
  // Its own object is there, but speaks of other things, or is the bool that some clients send (TeXRA#1905).
  if index.count(own) > 0 {
    var switches = JSONIndex()
    guard (try? switches.read(json.span)) != nil else { return }
    for (key, value) in switches.members(switches.root) {
      let key = switches.string(key, of: json.span) ?? ""
      editor.insert(
        key, Array(json[switches.range(value)]), into: own, .inner(object: style.rawValue, key: key), .thinking, index)
    }
  } else {
    editor.replace(own, field, with: json, .thinking, index, bytes)
  }
}

/// Takes a style's object out, or of an object that says more than that what is about thinking.
private func removeSwitch(
  _ style: VendorProfile.ThinkingStyle, _ request: ChatRequest, _ editor: inout RequestEditor,
  _ bytes: borrowing Span<UInt8>
) {
  let index = request.index
  guard let node = index.value(Array(style.rawValue.utf8), in: index.root, of: bytes) else { return }
  let own = ThinkingSwitch.keys(of: style)
  let others = index.members(node).contains { key, _ in !own.contains { index.equals(key, $0, in: bytes) } }
  let isShared = style == .templateKwargs || style == .templateArgs
  guard others, isShared else {
    return editor.remove(style.rawValue, from: index.root, .member(key: style.rawValue), .thinking, index, bytes)
  }
  for key in own {
    let key = String(decoding: key, as: UTF8.self)
    editor.remove(key, from: node, .inner(object: style.rawValue, key: key), .thinking, index, bytes)
  }
}
