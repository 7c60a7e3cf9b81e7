// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChunkDecoder {
  mutating func decodeUsage(_ node: JSONIndex.Node, of payload: borrowing Span<UInt8>) {
    guard index.kind(node) == .object else { return noteKind(of: node, .object) }
    var usage = Usage()
    var cached: Int?
    for (key, value) in index.members(node) {
      let key = WireKey(key, in: index)
      if key.is("prompt_tokens", index, payload) {
        usage.prompt = tokens(value, of: payload)
      } else if key.is("completion_tokens", index, payload) {
        usage.completion = tokens(value, of: payload)
      } else if key.is("total_tokens", index, payload) {
        usage.total = tokens(value, of: payload)
      } else if key.is("cached_tokens", index, payload) {
        cached = tokens(value, of: payload)
      } else if key.is("prompt_tokens_details", index, payload) {
        usage.cached = index.value("cached_tokens", in: value, of: payload).flatMap { tokens($0, of: payload) }
      } else if key.is("completion_tokens_details", index, payload) {
        usage.reasoning = index.value("reasoning_tokens", in: value, of: payload).flatMap { tokens($0, of: payload) }
      }
    }
    usage.cached = usage.cached ?? cached
    events.append(.usage(usage))
  }

  private func tokens(_ node: JSONIndex.Node, of payload: borrowing Span<UInt8>) -> Int? {
    Usage.believed(index.integer(node, of: payload))
  }

  /// An `error`: an object with message, type and code, or only a string. OpenRouter hides the vendor's own words in
  /// `metadata.raw`; they go after the message.
  mutating func decodeFailure(_ error: JSONIndex.Node, of payload: borrowing Span<UInt8>) {
    var failure = FailureDelta()
    if index.kind(error) == .object {
      if let message = index.value("message", in: error, of: payload) {
        failure.message = decodeText(message, of: payload)
      }
      if let metadata = index.value("metadata", in: error, of: payload),
        let raw = index.value("raw", in: metadata, of: payload), index.kind(raw) == .string
      {
        if !failure.message.isEmpty { text.append(UInt8(ascii: " ")) }
        let words = decodeText(raw, of: payload)
        failure.message = (failure.message.isEmpty ? words.lowerBound : failure.message.lowerBound)..<words.upperBound
      }
      if let type = index.value("type", in: error, of: payload) { failure.type = decodeText(type, of: payload) }
      if let code = index.value("code", in: error, of: payload) { failure.code = decodeCode(code, of: payload) }
    } else {
      failure.message = decodeText(error, of: payload)
    }
    events.append(.failure(failure))
  }

  /// Errors without an `error`: vLLM's `{"object":"error","message":…}`, a gateway's bare `{"message":…}`, FastAPI's
  /// `{"detail":…}`.
  mutating func decodeUnwrappedFailure(of payload: borrowing Span<UInt8>) {
    if let object = index.value("object", in: index.root, of: payload), index.equals(object, "error", in: payload) {
      decodeFailure(index.root, of: payload)
    } else if let message = index.value("message", in: index.root, of: payload), index.kind(message) == .string {
      decodeFailure(index.root, of: payload)
    } else if let detail = index.value("detail", in: index.root, of: payload), index.kind(detail) != .null {
      var failure = FailureDelta()
      let start = text.count
      if index.kind(detail) == .string {
        index.decode(detail, of: payload, into: &text)
      } else {
        text.append(payload.extracting(index.range(detail)))
      }
      failure.message = start..<text.count
      events.append(.failure(failure))
    }
  }

  private mutating func decodeCode(_ code: JSONIndex.Node, of payload: borrowing Span<UInt8>) -> Range<Int> {
    guard index.kind(code) == .number else { return decodeText(code, of: payload) }
    let start = text.count
    text.append(payload.extracting(index.range(code)))
    return start..<text.count
  }
}
