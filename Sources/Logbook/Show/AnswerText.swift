// SPDX-License-Identifier: Apache-2.0
import Inspection
import JSON
import Store

/// What the model said in an answer, put together from a stream's pieces or a whole body.
struct AnswerText: Equatable {
  struct Choice: Equatable {
    var reasoning: [UInt8] = []
    var text: [UInt8] = []
  }

  /// By index.
  var choices: [Int: Choice] = [:]
  /// The answer is an error, or no chat completion at all.
  var isOther = false

  init(_ body: [UInt8]) {
    if let value = try? JSONValue(parsing: body) {
      take(value)
      return
    }
    var framer = EventStreamFramer()
    var (position, events) = (0, 0)
    while let event = framer.next(in: body.span, from: &position) {
      events += 1
      switch event {
      case .input(let range): if let value = try? JSONValue(parsing: body.span.extracting(range)) { take(value) }
      case .held: if let value = try? JSONValue(parsing: framer.held) { take(value) }
      case .tooLong: break
      }
    }
    isOther = events == 0 && !body.isEmpty
  }

  private mutating func take(_ value: JSONValue) {
    guard let list = value["choices"]?.array else {
      isOther = isOther || value["error"] != nil
      return
    }
    for (place, item) in list.enumerated() {
      guard let message = item["delta"]?.object ?? item["message"]?.object else { continue }
      let index = item["index"]?.int ?? place
      for key in ["reasoning_content", "reasoning"] as [JSONString] {
        choices[index, default: Choice()].reasoning += message[key]?.utf8?.utf8 ?? []
      }
      choices[index, default: Choice()].text += message["content"]?.utf8?.utf8 ?? []
    }
  }
}
