// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChunkDecoder {
  /// One entry of `tool_calls`.
  mutating func decodeCall(
    _ call: JSONIndex.Node, at position: Int, choice: Int, isWhole: Bool, of payload: borrowing Span<UInt8>
  ) throws(Failure) {
    guard index.kind(call) == .object else { return }
    try checkNames(of: call, .call, in: payload)
    var delta = CallDelta(isWhole: isWhole, position: position)
    var function: JSONIndex.Node?
    for (key, value) in index.members(call) {
      let key = WireKey(key, in: index)
      if key.is("index", index, payload) {
        // Of two, clients have the last, be it a number or not.
        delta.index = index.integer(value, of: payload).flatMap { $0 >= 0 ? $0 : nil }
      } else if key.is("function", index, payload) {
        function = value
      } else if key.is("id", index, payload) {
        delta.id = decodeText(value, of: payload)
      } else if key.is("type", index, payload) {
        delta.type = index.isCallType(value, in: payload) ? .function : index.kind(value) == .null ? .null : .other
      } else if key.is("custom", index, payload) {
        delta.hasOtherPayload = saysSomething(value)
      }
    }
    if let function { try decodeFunction(function, into: &delta, of: payload) }
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
      }
    }
  }
}

extension JSONIndex {
  /// The second is Moonshot's own, for its built-in tools. Of a call of another type clients do not look at the `function`.
  func isCallType(_ node: Node, in payload: borrowing Span<UInt8>) -> Bool {
    equals(node, "function", in: payload) || equals(node, "builtin_function", in: payload)
  }
}
