// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

/// Where a call's arguments are wrong: which bytes, and why.
struct MarkedViolation: Equatable {
  var range: Range<Int>
  var message: String
  /// A JSON pointer into the schema; empty where it is not known.
  var schemaPath = ""

  /// The violations that are stored with a call, see `Inspection.ViolationList`. Where there are none, what findings say of its
  /// arguments: a pointer leads to the bytes.
  static func all(of call: StoredCall, findings: [StoredFinding]) -> [MarkedViolation] {
    let stored = (try? JSONValue(parsing: call.violations))?.array?.compactMap(MarkedViolation.init) ?? []
    if !stored.isEmpty { return stored }
    let bytes = Array(call.arguments.utf8)
    var index = JSONIndex()
    let isJSON = (try? index.read(bytes.span)) != nil
    return findings.filter { $0.code.hasPrefix("arguments.") }.map { finding in
      let pointer = isJSON ? try? JSONPointer(finding.path) : nil
      let node = pointer.flatMap { index.node(at: $0, of: bytes.span) }
      return MarkedViolation(range: node.map(index.range) ?? 0..<bytes.count, message: finding.message)
    }
  }

  private init?(_ value: JSONValue) {
    guard let start = value["start"]?.int, let end = value["end"]?.int, 0 <= start, start <= end,
      let message = value["message"]?.string
    else { return nil }
    (range, self.message) = (start..<end, message)
    schemaPath = value["schema_path"]?.string ?? ""
  }

  private init(range: Range<Int>, message: String) {
    (self.range, self.message) = (range, message)
  }
}
