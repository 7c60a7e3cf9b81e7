// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

extension ShowLines {
  /// Messages at the end of a conversation that are shown; before them only those that were edited.
  private static let lastMessages = 12
  /// Cells before a message's text.
  private static let messageIndent = 17

  /// What the client sent, each edit beneath what it changed.
  mutating func addRequest() {
    guard let request = exchange.request else {
      section("request", exchange.requestBytes == 0 ? "without a body" : "\(Quantity.bytes(exchange.requestBytes)), not kept")
      addEdits(exchange.edits, indent: 2)
      return
    }
    let body = try? JSONValue(parsing: request.body)
    let messages = body?["messages"]?.array
    section("request", facts(request, body, messages))
    guard let body, let messages else {
      let text = String(decoding: request.body, as: UTF8.self)
      if !text.isEmpty { self.text(text, indent: 2, limit: Self.shortText) }
      addEdits(exchange.edits, indent: 2)
      return
    }
    addMessages(messages)
    let settings = (body.object?.members ?? []).filter { !["messages", "tools", "model"].contains($0.key.string) }
    if !settings.isEmpty {
      let text = settings.map { "\($0.key.string) \($0.value)" }.joined(separator: ", ")
      self.text(text, indent: Self.messageIndent, label: "  settings", limit: Self.shortText)
    }
    addEdits(exchange.edits.filter { Self.message(of: $0, messages.count) == nil }, indent: 2)
  }

  private func facts(_ request: StoredMessage, _ body: JSONValue?, _ messages: [JSONValue]?) -> String {
    var parts = [Quantity.bytes(request.body.count + request.omittedBytes)]
    if request.omittedBytes > 0 { parts.append("the last \(Quantity.bytes(request.omittedBytes)) not kept") }
    if let messages { parts.append(Quantity.counted(messages.count, "message")) }
    if let tools = body?["tools"]?.array { parts.append(Quantity.counted(tools.count, "tool")) }
    if !exchange.edits.isEmpty { parts.append(Quantity.counted(exchange.edits.count, "edit")) }
    return parts.joined(separator: ", ")
  }

  private mutating func addMessages(_ messages: [JSONValue]) {
    let edits = Dictionary(grouping: exchange.edits) { Self.message(of: $0, messages.count) }
    var skipped = 0
    for (number, message) in messages.enumerated() {
      let own = edits[number] ?? []
      if !isFull, own.isEmpty, number < messages.count - Self.lastMessages {
        skipped += 1
        continue
      }
      if skipped > 0 { text("… \(Quantity.counted(skipped, "more message")) (--full)", indent: 2, style: .dim) }
      skipped = 0
      add(message, number)
      addEdits(own, indent: 4)
    }
  }

  private mutating func add(_ message: JSONValue, _ number: Int) {
    let role = message["role"]?.string ?? "no role"
    var label = "  \(number) \(role)"
    let calls = message["tool_calls"]?.array ?? []
    var said = Self.text(of: message["content"])
    if let id = message["tool_call_id"]?.string { said = "\(id): \(said)" }
    if let reasoning = message["reasoning_content"]?.string, !reasoning.isEmpty {
      text(reasoning, indent: Self.messageIndent, label: label, style: .dim, limit: 2)
      label = ""
    }
    if !said.isEmpty || calls.isEmpty {
      text(said.isEmpty ? "(empty)" : said, indent: Self.messageIndent, label: label, limit: Self.shortText)
      label = ""
    }
    for call in calls {
      let name = call["function"]?["name"]?.string ?? "?"
      let arguments = call["function"]?["arguments"].map { $0.string ?? $0.description } ?? ""
      text("calls \(name) \(arguments) [\(call["id"]?.string ?? "no id")]", indent: Self.messageIndent, label: label, style: .cyan, limit: 2)
      label = ""
    }
  }

  mutating func addEdits(_ edits: [StoredEdit], indent: Int) {
    for edit in edits {
      text("edit \(edit.pointer) [\(edit.rule)]", indent: indent, style: .yellow)
      change(edit.before, edit.after, indent: indent + 2)
    }
  }

  /// Which message an edit is in; nil for one that is elsewhere.
  private static func message(of edit: StoredEdit, _ count: Int) -> Int? {
    guard let pointer = try? JSONPointer(edit.pointer), pointer.tokens.count > 1, pointer.tokens[0] == "messages",
      let number = JSONPointer.arrayIndex(pointer.tokens[1]), number < count
    else { return nil }
    return number
  }

  /// A content as a person reads it: a text, or the texts of its parts.
  static func text(of content: JSONValue?) -> String {
    switch content {
    case .string(let text)?: text.string
    case .array(let parts)?:
      parts.map { $0["text"]?.string ?? "[\($0["type"]?.string ?? "part")]" }.joined(separator: "\n")
    case .null?, nil: ""
    case let other?: other.description
    }
  }
}
