// SPDX-License-Identifier: Apache-2.0
package import JSON

/// A view of a chat-completions request: where in its body things are. It keeps offsets, not bytes, so whoever asks for
/// text brings the bytes that were read. A field of the wrong type counts as missing; only a body that is no JSON
/// object is an error.
package struct ChatRequest: Sendable {
  package typealias Node = JSONIndex.Node

  /// The whole body's values, for what this view does not name.
  package internal(set) var index = JSONIndex()
  package internal(set) var model: String?
  /// `stream` is `true`.
  package internal(set) var isStream = false
  /// `n`, how many choices are asked for; 1 when it says nothing.
  package internal(set) var choiceCount = 1
  package internal(set) var toolChoice = ToolChoice.missing
  package internal(set) var messages: [Message] = []
  /// The calls of all assistant messages, in order.
  package internal(set) var calls: [Call] = []
  /// All declared tools with a name: those at the top first, then those that K3 reads from system messages.
  package internal(set) var tools: [Tool] = []
  /// The `messages`.
  var messageList: Node?
  /// The `tools` at the top.
  package internal(set) var toolList: Node?
  /// Which messages have `tools` of their own, wherever that is allowed (Q16).
  package internal(set) var messagesWithTools: [Int] = []

  package init() {}

  /// About what the view takes, in bytes.
  var memory: Int {
    index.tableBytes + messages.capacity * MemoryLayout<Message>.stride + calls.capacity * MemoryLayout<Call>.stride
      + tools.capacity * MemoryLayout<Tool>.stride
  }

  /// Reads a body.
  package init(reading bytes: borrowing Span<UInt8>) throws(ChatRequestError) {
    try read(bytes)
  }
}

extension ChatRequest {
  package enum Role: UInt8, Sendable { case system, user, assistant, tool, other }

  /// One element of `messages`, whatever it is.
  package struct Message: Equatable, Sendable {
    package var node: Node
    package var role = Role.other
    package var content: Node?
    package var name: Node?
    package var toolCallID: Node?
    /// `tools`, which K3 reads from system messages.
    package var toolList: Node?
    /// Which of the request's `calls` are this message's.
    package var calls = 0..<0
  }

  /// One object in the `tool_calls` of an assistant message. The nodes are those of the last field of that name, of
  /// whatever type, `null` included.
  package struct Call: Equatable, Sendable {
    package var node: Node
    /// Its message, and its place in that message's `tool_calls`.
    package var message: Int
    package var position: Int
    package var id: Node?
    package var function: Node?
    package var name: Node?
    package var arguments: Node?
  }

  package struct Tool: Equatable, Sendable {
    package var node: Node
    /// The message that declares it, or nil for the top, and its place in that list.
    package var message: Int?
    package var position: Int
    /// A string that is not empty.
    package var name: Node
    package var parameters: Node?
    /// Run by the vendor itself (Moonshot's `builtin_function`, Q14): its arguments follow no schema of the request.
    package var isBuiltin = false
  }

  package enum ToolChoice: Equatable, Sendable {
    case missing, none, auto, required
    /// The name of the one function that must be called.
    case function(Node)
    case other
  }

  /// The decoded text of a string, or `nil` for anything else.
  package func text(_ node: Node?, in bytes: borrowing Span<UInt8>) -> String? {
    guard let node else { return nil }
    return index.string(node, of: bytes)
  }
}

/// Why a body is no chat-completions request at all. Anything odd within a JSON object is none of this.
package enum ChatRequestError: Error, Equatable, Sendable, CustomStringConvertible {
  case notJSON(JSONError)
  case notAnObject

  package var description: String {
    switch self {
    case .notJSON(let error): "the request body is not JSON: \(error)"
    case .notAnObject: "the request body is not a JSON object"
    }
  }
}
