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
  package var csv: String {
    let none = ReportRow(
      Ledger.Group(vendor: "", model: "", tally: Tally(), floor: NoiseFloor()), gate: nil, alpha: alpha)
    var lines = [Self.fields(none).map(\.name)]
    lines += rows.map { row in Self.fields(row).map { $0.value.string?.inCSV ?? ($0.value.isNull ? "" : $0.value.description) } }
    return lines.map { $0.joined(separator: ",") + "\r\n" }.joined()
  }
}
