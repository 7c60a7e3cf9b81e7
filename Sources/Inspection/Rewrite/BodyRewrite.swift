// SPDX-License-Identifier: Apache-2.0
import JSON

/// Puts a mended answer into the vendor's own JSON body. Only what was mended changes; unknown fields, order and white space
/// stay as they came.
package struct BodyRewrite {
  /// The choices that changed. A body may have far more than were read.
  private var changes: [Int: (before: ChoiceSummary, after: ChoiceSummary)] = [:]
  private let usage: UsageMark?
  private var index = JSONIndex()
  private var edits = MemberEdits()

  /// - Parameter usage: the token counts to tell instead of the vendor's, where there was more than one attempt.
  package init(original: ResponseSummary, mended: ResponseSummary, usage: UsageMark? = nil) {
    self.usage = usage
    for after in mended.choices {
      guard let before = original.choices.first(where: { $0.index == after.index }), after != before else { continue }
      changes[after.index] = (before, after)
    }
  }

  /// The body with the changes made, or nil if it is not JSON.
  package mutating func apply(to body: borrowing Span<UInt8>) -> [UInt8]? {
    guard (try? index.read(body)) != nil else { return nil }
    edits = MemberEdits()
    if let choices = index.value("choices", in: index.root, of: body) {
      for (position, choice) in index.elements(choices).enumerated() {
        let number = index.value("index", in: choice, of: body).flatMap { index.integer($0, of: body) } ?? position
        if let change = changes[number] { rewrite(choice, from: change.before, to: change.after, body) }
      }
    }
    if let usage, let node = index.value("usage", in: index.root, of: body) { usage.edit(node, &edits, of: index, body) }
    return edits.apply(to: body)
  }

  private mutating func rewrite(
    _ choice: JSONIndex.Node, from before: ChoiceSummary, to after: ChoiceSummary, _ body: borrowing Span<UInt8>
  ) {
    if after.finishReason != before.finishReason, let reason = after.finishReason {
      edits.set("finish_reason", to: JSONWriter.string(Array(reason.utf8)), in: choice, of: index, body)
    }
    guard let message = index.value("message", in: choice, of: body) else { return }
    if after.calls != before.calls { rewriteCalls(in: message, from: before.calls, to: after.calls, body) }
    if let rescue = after.rescue { rewriteText(in: message, rescue, body) }
  }

  private mutating func rewriteCalls(
    in message: JSONIndex.Node, from before: [AssembledCall], to after: [AssembledCall], _ body: borrowing Span<UInt8>
  ) {
    let list = index.value("tool_calls", in: message, of: body)
    let nodes = list.map { Array(index.elements($0)) } ?? []
    guard nodes.count == before.count, before.count == after.count else {
      var writer = JSONWriter()
      writer.beginArray()
      for call in after { writer.write(raw: call.json()) }
      writer.endArray()
      edits.set("tool_calls", to: writer.finish(), in: message, of: index, body)
      return
    }
    for (number, node) in nodes.enumerated() where !after[number].isSame(as: before[number]) {
      if !before[number].quirks.isDisjoint(with: [.otherPayload, .oddPiece]) {
        edits.replace(node, with: after[number].json(), of: index)
      } else {
        rewriteCall(node, to: after[number], body)
      }
    }
  }

  private mutating func rewriteCall(_ node: JSONIndex.Node, to call: AssembledCall, _ body: borrowing Span<UInt8>) {
    guard let function = index.value("function", in: node, of: body), index.kind(function) == .object else {
      edits.replace(node, with: call.json(), of: index)
      return
    }
    edits.set("id", to: JSONWriter.string(call.id), in: node, of: index, body)
    if index.value("type", in: node, of: body).map({ !index.isCallType($0, in: body) }) ?? true {
      edits.set("type", to: JSONWriter.string(Array("function".utf8)), in: node, of: index, body)
    }
    edits.set("name", to: JSONWriter.string(call.name), in: function, of: index, body)
    edits.set("arguments", to: JSONWriter.string(call.arguments), in: function, of: index, body)
  }

  /// Text from which calls were rescued: what stands before the markup, and what is left behind it.
  private mutating func rewriteText(in message: JSONIndex.Node, _ rescue: Rescue, _ body: borrowing Span<UInt8>) {
    let keys: [StaticString] = rescue.isInReasoning ? ["reasoning_content", "reasoning"] : ["content"]
    for key in keys {
      guard let node = index.value(key, in: message, of: body) else { continue }
      // Among parts of other kinds, texts are one.
      let texts = index.kind(node) == .array ? index.elements(node).compactMap { index.words(of: $0, in: body) } : [node]
      guard let first = texts.first, index.kind(first) == .string else { continue }
      var text: [UInt8] = []
      for words in texts { index.decode(words, of: body, into: &text) }
      guard text.count >= rescue.offset else { continue }
      let left = Array(text[..<rescue.offset]) + rescue.remainder
      let isBlank = left.span.isBlank && !rescue.isInReasoning && first == node
      edits.replace(first, with: isBlank ? Array("null".utf8) : JSONWriter.string(left), of: index)
      for words in texts.dropFirst() { edits.replace(words, with: Array(#""""#.utf8), of: index) }
    }
  }
}
