// SPDX-License-Identifier: Apache-2.0

import JSON

/// Arguments that are not the JSON object they should be (section 2.5 of the catalogue).
extension Fault {
  static let arguments: [Fault] = [
    value("args-empty", "R40", "Arguments are the empty string.") { _ in "" },
    value("args-null", "R40", "Arguments are null.") { _ in .null },
    value("args-missing", "R40", "Calls have no arguments.") { _ in nil },
    value("args-object", "R41", "Arguments are an object in place of a string of JSON.") { text in
      (try? JSONValue(parsing: text)) ?? .object([:])
    },
    text("args-truncated", "R42", "Arguments stop in the middle, and the answer ends as if they were whole.", firstHalf),
    Fault(
      "args-spilled", "R42", "Arguments stop in the middle, and their second half stands in the content.",
      .answer { answer, _ in
        answer.changeChoices { choice in
          guard let last = choice.calls?.indices.last, let text = choice.calls?[last].arguments?.string else { return }
          let half = firstHalf(of: text)
          choice.calls?[last].arguments = JSONValue(half)
          choice.tail += text.dropFirst(half.count)
        }
      }),
    text("args-trailing-junk", "R43", "Text follows the object.") { $0 + "自然科学}" },
    text("args-fenced", "R44", "Arguments stand in a code fence.") { "```json\n" + $0 + "\n```" },
    text("args-thought", "R44", "A thought stands before the object.") { "<think>" + someThought + "</think>" + $0 },
    text("args-double-encoded", "R45", "Arguments are a string of JSON inside a string of JSON.") {
      JSONValue($0).description
    },
    text("args-nested-string", "R46", "Arrays and objects inside the arguments are strings of JSON.") { text in
      guard var object = (try? JSONValue(parsing: text))?.object else { return text }
      for index in object.members.indices {
        switch object.members[index].value {
        case .array, .object: object.members[index].value = JSONValue(object.members[index].value.description)
        default: break
        }
      }
      return JSONValue.object(object).description
    },
    text("args-control", "R47", "A string inside the arguments holds a raw line feed and tab.", withControlCharacters),
    text("args-placeholder", "R48", "An empty object stands before the real one.") { "{}" + $0 },
    text("args-snapshots", "R49", "The object comes twice, first as far as the middle of its first text, as snapshots.") { text in
      guard let object = try? JSONValue(parsing: text).object, let snapshot = firstSnapshot(of: object) else { return text }
      return snapshot.description + text
    },
    text("args-markers", "R4A", "Tokens of K2 follow the object.") { $0 + "<|tool_call_end|><|tool_calls_section_end|>" },
    text("args-k3-markers", "R4A", "A closing tag of K3 follows the object.") { $0 + "<|close|>argument<|sep|>" },
    text("args-array", "R4B", "The object stands in an array.") { "[" + $0 + "]" },
    text("args-scalar", "R4B", "Arguments are the JSON literal null.") { _ in "null" },
  ]

  private static func value(
    _ name: String, _ code: String, _ summary: String, _ change: @escaping @Sendable (String) -> JSONValue?
  ) -> Fault {
    Fault(
      name, code, summary,
      .answer { answer, _ in
        answer.changeCalls { call, _ in call.arguments = change(call.argumentsText) }
      })
  }

  private static func text(
    _ name: String, _ code: String, _ summary: String, _ change: @escaping @Sendable (String) -> String
  ) -> Fault {
    Fault(name, code, summary, .answer { answer, _ in answer.changeArguments(change) })
  }
}

/// The document with a line feed and a tab, not escaped, at the start of its first string value; unchanged if it has none.
private func withControlCharacters(_ text: String) -> String {
  var bytes = Array(text.utf8)
  var index = JSONIndex()
  guard (try? index.read(bytes.span)) != nil, let start = firstString(index.root, in: index) else { return text }
  bytes.insert(contentsOf: [0x0A, 0x09], at: start + 1)
  return String(decoding: bytes, as: UTF8.self)
}

/// The offset of the first string that is a value.
private func firstString(_ node: JSONIndex.Node, in index: JSONIndex) -> Int? {
  switch index.kind(node) {
  case .string: return index.range(node).lowerBound
  case .array:
    for element in index.elements(node) {
      if let start = firstString(element, in: index) { return start }
    }
  case .object:
    for (_, value) in index.members(node) {
      if let start = firstString(value, in: index) { return start }
    }
  default: break
  }
  return nil
}

/// The members up to the first text, and of that the first half; nil without a text.
private func firstSnapshot(of object: JSONObject) -> JSONValue? {
  guard let last = object.members.firstIndex(where: { ($0.value.string?.count ?? 0) > 1 }) else { return nil }
  var snapshot = JSONObject(object.members[...last].map { ($0.key, $0.value) })
  snapshot.members[last].value = JSONValue(firstHalf(of: object.members[last].value.string ?? ""))
  return .object(snapshot)
}
