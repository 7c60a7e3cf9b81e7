// SPDX-License-Identifier: Apache-2.0
import Inspection
package import JSON

/// Makes one response of a stream, as K2VV's `tool_calls_eval.py` does, mistakes included: only the first choice counts;
/// of a call's id and type the first delta counts, of its name the last; `usage` is looked for in the choice, where
/// Moonshot puts it, so that the standard's trailing `usage` (kept in `usage` here) does not reach the response.
package struct StreamAssembly: Sendable {
  private var framer = EventStreamFramer()
  private var id = JSONValue.null
  private var created = JSONValue.null
  private var content: [UInt8] = []
  private var reasoning: [UInt8] = []
  private var calls: [Call] = []
  /// Null when the stream ended without one.
  package private(set) var finishReason = JSONValue.null
  private var choiceUsage = JSONValue.null

  /// The standard's `usage`, of the last event that has one.
  package private(set) var usage: JSONValue?
  /// Whether `[DONE]` came: what follows is not looked at.
  package private(set) var isDone = false

  private struct Call {
    let index: Int
    let id: JSONValue
    let type: JSONValue
    var name: [UInt8] = []
    var arguments: [UInt8] = []

    var value: JSONValue {
      [
        "id": id, "type": type,
        "function": ["name": .string(JSONString(utf8: name)), "arguments": .string(JSONString(utf8: arguments))],
      ]
    }
  }

  package init() {}

  /// Throws for an event that the SDK raises for: an error, or data that is not JSON.
  package mutating func feed(_ bytes: [UInt8]) throws(Failure) {
    var position = 0
    while !isDone, let event = framer.next(in: bytes.span, from: &position) {
      switch event {
      case .input(let range): try take(bytes.span.extracting(range))
      case .held:
        let held = framer.held
        try take(held.span)
      case .tooLong(let count):
        throw Failure(type: "APIError", message: "an event of \(count) bytes is more than is read")
      }
    }
  }

  private mutating func take(_ data: borrowing Span<UInt8>) throws(Failure) {
    if data.count > 0, data[0] == UInt8(ascii: "["), Self.text(of: data, limit: 6) == "[DONE]" {
      isDone = true
      return
    }
    let event: JSONValue
    do {
      event = try JSONValue(parsing: data, dialect: .python)
    } catch {
      let message = "an event of the stream is not JSON, \(error): \(Self.text(of: data, limit: 200))"
      throw Failure(type: "JSONDecodeError", message: message)
    }
    if let error = event["error"], error.isTruthy {
      throw Failure(type: "APIError", message: error["message"]?.string ?? error.string ?? error.description)
    }
    take(event)
  }

  private static func text(of data: borrowing Span<UInt8>, limit: Int) -> String {
    String(decoding: (0..<min(limit, data.count)).map { data[$0] }, as: UTF8.self)
  }

  private mutating func take(_ event: JSONValue) {
    if let value = event["id"], value.isTruthy { id = value }
    if let value = event["created"], value.isTruthy { created = value }
    if let value = event["usage"], value.isTruthy { usage = value }
    guard let choice = event["choices"]?[0] else { return }
    if let delta = choice["delta"], delta != .null {
      if let text = delta["content"]?.utf8 { content += text.utf8 }
      if let text = delta["reasoning_content"]?.utf8 { reasoning += text.utf8 }
      for call in delta["tool_calls"]?.array ?? [] { take(call: call) }
    } else if let text = choice["text"]?.utf8 {
      content += text.utf8
    }
    if let value = choice["finish_reason"], value.isTruthy { finishReason = value }
    if let value = choice["usage"], value.isTruthy { choiceUsage = value }
  }

  private mutating func take(call delta: JSONValue) {
    let index = delta["index"]?.int ?? 0
    let place: Int
    if let known = calls.firstIndex(where: { $0.index == index }) {
      place = known
    } else {
      place = calls.count
      calls.append(Call(index: index, id: delta["id"] ?? .null, type: delta["type"] ?? .null))
    }
    let function = delta["function"]
    if let name = function?["name"]?.utf8?.utf8, !name.isEmpty { calls[place].name = name }
    if let arguments = function?["arguments"]?.utf8?.utf8 { calls[place].arguments += arguments }
  }

  /// Text and markup of a completion.
  var text: String { String(decoding: content, as: UTF8.self) }

  /// The response as K2VV writes it, with the `model` that was asked for; a stream without a finish reason ended with `stop`.
  /// - Parameter nativeCalls: calls that were found in the text, which then take the place of others.
  package func response(model: JSONValue, nativeCalls: [JSONValue] = []) -> JSONValue {
    let calls = nativeCalls.isEmpty ? calls.map(\.value) : nativeCalls
    let finishReason = nativeCalls.isEmpty ? (finishReason == .null ? "stop" : finishReason) : "tool_calls"
    var message: JSONObject = [
      "role": "assistant",
      "content": .string(JSONString(utf8: content)),
      "tool_calls": calls.isEmpty ? .null : .array(calls),
    ]
    if !reasoning.isEmpty { message["reasoning_content"] = .string(JSONString(utf8: reasoning)) }
    return [
      "id": id, "object": "chat.completion", "created": created, "model": model,
      "choices": [["index": 0, "message": .object(message), "finish_reason": finishReason]],
      "usage": choiceUsage,
    ]
  }
}
