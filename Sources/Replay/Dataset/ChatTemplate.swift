// SPDX-License-Identifier: Apache-2.0
package import JSON

/// Kimi K2's chat template: a conversation as the one text that the model reads. K2VV downloads a tokenizer for it; this is
/// written by hand after `chat_template.jinja` of Kimi-K2-Instruct-0905 and Kimi-K2-Thinking, white space included, as
/// transformers renders it (`trim_blocks`, `lstrip_blocks`, keys of the tools sorted by the tokenizer's `deep_sort_dict`).
package enum ChatTemplate: String, CaseIterable, Sendable {
  case instruct, thinking

  /// The template of a model, by what its name says.
  package init(model: String) {
    self = model.lowercased().contains("thinking") ? .thinking : .instruct
  }

  /// What Jinja raises on; K2VV skips such a request.
  package struct Unrenderable: Error { package let reason: String }

  /// - Parameters:
  ///   - messages: the request's, with the role `_input` already replaced.
  ///   - tools: the request's; nothing is declared for none, null or an empty list.
  /// - Returns: the prompt, up to where the assistant begins to speak.
  package func prompt(messages: JSONValue?, tools: JSONValue?) throws(Unrenderable) -> String {
    guard let messages = messages?.array else { throw Unrenderable(reason: "the chat template needs \"messages\"") }
    var text = ""
    if let tools, tools.isTruthy {
      let json = String(decoding: PythonJSON.dumps(tools, sortKeys: true), as: UTF8.self)
      text += "<|im_system|>tool_declare<|im_middle|>\(self == .instruct ? "\n  # Tools\n  " : "")\(json)<|im_end|>"
    }
    let saysNoSystem = messages.first.map { $0["role"] != "system" } ?? (self == .thinking)
    if saysNoSystem { text += "<|im_system|>system<|im_middle|>You are Kimi, an AI assistant created by Moonshot AI.<|im_end|>" }
    // Thoughts stand from the turn after the last answer that called nothing.
    let lastAnswer = messages.lastIndex { $0["role"] == "assistant" && $0["tool_calls"]?.isTruthy != true } ?? -1
    for (index, message) in messages.enumerated() {
      guard message.object != nil else { throw Unrenderable(reason: "\"messages\"[\(index)] is not an object") }
      text += Self.head(message)
      switch self {
      case .instruct: text += try Self.instructBody(message)
      case .thinking: text += try Self.thinkingBody(message, keepsThoughts: index > lastAnswer)
      }
      text += "<|im_end|>"
    }
    return text + "<|im_assistant|>assistant<|im_middle|>"
  }

  private static func head(_ message: JSONValue) -> String {
    let side =
      switch message["role"] {
      case "user": "user"
      case "assistant": "assistant"
      default: "system"
      }
    let name = truthy(message["name"]) ?? message["role"]
    return "<|im_\(side)|>\(print(name))<|im_middle|>"
  }

  private static func instructBody(_ message: JSONValue) throws(Unrenderable) -> String {
    if message["role"] == "assistant", let calls = message["tool_calls"], calls.isTruthy {
      let content = truthy(message["content"])
      return try print(content) + section(calls)
    }
    if message["role"] == "tool" { return "## Return of \(print(message["tool_call_id"]))\n    \(print(message["content"]))" }
    return try text(of: message["content"])
  }

  private static func thinkingBody(_ message: JSONValue, keepsThoughts: Bool) throws(Unrenderable) -> String {
    let content = try text(of: message["content"])
    if message["role"] == "assistant" {
      let thoughts = keepsThoughts ? print(message["reasoning_content"]) : ""
      let calls = truthy(message["tool_calls"])
      return try "<think>\(thoughts)</think>\(content)" + (calls.map { calls throws(Unrenderable) in try section(calls) } ?? "")
    }
    return message["role"] == "tool" ? "## Return of \(print(message["tool_call_id"]))\n\(content)" : content
  }

  /// `{{ value }}`: what is undefined prints nothing, null prints `None`.
  private static func print(_ value: JSONValue?) -> String { value.map(PythonRepr.str) ?? "" }

  /// `value or …`.
  private static func truthy(_ value: JSONValue?) -> JSONValue? {
    // Not `nil`, which would be JSON's null.
    guard let value, value.isTruthy else { return .none }
    return value
  }

  private static func section(_ calls: JSONValue) throws(Unrenderable) -> String {
    guard let calls = calls.array else { throw Unrenderable(reason: "\"tool_calls\" is not an array") }
    var text = NativeCalls.sectionBegin
    for call in calls {
      guard let arguments = call["function"]?["arguments"] else {
        throw Unrenderable(reason: "a call in \"tool_calls\" has no \"function\" with \"arguments\"")
      }
      let words = arguments.string ?? String(decoding: PythonJSON.dumps(arguments), as: UTF8.self)
      text += NativeCalls.callBegin + print(call["id"]) + NativeCalls.argumentBegin + words + NativeCalls.callEnd
    }
    return text + NativeCalls.sectionEnd
  }

  /// A message's content: text, or parts of which the images are only marked. The template's own line end follows an image.
  private static func text(of content: JSONValue?) throws(Unrenderable) -> String {
    switch content {
    case nil, .null: return ""
    case .string(let text): return text.string
    case .array(let parts):
      return try parts.map { part throws(Unrenderable) in
        guard part.object != nil else { throw Unrenderable(reason: "a part of \"content\" is not an object") }
        let isImage = part["type"] == "image" || part["image"] != nil || part["image_url"] != nil
        return isImage ? "<|media_start|>image<|media_content|><|media_pad|><|media_end|>\n" : print(part["text"])
      }.joined()
    default: throw Unrenderable(reason: "\"content\" is neither text nor a list of parts")
    }
  }
}
