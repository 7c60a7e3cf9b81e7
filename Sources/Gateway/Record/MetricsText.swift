// SPDX-License-Identifier: Apache-2.0

/// Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Families and their samples come
/// in a fixed order, so that two scrapes can be compared line by line.
struct MetricsText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  mutating func append(_ family: CounterFamily) {
    begin(family.name, "counter", family.help)
    for (values, count) in sorted(family.values) { sample(family.name, family.labels, values, String(count)) }
  }

  mutating func append(_ family: HistogramFamily) {
    begin(family.name, "histogram", family.help)
    for (values, samples) in sorted(family.values) {
      var count = 0
      for (bucket, bound) in (family.bounds.map { "\($0)" } + ["+Inf"]).enumerated() {
        count += samples.counts[bucket]
        sample(family.name + "_bucket", family.labels + ["le"], values + [bound], String(count))
      }
      sample(family.name + "_sum", family.labels, values, "\(samples.sum)")
      sample(family.name + "_count", family.labels, values, String(count))
    }
  }

  mutating func append(gauge name: String, _ help: String, _ value: Double) {
    begin(name, "gauge", help)
    sample(name, [], [], "\(value)")
  }

  /// Without values the family is declared all the same: whoever writes a query finds its name.
  mutating func append(gauges name: String, _ help: String, labels: [String], _ values: [[String]: Double]) {
    begin(name, "gauge", help)
    for (values, number) in sorted(values) { sample(name, labels, values, "\(number)") }
  }

  /// A counter that is kept elsewhere.
  mutating func append(counter name: String, _ help: String, labels: [String] = [], _ values: [[String]: Int]) {
    begin(name, "counter", help)
    for (values, count) in sorted(values) { sample(name, labels, values, String(count)) }
  }

  private func sorted<Value>(_ values: [[String]: Value]) -> [(key: [String], value: Value)] {
    values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  private mutating func begin(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func sample(_ name: String, _ labels: [String], _ values: [String], _ number: String) {
    text += name
    if !labels.isEmpty {
      text += "{" + zip(labels, values).map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",") + "}"
    }
    text += " \(number)\n"
  }

  /// A label value may hold anything, as long as these three are escaped. What would move a reader's eye is shown as its escape.
  private static func escaped(_ value: String) -> String {
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      case _ where LogText.isMisleading(scalar): text += "\\\(LogText.escape(scalar))"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
