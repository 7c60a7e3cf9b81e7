// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChunkDecoder {
  /// One entry of `tool_calls`.
  mutating func decodeCall(
    _ call: JSONIndex.Node, at position: Int, choice: Int, isWhole: Bool, of payload: borrowing Span<UInt8>
  ) throws(Failure) {
    guard index.kind(call) == .object else { throw .ambiguous("tool_calls") }
    try checkNames(of: call, .call, in: payload)
    var delta = CallDelta(isWhole: isWhole, position: position)
    var function: JSONIndex.Node?
    var others: [(key: JSONIndex.Node, value: JSONIndex.Node)] = []
    for (member, value) in index.members(call) {
      let key = WireKey(member, in: index)
      if key.is("index", index, payload) {
        // Of two, clients have the last, be it a number or not.
        delta.index = index.integer(value, of: payload).flatMap { $0 >= 0 ? $0 : nil }
      } else if key.is("function", index, payload) {
        function = value
      } else if key.is("id", index, payload) {
        delta.id = decodeText(value, of: payload)
        delta.isOdd = delta.isOdd || isOther(value)
      } else if key.is("type", index, payload) {
        delta.type = index.isCallType(value, in: payload) ? .function : index.kind(value) == .null ? .null : .other
      } else if key.is("custom", index, payload) {
        delta.hasOtherPayload = delta.hasOtherPayload || saysSomething(value)
        // LiteLLM fails at an empty one, too.
        if index.kind(value) != .null { delta.isOdd = true }
      } else if index.kind(value) == .object {
        others.append((member, value))
      }
    }
    if let function, index.kind(function) == .object {
      try decodeFunction(function, into: &delta, of: payload)
    } else {
      delta.isOdd = true
      if let function, index.kind(function) != .null { delta.hasOtherPayload = true }
    }
    let start = text.count
    for (key, value) in others {
      text.append(text.count == start ? UInt8(ascii: "{") : UInt8(ascii: ","))
      text.append(payload.extracting(index.range(key)))
      text.append(UInt8(ascii: ":"))
      text.append(payload.extracting(index.range(value)))
    }
    if text.count > start {
      text.append(UInt8(ascii: "}"))
      delta.others = start..<text.count
    }
    events.append(.call(choice: choice, delta))
  }

  private mutating func decodeFunction(
    _ function: JSONIndex.Node, into delta: inout CallDelta, of payload: borrowing Span<UInt8>
  ) throws(Failure) {
    try checkNames(of: function, .function, in: payload)
    for (key, value) in index.members(function) {
      let key = WireKey(key, in: index)
      if key.is("arguments", index, payload) {
        switch index.kind(value) {
        case .null:
          (delta.argumentsForm, delta.arguments) = (.missing, 0..<0)
        case .string:
          delta.argumentsForm = .text
          delta.arguments = decodePiece(value, of: payload)
        default:
          delta.argumentsForm = .value
          let start = text.count
          text.append(payload.extracting(index.range(value)))
          delta.arguments = start..<text.count
        }
      } else if key.is("name", index, payload) {
        delta.name = decodeText(value, of: payload)
        if isOther(value) { delta.hasOtherPayload = true }
      }
    }
  }

  /// Neither a string nor null: read as none, where JavaScript makes a tool's name of `["move"]`.
  private func isOther(_ value: JSONIndex.Node) -> Bool { index.kind(value) != .string && index.kind(value) != .null }
}

extension JSONIndex {
  /// The second is Moonshot's own, for its built-in tools. Of a call of another type clients do not look at the `function`.
  func isCallType(_ node: Node, in payload: borrowing Span<UInt8>) -> Bool {
    equals(node, "function", in: payload) || equals(node, "builtin_function", in: payload)
  }
}
