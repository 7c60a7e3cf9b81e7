// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Store

/// An exchange with all its parts as one JSON object: `belay show --json`, `belay export --format json`.
enum WholeJSON {
  /// - Parameter hasBodies: with the messages; without, their places are left out.
  static func line(of exchange: StoredExchange, hasBodies: Bool = true) -> [UInt8] {
    JSONWriter.bytes(of: value(of: exchange, hasBodies: hasBodies)).escapedJSON + [0x0A]
  }

  static func value(of exchange: StoredExchange, hasBodies: Bool = true) -> JSONValue {
    var object = JSONObject(ExchangeJSON.head(exchange))
    object["attempts"] = .array(exchange.attempts.enumerated().map { attempt($1, $0 + 1, hasBodies) })
    object["findings"] = .array(exchange.findings.map(finding))
    object["edits"] = .array(exchange.edits.map(edit))
    object["calls"] = .array(exchange.calls.map(call))
    object["repairs"] = .array(exchange.repairs.map(repair))
    object["comparisons"] = .array(exchange.comparisons.map(\.json))
    if hasBodies {
      object["request"] = exchange.request.map(message)
      object["response"] = exchange.receivedResponse.map(message)
    }
    return .object(object)
  }

  private static func attempt(_ attempt: StoredAttempt, _ number: Int, _ hasBodies: Bool) -> JSONValue {
    var members: [JSONObject.Member] = [
      ("number", JSONValue(number)), ("vendor", JSONValue(attempt.vendor)), ("model", JSONValue(attempt.model)),
      ("rung", JSONValue(attempt.rung)), ("status", JSONValue(attempt.status)),
    ]
    if !attempt.error.isEmpty { members.append(("error", JSONValue(attempt.error))) }
    members += ExchangeJSON.time("started_ms", attempt.startedNanoseconds)
    members += ExchangeJSON.time("first_byte_ms", attempt.firstByteNanoseconds)
    members += ExchangeJSON.time("ended_ms", attempt.totalNanoseconds)
    members += [("request_bytes", JSONValue(attempt.requestBytes)), ("response_bytes", JSONValue(attempt.responseBytes))]
    if !attempt.finishReason.isEmpty { members.append(("finish_reason", JSONValue(attempt.finishReason))) }
    members += ExchangeJSON.tokens(attempt.tokens)
    if let byte = attempt.abortedAtByte { members.append(("aborted_at_byte", JSONValue(byte))) }
    if hasBodies, let request = attempt.request { members.append(("request", message(request))) }
    if hasBodies, let response = attempt.response { members.append(("response", message(response))) }
    return .object(JSONObject(members))
  }

  private static func finding(_ finding: StoredFinding) -> JSONValue {
    var object: JSONObject = ["code": JSONValue(finding.code), "severity": JSONValue(finding.severity.rawValue)]
    object["choice"] = finding.choice.map { JSONValue($0) }
    object["call"] = finding.call.map { JSONValue($0) }
    object["attempt"] = finding.attempt.map { JSONValue($0 + 1) }
    if !finding.path.isEmpty { object["path"] = JSONValue(finding.path) }
    object["message"] = JSONValue(finding.message)
    return .object(object)
  }

  private static func edit(_ edit: StoredEdit) -> JSONValue {
    ["path": JSONValue(edit.pointer), "rule": JSONValue(edit.rule), "before": json(edit.before), "after": json(edit.after)]
  }

  private static func call(_ call: StoredCall) -> JSONValue {
    var object: JSONObject = [
      "attempt": JSONValue(call.attempt + 1), "choice": JSONValue(call.choice), "name": JSONValue(call.name),
      "id": JSONValue(call.id), "arguments": JSONValue(call.arguments),
    ]
    object["k2vv_valid"] = call.k2vvValid.map { JSONValue($0) }
    object["valid"] = call.valid.map { JSONValue($0) }
    if !call.violations.isEmpty { object["violations"] = json(call.violations) }
    return .object(object)
  }

  private static func repair(_ repair: StoredRepair) -> JSONValue {
    [
      "rule": JSONValue(repair.rule), "choice": JSONValue(repair.choice), "call": JSONValue(repair.call),
      "path": JSONValue(repair.path), "before": JSONValue(repair.before), "after": JSONValue(repair.after),
    ]
  }

  /// Headers as pairs, as names may repeat. The body is a text, as it was: white space and the order of keys count. Bytes that
  /// are no UTF-8 are in `body_base64`.
  static func message(_ message: StoredMessage) -> JSONValue {
    var object: JSONObject = ["headers": .array(message.headers.map { [JSONValue($0.name), JSONValue($0.value)] })]
    if String(validating: message.body, as: UTF8.self) != nil {
      object["body"] = .string(JSONString(utf8: message.body))
    } else {
      object["body_base64"] = JSONValue(Base64.text(of: message.body))
    }
    if message.omittedBytes > 0 { object["omitted_bytes"] = JSONValue(message.omittedBytes) }
    return .object(object)
  }

  /// JSON text as what it says; other text, such as what redaction leaves, as a string; nothing as null.
  private static func json(_ text: String) -> JSONValue {
    text.isEmpty ? .null : (try? JSONValue(parsing: text)) ?? JSONValue(text)
  }
}
