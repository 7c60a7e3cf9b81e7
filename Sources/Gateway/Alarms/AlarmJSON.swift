// SPDX-License-Identifier: Apache-2.0
package import Fidelity
package import JSON

/// An alarm as it stands in the state file, in a webhook's `data` and in the console's answers.
extension Alarm {
  package var json: JSONValue {
    [
      "kind": JSONValue(subject.kind.rawValue), "vendor": JSONValue(subject.vendor), "model": JSONValue(subject.model),
      "raised_at": JSONValue(Int(raisedAt)), "resolved_at": resolvedAt.map { JSONValue(Int($0)) } ?? nil,
      "figures": figures?.json ?? nil, "recovery": recovery?.json ?? nil, "reason": reason.map { JSONValue($0) } ?? nil,
      "text": JSONValue(description),
    ]
  }

  package init?(json: JSONValue) {
    guard let kind = json["kind"]?.string.flatMap(Kind.init), let vendor = json["vendor"]?.string, let model = json["model"]?.string,
      let raisedAt = json["raised_at"]?.int
    else { return nil }
    self.init(
      Subject(kind, vendor: vendor, model: model), raisedAt: Int64(raisedAt), figures: json["figures"].flatMap { Figures(json: $0) },
      reason: json["reason"]?.string)
    resolvedAt = json["resolved_at"]?.int.map { Int64($0) }
    recovery = json["recovery"].flatMap { Figures(json: $0) }
  }
}

extension Alarm.Figures {
  fileprivate var json: JSONValue {
    [
      "value": number(value), "lower": number(interval.lower), "upper": number(interval.upper), "samples": JSONValue(samples),
      "limit": number(limit),
    ]
  }

  fileprivate init?(json: JSONValue) {
    guard let value = json["value"]?.double, let lower = json["lower"]?.double, let upper = json["upper"]?.double,
      let samples = json["samples"]?.int, let limit = json["limit"]?.double
    else { return nil }
    self.init(value: value, interval: Interval(lower: lower, upper: upper), samples: samples, limit: limit)
  }

  private func number(_ value: Double) -> JSONValue { JSONNumber(value).map { .number($0) } ?? nil }
}
