// SPDX-License-Identifier: Apache-2.0
import Inspection
package import JSON

/// Makes one response of a stream, as K2VV's `tool_calls_eval.py` does, mistakes included: only the first choice counts;
/// of a call's id and type the first delta counts, of its name the last; `usage` is looked for in the choice, where
/// Moonshot puts it, so that the standard's trailing `usage` (kept in `usage` here) does not reach the response.
package struct StreamAssembly: Sendable {
  private var framer = EventStreamFramer()
  /// Of the event in progress; kept for its storage.
  private var index = JSONIndex()
  private var id = Latest()
  private var created = Latest()
  private var content: [UInt8] = []
  private var reasoning: [UInt8] = []
  private var calls: [Call] = []
  /// Where the call of each index stands in `calls`.
  private var places: [Int: Int] = [:]
  /// Null when the stream ended without one.
  package var finishReason: JSONValue { finish.value ?? .null }
  private var finish = Latest()
  private var choiceUsage = Latest()

  /// The standard's `usage`, of the last event that has one.
  package var trailingUsage: JSONValue? { usage.value }
  private var usage = Latest()
  /// Whether `[DONE]` came: what follows is not looked at.
  package private(set) var isDone = false

  private let limit: Int
  private let textLimit: Int
  /// Bytes of text and arguments that are kept, at most about `textLimit`.
  private var kept: Int { content.count + reasoning.count + argumentBytes }
  private var argumentBytes = 0
  /// Bytes that were looked at, at most `limit`.
  private var received = 0
  /// Whether it is done, and goes on all the same for as long as an answer may: nobody need wait for its end.
  package var isFull: Bool { isDone && received == limit }

  private struct Call {
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

  /// The latest of a value that nearly every event repeats: its text is compared, and read when it is asked for.
  private struct Latest {
    private var text: [UInt8] = []

    mutating func take(_ node: JSONIndex.Node?, _ index: borrowing JSONIndex, _ data: borrowing Span<UInt8>) {
      guard let node else { return }
      let range = index.range(node)
      var same = 0
      while same < range.count, same < text.count, data[range.lowerBound + same] == text[same] { same += 1 }
      if same == range.count, same == text.count { return }
      text.removeAll(keepingCapacity: true)
      for place in range { text.append(data[place]) }
    }

    /// Nil before the first.
    var value: JSONValue? {
      // Not `nil`, which would be JSON's null.
      text.isEmpty ? .none : try? JSONValue(parsing: text, dialect: .python)
    }
  }

  /// - Parameters:
  ///   - limit: the most bytes that are read; what is not done by then has failed.
  ///   - textLimit: the most bytes of text and arguments that are kept.
  package init(limit: Int = AnswerLimits.stream, textLimit: Int = AnswerLimits.text) {
    (self.limit, self.textLimit) = (limit, textLimit)
  }

  /// Throws for an event that the SDK raises for: an error, or data that is not JSON; and for a stream that is too long.
  package mutating func feed(_ bytes: [UInt8]) throws(Failure) {
    let read = min(bytes.count, limit - received)
    received += read
    var position = 0
    while !isDone, let event = framer.next(in: bytes.span.extracting(0..<read), from: &position) {
      switch event {
      case .input(let range): try take(bytes.span.extracting(range))
      case .held:
        let held = framer.held
        try take(held.span)
      case .tooLong(let count):
        throw Failure(type: "APIError", message: "an event of \(count) bytes is more than is read")
      }
    }
    if read < bytes.count, !isDone { throw Failure.tooLong(limit: limit) }
  }

  private mutating func take(_ data: borrowing Span<UInt8>) throws(Failure) {
    if data.count > 0, data[0] == UInt8(ascii: "["), Self.text(of: data, limit: 6) == "[DONE]" {
      isDone = true
      return
    }
    do {
      try index.read(data, limits: AnswerLimits.json, dialect: .python)
    } catch {
      let message = "an event of the stream is not JSON, \(error): \(Self.text(of: data, limit: 200))"
      throw Failure(type: "JSONDecodeError", message: message)
    }
    let event = index.root
    if let error = truthy("error", in: event, of: data) {
      let value = index.tree(error, of: data)
      throw Failure(type: "APIError", message: value["message"]?.string ?? value.string ?? value.description)
    }
    id.take(truthy("id", in: event, of: data), index, data)
    created.take(truthy("created", in: event, of: data), index, data)
    usage.take(truthy("usage", in: event, of: data), index, data)
    guard let choices = index.value("choices", in: event, of: data), let choice = index.element(0, of: choices) else { return }
    if let delta = index.value("delta", in: choice, of: data), index.kind(delta) != .null {
      if let text = index.value("content", in: delta, of: data) { index.decode(text, of: data, into: &content) }
      if let text = index.value("reasoning_content", in: delta, of: data) { index.decode(text, of: data, into: &reasoning) }
      if let deltas = index.value("tool_calls", in: delta, of: data), index.kind(deltas) == .array {
        for call in index.elements(deltas) { try take(call: call, of: data) }
      }
    } else if let text = index.value("text", in: choice, of: data) {
      index.decode(text, of: data, into: &content)
    }
    if kept > textLimit { throw Failure.tooLong(limit: textLimit) }
    finish.take(truthy("finish_reason", in: choice, of: data), index, data)
    choiceUsage.take(truthy("usage", in: choice, of: data), index, data)
  }

  /// The member, unless Python takes it for false.
  private func truthy(_ key: StaticString, in object: JSONIndex.Node, of data: borrowing Span<UInt8>) -> JSONIndex.Node? {
    guard let node = index.value(key, in: object, of: data) else { return nil }
    let isTruthy =
      switch index.kind(node) {
      case .null, .false: false
      case .true: true
      case .string: index.range(node).count > 2
      case .array, .object: index.count(node) > 0
      case .number: index.number(node, of: data)?.double != 0
      }
    return isTruthy ? node : nil
  }

  private func tree(_ key: StaticString, in object: JSONIndex.Node, of data: borrowing Span<UInt8>) -> JSONValue {
    guard let node = index.value(key, in: object, of: data) else { return .null }
    return index.tree(node, of: data)
  }

  private static func text(of data: borrowing Span<UInt8>, limit: Int) -> String {
    String(decoding: (0..<min(limit, data.count)).map { data[$0] }, as: UTF8.self)
  }

  private mutating func take(call delta: JSONIndex.Node, of data: borrowing Span<UInt8>) throws(Failure) {
    var number = 0
    if let node = index.value("index", in: delta, of: data) { number = index.integer(node, of: data) ?? 0 }
    let place: Int
    if let known = places[number] {
      place = known
    } else {
      place = calls.count
      guard place < AnswerLimits.calls else { throw Failure(type: "APIError", message: "more than \(AnswerLimits.calls) calls in an answer") }
      places[number] = place
      calls.append(Call(id: tree("id", in: delta, of: data), type: tree("type", in: delta, of: data)))
    }
    guard let function = index.value("function", in: delta, of: data) else { return }
    if let name = truthy("name", in: function, of: data), index.kind(name) == .string {
      calls[place].name = []
      index.decode(name, of: data, into: &calls[place].name)
    }
    if let arguments = index.value("arguments", in: function, of: data) {
      let before = calls[place].arguments.count
      index.decode(arguments, of: data, into: &calls[place].arguments)
      argumentBytes += calls[place].arguments.count - before
    }
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
      "id": id.value ?? .null, "object": "chat.completion", "created": created.value ?? .null, "model": model,
      "choices": [["index": 0, "message": .object(message), "finish_reason": finishReason]],
      "usage": choiceUsage.value ?? .null,
    ]
  }
}
