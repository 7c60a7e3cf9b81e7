// SPDX-License-Identifier: Apache-2.0
package import Store

/// The exchanges that tests open.
extension ConsoleSample {
  package static let violationID = 9001
  package static let arguments = #"{"city":"Zürich","days":"three","unit":"celsius"}"#
  /// `"three"` in `arguments`: bytes, not characters.
  package static let offendingBytes = 25..<32
  package static let violationMessage = #"arguments.days: "three" is a string, and the schema wants an integer"#

  /// A call that breaks its schema, after a history whose ids were made canonical.
  package static func violation(at milliseconds: Int64) -> StoredExchange {
    var exchange = ordinary(1, at: milliseconds)
    exchange.id = id(violationID, at: milliseconds)
    exchange.vendor = "fireworks"
    exchange.verdict = "invalid"
    exchange.finishReason = "tool_calls"
    exchange.firstFinishReason = "tool_calls"
    exchange.callCount = 1
    exchange.k2vvCheckedCalls = 1
    exchange.k2vvValidCalls = 0
    exchange.validCalls = 0
    exchange.idsRewritten = 2
    exchange.request = message(
      #"""
      {"model":"kimi-k2-0905","temperature":0.6,"stream":true,"messages":[
      {"role":"system","content":"You are a helpful assistant."},
      {"role":"user","content":"How is the weather in Zürich, and for the next three days?"},
      {"role":"assistant","content":null,"tool_calls":[{"id":"call_7f3a","type":"function","function":{"name":"get_location","arguments":"{\"name\":\"Zürich\"}"}}]},
      {"role":"tool","tool_call_id":"call_7f3a","content":"{\"lat\":47.37,\"lon\":8.54}"}],
      "tools":[{"type":"function","function":{"name":"get_weather","description":"The forecast.","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}}}}}]}
      """#)
    exchange.edits = [
      StoredEdit(pointer: "/messages/2/tool_calls/0/id", before: #""call_7f3a""#, after: #""functions.get_location:0""#, rule: "ids"),
      StoredEdit(pointer: "/messages/3/tool_call_id", before: #""call_7f3a""#, after: #""functions.get_location:0""#, rule: "ids"),
      StoredEdit(pointer: "/temperature", before: "0.6", after: "", rule: "sampling"),
    ]
    exchange.calls = [
      StoredCall(
        name: "get_weather", id: "functions.get_weather:1", arguments: arguments, k2vvValid: false, valid: false,
        violations: #"""
          [{"path":"/days","range":[\#(offendingBytes.lowerBound),\#(offendingBytes.upperBound)],"schema_path":"/properties/days/type",
          "keyword":"type","got":"\"three\"","want":"integer","message":"arguments.days: \"three\" is a string, and the schema wants an integer"}]
          """#)
    ]
    exchange.findings = [
      StoredFinding(code: "arguments.schema.type", severity: .error, choice: 0, call: 0, path: "/days", message: violationMessage)
    ]
    exchange.attempts = [
      attempt(
        exchange,
        body: #"""
          data: {"choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"The user wants a forecast."}}]}

          data: {"choices":[{"index":0,"delta":{"content":"Let me look that up."}}]}

          data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

          data: [DONE]


          """#)
    ]
    return exchange
  }

  /// Text that a browser must never take for markup, in every place that a vendor or a client fills.
  package static func planted(at milliseconds: Int64) -> StoredExchange {
    var exchange = ordinary(2, at: milliseconds)
    exchange.id = id(9002, at: milliseconds)
    exchange.model = script
    exchange.error = script
    exchange.finishReason = script
    let quoted = script.replacing("\"", with: "\\\"")
    exchange.request = message("{\"model\":\"x\",\"messages\":[{\"role\":\"\(quoted)\",\"content\":\"\(quoted)\"}]}")
    exchange.attempts = [attempt(exchange, body: "{\"choices\":[{\"message\":{\"content\":\"\(quoted)\"}}]}")]
    exchange.edits = [StoredEdit(pointer: "/\(script)", before: "\"\(quoted)\"", after: "\"\(quoted)\"", rule: "ids")]
    exchange.calls = [
      StoredCall(
        name: script, id: script, arguments: "{\"x\":\"\(quoted)\"}", k2vvValid: true, valid: false,
        violations: "[{\"path\":\"/x\",\"range\":[5,9],\"message\":\"\(quoted)\"}]")
    ]
    exchange.findings = [StoredFinding(code: "call.id_repeated", severity: .warning, path: script, message: script)]
    return exchange
  }

  /// Three attempts at two vendors, and a repair.
  package static func retried(at milliseconds: Int64) -> StoredExchange {
    var exchange = ordinary(3, at: milliseconds)
    exchange.id = id(9003, at: milliseconds)
    exchange.mode = "enforce"
    exchange.vendor = "moonshot"
    exchange.totalNanoseconds = 4_200_000_000
    exchange.verdict = "valid"
    exchange.validCalls = 1
    exchange.callCount = 1
    exchange.findings = []
    var first = attempt(exchange, body: "data: [DONE]\n\n")
    first.vendor = "fireworks"
    first.totalNanoseconds = 900_000_000
    first.abortedAtByte = 41
    first.firstByteNanoseconds = 400_000_000
    var second = attempt(exchange, body: "")
    second.vendor = "fireworks"
    second.rung = "resend"
    second.status = 503
    second.error = "vendor_status"
    second.startedNanoseconds = 1_000_000_000
    second.firstByteNanoseconds = 1_300_000_000
    second.totalNanoseconds = 310_000_000
    var third = attempt(exchange, body: "{\"choices\":[{\"message\":{\"content\":\"\"}}]}")
    third.rung = "other_vendor"
    third.startedNanoseconds = 1_400_000_000
    third.firstByteNanoseconds = 2_500_000_000
    third.totalNanoseconds = 2_800_000_000
    exchange.attempts = [first, second, third]
    exchange.calls = [
      StoredCall(name: "get_wether", id: "x", arguments: "{\"city\":", k2vvValid: false, valid: false, attempt: 0),
      StoredCall(name: "get_weather", id: "functions.get_weather:0", arguments: "{\"days\":5}", k2vvValid: true, valid: true, attempt: 2),
    ]
    exchange.repairs = [StoredRepair(rule: "coercion", call: 0, path: "/days", before: "\"5\"", after: "5")]
    return exchange
  }

  /// Belay answered in the vendor's place.
  package static func refused(at milliseconds: Int64) -> StoredExchange {
    var exchange = StoredExchange(id: id(9004, at: milliseconds), startedAt: milliseconds)
    exchange.path = "/nosuch/v1/chat/completions"
    exchange.status = 404
    exchange.outcome = "refused"
    exchange.error = "unknown_vendor"
    exchange.fault = "client"
    exchange.totalNanoseconds = 90_000
    return exchange
  }
}
