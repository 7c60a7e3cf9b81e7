// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import JSON
import Store

extension Overview {
  /// Every rate as `{"value", "part", "samples"}`, every duration in milliseconds with its samples, so that whoever shows one can
  /// say on how many it rests.
  var json: JSONValue {
    let codes = Set(vendors.values.flatMap(\.findings.keys)).sorted()
    let texts = codes.map { code in
      let entry = FindingKind(rawValue: code).flatMap { FindingCatalogue.embedded.entry($0) }
      let text: JSONValue = [
        "severity": JSONValue(entry?.severity.rawValue ?? ""), "summary": JSONValue(entry?.summary ?? ""), "effect": JSONValue(entry?.effect ?? ""),
      ]
      return (JSONString(code), text)
    }
    return [
      "since": JSONValue(Int(since)), "until": JSONValue(Int(until)), "bucket_ms": JSONValue(Int(bucketMilliseconds)),
      "vendors": .object(JSONObject(vendors.sorted { $0.key < $1.key }.map { (JSONString($0.key), $0.value.json) })),
      "series": .array(series.map(\.json)), "findings": .object(JSONObject(texts)),
      "drops": .array(drops.map {
        ["start": JSONValue(Int($0.start)), "reason": JSONValue($0.reason), "exchanges": JSONValue($0.exchanges)]
      }),
    ]
  }
}

extension Overview.Point {
  fileprivate var json: JSONValue {
    [
      "start": JSONValue(Int(start)), "vendor": JSONValue(vendor), "requests": JSONValue(traffic.sums.requests),
      "errors": JSONValue(traffic.sums.errors), "retries": JSONValue(traffic.sums.retries),
      "schema_accuracy": traffic.schemaAccuracy.json, "tokens_per_second": traffic.rateJSON, "findings": .counts(traffic.findings),
      "first_token": (traffic.times[.firstToken] ?? TimeHistogram()).json, "total": (traffic.times[.total] ?? TimeHistogram()).json,
    ]
  }
}

extension Overview.Traffic {
  fileprivate var json: JSONValue {
    let latency = TimeHistogram.Measure.allCases.map { measure in
      let histogram = times[measure] ?? TimeHistogram()
      var json = histogram.json
      json["histogram"] = histogram.bucketsJSON
      return (JSONString(measure.name), json)
    }
    return [
      "requests": JSONValue(sums.requests), "inspected": JSONValue(sums.inspected), "streams": JSONValue(sums.streams),
      "error_rate": errorRate.json, "abandoned": JSONValue(sums.abandoned), "tool_call_rate": toolCallRate.json,
      "schema_accuracy": schemaAccuracy.json, "valid_calls": Overview.Ratio(sums.validCalls, sums.calls).json,
      "retries": JSONValue(sums.retries), "retried": Overview.Ratio(sums.retried, sums.requests).json, "repairs": JSONValue(sums.repairs),
      "ids_rewritten": JSONValue(sums.idsRewritten), "input_tokens": JSONValue(sums.inputTokens),
      "output_tokens": JSONValue(sums.outputTokens), "cached_tokens": JSONValue(sums.cachedTokens),
      "reasoning_tokens": JSONValue(sums.reasoningTokens), "tokens_per_second": rateJSON, "findings": .counts(findings),
      "latency": .object(JSONObject(latency)),
    ]
  }

  fileprivate var rateJSON: JSONValue { ["value": .decimal(tokensPerSecond), "samples": JSONValue(sums.rated)] }
}

extension Overview.Ratio {
  fileprivate var json: JSONValue {
    ["value": value.flatMap { JSONNumber($0) }.map { .number($0) } ?? nil, "part": JSONValue(part), "samples": JSONValue(samples)]
  }
}

extension TimeHistogram {
  fileprivate var json: JSONValue {
    [
      "p50_ms": .milliseconds(percentile(0.5)), "p90_ms": .milliseconds(percentile(0.9)), "p99_ms": .milliseconds(percentile(0.99)),
      "samples": JSONValue(samples),
    ]
  }

  /// `[milliseconds, samples]` by bucket, ascending.
  fileprivate var bucketsJSON: JSONValue {
    .array(counts.sorted { $0.key < $1.key }.map { [.milliseconds(Self.middle(of: $0.key)), JSONValue($0.value)] })
  }
}

extension TimeHistogram.Measure {
  fileprivate var name: String {
    switch self {
    case .firstByte: "first_byte"
    case .firstToken: "first_token"
    case .total: "total"
    case .overhead: "overhead"
    }
  }
}
