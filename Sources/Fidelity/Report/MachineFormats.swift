// SPDX-License-Identifier: Apache-2.0
package import JSON

extension FidelityReport {
  /// `{"grouping":…,"alpha":…,"rows":[{…},…]}` with the members of ``fields(_:)``.
  package var json: JSONValue {
    [
      "grouping": JSONValue(grouping.rawValue), "alpha": JSONNumber(alpha).map { .number($0) } ?? .null,
      "rows": .array(
        rows.map { row in .object(JSONObject(Self.fields(row).map { (key: JSONString($0.name), value: $0.value) })) }),
    ]
  }

  /// RFC 4180, with a line of names and CRLF; empty where not known.
  ///
  /// A name that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection"): tool
  /// names are written by strangers.
  package var csv: String {
    let none = ReportRow(
      Ledger.Group(vendor: "", model: "", tally: Tally(), floor: NoiseFloor()), gate: nil, alpha: alpha)
    var lines = [Self.fields(none).map(\.name)]
    lines += rows.map { row in Self.fields(row).map { Self.csvText($0.value) } }
    return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
  }

  private static func csvText(_ value: JSONValue) -> String {
    guard let text = value.string else { return value.isNull ? "" : value.description }
    let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    let safe = isFormula ? "'" + text : text
    guard safe.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return safe }
    var quoted = "\""
    for scalar in safe.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
