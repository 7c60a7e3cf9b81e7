// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChatRequest {
  /// Whether the request has the markup of a call in its text, as a page about this model may that an agent has read. An answer that repeats
  /// it calls nothing: whoever wrote the page would call then.
  ///
  /// What the model said itself is no page, or one call that was lost would be the end of mending: its reasoning, its ids, and a content that
  /// ends in markup, as it does where a call was lost. What it wrote for others is one, as is markup that it spoke of.
  ///
  /// - Parameter tools: the declared names.
  package func quotesMarkup(in bytes: borrowing Span<UInt8>, tools: ByteStrings) -> Bool {
    // Hardly ever is there any: who wrote it is asked only then.
    if MarkupMatcher.isQuoted(in: bytes, tools: tools), hasPage(bytes, tools) { return true }
    // A model reads the parts of a content as one text.
    var text: [UInt8] = []
    for message in messages {
      guard let content = message.content, index.kind(content) == .array, index.count(content) > 1 else { continue }
      text.removeAll(keepingCapacity: true)
      decode(content, bytes, into: &text)
      if MarkupMatcher.isQuoted(in: text.span, tools: tools), message.role != .assistant || !text.endsInMarkup(tools) { return true }
    }
    return false
  }

  private func hasPage(_ bytes: borrowing Span<UInt8>, _ tools: ByteStrings) -> Bool {
    var start = 0
    for message in messages where message.role == .assistant || message.role == .tool {
      let range = index.range(message.node)
      if MarkupMatcher.isQuoted(in: bytes.extracting(start..<range.lowerBound), tools: tools) || isPage(message, bytes, tools) { return true }
      start = range.upperBound
    }
    return MarkupMatcher.isQuoted(in: bytes.extracting(start..<bytes.count), tools: tools)
  }

  /// - Parameter message: the model's, or a result, of which the model has minted the id.
  private func isPage(_ message: Message, _ bytes: borrowing Span<UInt8>, _ tools: ByteStrings) -> Bool {
    func quotes(_ node: Node, _ bytes: borrowing Span<UInt8>) -> Bool {
      MarkupMatcher.isQuoted(in: bytes.extracting(index.range(node)), tools: tools)
    }
    if let content = message.content, quotes(content, bytes) {
      if message.role == .tool { return true }
      var text: [UInt8] = []
      decode(content, bytes, into: &text)
      if !text.endsInMarkup(tools) { return true }
    }
    for call in calls[message.calls] {
      guard let arguments = call.arguments, quotes(arguments, bytes) else { continue }
      // A file that it wrote. Tokens behind arguments, or in the midst of them, are what a vendor left of its own output.
      var text: [UInt8] = []
      index.decode(arguments, of: bytes, into: &text)
      if index.kind(arguments) != .string || jsonError(in: text.span) == nil { return true }
    }
    return false
  }

  private func decode(_ content: Node, _ bytes: borrowing Span<UInt8>, into text: inout [UInt8]) {
    guard index.kind(content) == .array else { return index.decode(content, of: bytes, into: &text) }
    for part in index.elements(content) { index.decode(index.value("text", in: part, of: bytes) ?? part, of: bytes, into: &text) }
  }
}

extension [UInt8] {
  /// Whether this, said by a model, has markup with nothing to be seen behind it.
  fileprivate func endsInMarkup(_ tools: ByteStrings) -> Bool {
    var choice = ObservedChoice(index: 0)
    var room = ObservedChoice.Room(limit: count, keepsLeaks: true, keepsReasoning: false)
    choice.takeText(span, room: &room) { tools }
    guard let leak = choice.summary.leak else { return false }
    return !leak.goesOn(with: leak.parsed(tools).behind)
  }
}
