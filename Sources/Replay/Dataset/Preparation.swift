// SPDX-License-Identifier: Apache-2.0
import JSON

/// What K2VV changes in each request of a set before it is sent. Edits keep the order of keys and the text of numbers; a
/// new key goes to the end.
package struct Preparation: Sendable {
  package var model: String
  /// In place of the request's own, when given.
  package var temperature: Double?
  package var maxTokens: Int?
  /// Given, the conversation is sent as one text to `/completions`: messages and tools are rendered into `prompt`.
  package var template: ChatTemplate?

  package init(model: String, temperature: Double? = nil, maxTokens: Int? = nil) {
    self.model = model
    self.temperature = temperature
    self.maxTokens = maxTokens
  }

  /// Reads and prepares one line of a set.
  package func request(line: [UInt8], number: Int) throws(BadLine) -> PreparedRequest {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: line)
    } catch {
      throw BadLine(number: number, reason: "not JSON, \(error)")
    }
    guard case .object(let row) = value else {
      throw BadLine(number: number, reason: "not a request body: expected an object")
    }
    do {
      let (request, official) = EvalScopeRow.isOne(row) ? try EvalScopeRow.request(row) : (row, nil)
      return PreparedRequest(
        dataIndex: number, value: .object(try prepare(request)), tools: request["tools"], officialFinishReason: official)
    } catch {
      throw BadLine(number: number, reason: error.reason)
    }
  }

  private func prepare(_ request: JSONObject) throws(BadRequest) -> JSONObject {
    var request = request
    if let messages = request["messages"] { request["messages"] = try withoutInputRole(messages) }
    request["model"] = JSONValue(model)
    if let temperature { request["temperature"] = JSONNumber(temperature).map(JSONValue.number) }
    if let maxTokens { request["max_tokens"] = JSONValue(maxTokens) }
    if let template { return try render(request, template) }
    if request["stream"]?.isTruthy == true {
      var options = request["stream_options"]?.object ?? JSONObject()
      if options["include_usage"] == nil { options["include_usage"] = true }
      request["stream_options"] = .object(options)
    }
    return request
  }

  private func render(_ request: JSONObject, _ template: ChatTemplate) throws(BadRequest) -> JSONObject {
    var request = request
    do throws(ChatTemplate.Unrenderable) {
      request["prompt"] = JSONValue(try template.prompt(messages: request["messages"], tools: request["tools"]))
    } catch {
      throw BadRequest(reason: error.reason)
    }
    request["messages"] = nil
    request["tools"] = nil
    return request
  }

  /// The role that Moonshot's sets call `_input` is `system` for a vendor. K2VV fails on the same shapes as this does.
  private func withoutInputRole(_ messages: JSONValue) throws(BadRequest) -> JSONValue {
    guard case .array(var list) = messages else { throw BadRequest(reason: "\"messages\" is not an array") }
    for index in list.indices {
      guard case .object(var message) = list[index] else {
        throw BadRequest(reason: "\"messages\"[\(index)] is not an object")
      }
      guard message["role"] == "_input" else { continue }
      message["role"] = "system"
      list[index] = .object(message)
    }
    return .array(list)
  }
}

/// Why a line's JSON is no request.
struct BadRequest: Error { let reason: String }

/// A line of a set that cannot be sent.
package struct BadLine: Error, Equatable, Sendable {
  /// From 1.
  package let number: Int
  package let reason: String

  package init(number: Int, reason: String) {
    self.number = number
    self.reason = reason
  }
}
