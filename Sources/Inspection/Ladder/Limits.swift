// SPDX-License-Identifier: Apache-2.0
import JSON

/// Raises `max_tokens` and `max_completion_tokens`, whichever is there and is lower. None is added: the vendor's own limit may be
/// higher.
func tokenEdits(_ count: Int?, _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> [JSONEdit] {
  let index = request.index
  var edits: [JSONEdit] = []
  for key in ["max_tokens", "max_completion_tokens"] as [StaticString] {
    guard let node = index.value(key, in: index.root, of: bytes), let limit = index.number(node, of: bytes)?.double else { continue }
    let most = count ?? Int(max(8192, min(2 * limit, 1e9)))
    // Some servers take -1 for no limit.
    guard limit > 0, limit < Double(most) else { continue }
    edits.append(index.replacing(node, with: Array(String(most).utf8)))
  }
  return edits.sorted { $0.range.lowerBound < $1.range.lowerBound }
}

func modelEdit(_ name: [UInt8], _ request: ChatRequest, _ bytes: borrowing Span<UInt8>) -> JSONEdit {
  var writer = JSONWriter()
  writer.write(string: name)
  return request.setting("model", to: writer.finish(), bytes)
}
