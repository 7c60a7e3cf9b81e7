// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChatRequest {
  /// Reads another body, with the memory of the last one. When it throws, the view is empty.
  package mutating func read(_ bytes: borrowing Span<UInt8>) throws(ChatRequestError) {
    do {
      try index.read(bytes, limits: Self.limits)
    } catch {
      forget()
      throw .notJSON(error)
    }
    try readMembers(bytes, .nothing)
  }

  /// Reads another body as `read(_:)` does, but looks at what `previous`, the body that was read last, has alike only for being
  /// alike. Returns how many bytes both begin with. When it throws, the view is empty.
  package mutating func read(
    _ bytes: borrowing Span<UInt8>, after previous: borrowing Span<UInt8>
  ) throws(ChatRequestError) -> Int {
    let known: JSONIndex.Known
    do {
      known = try index.read(bytes, after: previous, limits: Self.limits)
    } catch {
      forget()
      throw .notJSON(error)
    }
    if !known.isAll { try readMembers(bytes, known) }
    return known.bytes
  }

  private mutating func readMembers(_ bytes: borrowing Span<UInt8>, _ known: JSONIndex.Known) throws(ChatRequestError) {
    let oldList = messageList
    forget(exceptWhatIs: known)
    guard index.kind(index.root) == .object else {
      forget()
      throw .notAnObject
    }
    for (key, value) in index.members(index.root) {
      let key = WireKey(key, in: index)
      if key.is("messages", index, bytes) {
        messageList = value
      } else if key.is("model", index, bytes) {
        model = index.string(value, of: bytes)
      } else if key.is("stream", index, bytes) {
        isStream = index.bool(value) == true
      } else if key.is("tools", index, bytes) {
        toolList = value
      } else if key.is("tool_choice", index, bytes) {
        toolChoice = readToolChoice(value, bytes)
      } else if key.is("n", index, bytes) {
        choiceCount = max(readCount(value, bytes) ?? 1, 1)
      }
    }
    if messageList != oldList { forgetMessages() }
    if let toolList { readTools(toolList, of: nil, bytes) }
    for message in messagesWithTools where messages[message].role == .system {
      if let list = messages[message].toolList { readTools(list, of: message, bytes) }
    }
    if let messageList {
      messages.reserveCapacity(index.count(messageList))
      for message in index.elements(messageList).dropFirst(messages.count) { readMessage(message, bytes) }
    }
  }

  /// As vendors' readers do, which take `2.0` and `"2"` for 2.
  private func readCount(_ node: Node, _ bytes: borrowing Span<UInt8>) -> Int? {
    if let count = index.integer(node, of: bytes) { return count }
    if let number = index.number(node, of: bytes)?.double { return Int(exactly: number) }
    return index.string(node, of: bytes).flatMap { Int($0) }
  }

  /// Far more than any conversation has, and few enough that no body of any length fills the memory.
  private static let limits = JSONLimits(bytes: JSONLimits.maximumBytes, values: 1 << 20)

  /// Forgets all but the first messages, as far as their nodes are what they were.
  private mutating func forget(exceptWhatIs known: JSONIndex.Known = .nothing) {
    model = nil
    isStream = false
    choiceCount = 1
    toolChoice = .missing
    tools.removeAll(keepingCapacity: true)
    toolList = nil
    messageList = nil
    while let last = messages.last, !index.holds(last.node, known) { messages.removeLast() }
    guard let last = messages.last else { return forgetMessages() }
    calls.removeLast(calls.count - last.calls.upperBound)
    while let message = messagesWithTools.last, message >= messages.count { messagesWithTools.removeLast() }
  }

  private mutating func forgetMessages() {
    messages.removeAll(keepingCapacity: true)
    calls.removeAll(keepingCapacity: true)
    messagesWithTools.removeAll(keepingCapacity: true)
  }

  private mutating func readMessage(_ node: Node, _ bytes: borrowing Span<UInt8>) {
    var message = Message(node: node)
    var callList: Node?
    for (key, value) in index.members(node) {
      let key = WireKey(key, in: index)
      if key.is("role", index, bytes) {
        message.role = role(value, bytes)
      } else if key.is("content", index, bytes) {
        message.content = value
      } else if key.is("name", index, bytes) {
        message.name = value
      } else if key.is("tool_calls", index, bytes) {
        callList = value
      } else if key.is("tool_call_id", index, bytes) {
        message.toolCallID = value
      } else if key.is("tools", index, bytes) {
        message.toolList = value
      }
    }
    let firstCall = calls.count
    if message.role == .assistant, let callList {
      if calls.isEmpty { calls.reserveCapacity(8) }
      for (position, call) in index.elements(callList).enumerated() where index.kind(call) == .object {
        readCall(call, at: position, bytes)
      }
    }
    message.calls = firstCall..<calls.count
    if let list = message.toolList {
      messagesWithTools.append(messages.count)
      if message.role == .system { readTools(list, of: messages.count, bytes) }
    }
    messages.append(message)
  }

  private func role(_ node: Node, _ bytes: borrowing Span<UInt8>) -> Role {
    if index.equals(node, "user", in: bytes) { return .user }
    if index.equals(node, "tool", in: bytes) { return .tool }
    if index.equals(node, "assistant", in: bytes) { return .assistant }
    if index.equals(node, "system", in: bytes) { return .system }
    return .other
  }

  private mutating func readCall(_ node: Node, at position: Int, _ bytes: borrowing Span<UInt8>) {
    var call = Call(node: node, message: messages.count, position: position)
    for (key, value) in index.members(node) {
      let key = WireKey(key, in: index)
      if key.is("id", index, bytes) {
        call.id = value
      } else if key.is("function", index, bytes) {
        call.function = value
      }
    }
    if let function = call.function {
      for (key, value) in index.members(function) {
        let key = WireKey(key, in: index)
        if key.is("name", index, bytes) {
          call.name = value
        } else if key.is("arguments", index, bytes) {
          call.arguments = value
        }
      }
    }
    calls.append(call)
  }

  private mutating func readTools(_ list: Node, of message: Int?, _ bytes: borrowing Span<UInt8>) {
    // Only of the first list: exact room for one after another would copy all tools each time.
    if tools.isEmpty { tools.reserveCapacity(index.count(list)) }
    for (position, node) in index.elements(list).enumerated() {
      let function = index.value("function", in: node, of: bytes) ?? node
      guard let name = index.value("name", in: function, of: bytes),
        index.kind(name) == .string, index.range(name).count > 2
      else { continue }
      let type = index.value("type", in: node, of: bytes)
      tools.append(
        Tool(
          node: node, message: message, position: position, name: name, parameters: index.value("parameters", in: function, of: bytes),
          isBuiltin: type.map { index.equals($0, "builtin_function", in: bytes) } ?? false))
    }
  }

  private func readToolChoice(_ node: Node, _ bytes: borrowing Span<UInt8>) -> ToolChoice {
    switch index.kind(node) {
    case .null: return .missing
    case .object:
      guard let function = index.value("function", in: node, of: bytes),
        let name = index.value("name", in: function, of: bytes), index.kind(name) == .string
      else { return .other }
      return .function(name)
    default:
      if index.equals(node, "auto", in: bytes) { return .auto }
      if index.equals(node, "none", in: bytes) { return .none }
      if index.equals(node, "required", in: bytes) { return .required }
      return .other
    }
  }
}
