// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
import Store

/// Small pieces that the console's answers are made of.
extension JSONValue {
  /// Milliseconds to three digits behind the point; null for nil.
  static func milliseconds(_ nanoseconds: Int64?) -> JSONValue {
    nanoseconds.map { decimal(Double($0) / 1e6) } ?? nil
  }

  /// Three digits behind the point; null for nil and for what is no number.
  static func decimal(_ value: Double?) -> JSONValue {
    guard let value, let number = JSONNumber((value * 1000).rounded() / 1000) else { return nil }
    return .number(number)
  }

  static func counts(_ counts: [String: Int]) -> JSONValue {
    .object(JSONObject(counts.sorted { $0.key < $1.key }.map { (JSONString($0.key), JSONValue($0.value)) }))
  }
}

extension Int? {
  var json: JSONValue { map { JSONValue($0) } ?? nil }
}

extension [String] {
  var json: JSONValue { .array(map { JSONValue($0) }) }
}

extension Tally {
  /// `{"vendors": {name: {figures, "findings": {code: exchanges}}}}`
  var json: JSONValue {
    let vendors = rows.sorted { $0.key < $1.key }.map { name, row in
      let figures: JSONValue = [
        "requests": JSONValue(row.requests), "inspected": JSONValue(row.inspected),
        "failed": JSONValue(row.failed), "tool_calls": JSONValue(row.calls),
        "ids_rewritten": JSONValue(row.idsRewritten),
        "input_tokens": JSONValue(row.promptTokens),
        "output_tokens": JSONValue(row.completionTokens),
        "findings": .counts(row.findings),
      ]
      return (JSONString(name), figures)
    }
    return ["vendors": .object(JSONObject(vendors))]
  }
}

extension GatewayStatus {
  /// Whether exchanges are kept, and how the store is doing.
  var json: JSONValue {
    var object: JSONObject = ["ready": JSONValue(isReady), "vendors": vendors.json, "recording": JSONValue(store != nil)]
    if let shadow = shadowStatus { object["shadow"] = shadow.json }
    if let fidelity { object["fidelity"] = fidelity.json }
    if let store = store?.status() {
      object["store"] = [
        "failure": store.failure.map { JSONValue($0.description) } ?? nil,
        "failure_reason": store.failure.map { JSONValue($0.reason.rawValue) } ?? nil,
        "failing_since": store.failingSince.map { JSONValue(Int($0)) } ?? nil,
        "set_aside": store.setAside.map { JSONValue($0) } ?? nil, "written": JSONValue(store.written),
        "dropped": .counts(Dictionary(store.dropped.map { ($0.key.name, $0.value) }) { $0 + $1 }),
        "shadow_dropped": JSONValue(store.droppedOthers),
        "queued": JSONValue(store.queuedRecords), "lag_ms": JSONValue(Int(store.lagMilliseconds)), "expired": JSONValue(store.expired),
      ]
    }
    return .object(object)
  }
}
