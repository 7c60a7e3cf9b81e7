// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChatRequest {
  /// Reads another body, with the memory of the last one. When it throws, the view is empty.
  package mutating func read(_ bytes: borrowing Span<UInt8>) throws(ChatRequestError) {
    forget()
    do {
      try index.read(bytes, limits: Self.limits)
    } catch {
      throw .notJSON(error)
    }
    guard index.kind(index.root) == .object else { throw .notAnObject }
    var messageList: Node?
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
        choiceCount = max(index.integer(value, of: bytes) ?? 1, 1)
      }
    }
    if let toolList { readTools(toolList, of: nil, bytes) }
    if let messageList {
      messages.reserveCapacity(index.count(messageList))
      for message in index.elements(messageList) { readMessage(message, bytes) }
    }
  }

  /// Far more than any conversation has, and few enough that no body of any length fills the memory.
  private static let limits = JSONLimits(bytes: JSONLimits.maximumBytes, values: 1 << 20)

  private mutating func forget() {
    model = nil
    isStream = false
    choiceCount = 1
    toolChoice = .missing
    messages.removeAll(keepingCapacity: true)
    calls.removeAll(keepingCapacity: true)
    tools.removeAll(keepingCapacity: true)
    toolList = nil
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
    tools.reserveCapacity(tools.count + index.count(list))
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
