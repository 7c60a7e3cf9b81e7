// SPDX-License-Identifier: Apache-2.0
import Inspection
package import JSON

extension Explanation {
  static func one(_ entry: FindingEntry, as form: Form) -> String {
    switch form {
    case .text: return entry.text
    case .markdown: return entry.markdown
    case .json:
      var writer = JSONWriter()
      entry.write(to: &writer)
      return String(decoding: writer.finish(), as: UTF8.self) + "\n"
    }
  }

  /// A family, each at full length.
  static func several(_ entries: [FindingEntry], as form: Form) -> String {
    switch form {
    case .text: entries.map(\.text).joined(separator: "\n")
    case .markdown: entries.map(\.markdown).joined(separator: "\n")
    case .json: json(entries)
    }
  }

  /// All of them: a table to look through.
  static func list(_ entries: [FindingEntry], as form: Form) -> String {
    let rows = entries.map { [$0.kind.rawValue, $0.severity.rawValue, $0.action.rawValue, $0.summary] }
    switch form {
    case .text: return table([["code", "severity", "action", "what it is"]] + rows)
    case .json: return json(entries)
    case .markdown:
      return """
        # Findings

        What Belay finds in requests and answers. A severity says what a finding does to an agent: `info`, only naive clients \
        stumble; `degrade`, the agent goes on and does worse; `fatal`, its loop breaks unless the client mends it. An action says \
        what `enforce` does about what no repair has mended; `findings:` and `policies:` in `belay.yaml` change it.

        | Code | Severity | Action | What it is |
        |---|---|---|---|
        \(rows.map { "| [`\($0[0])`](#\(anchor($0[0]))) | \($0[1]) | \($0[2]) | \($0[3]) |" }.joined(separator: "\n"))

        \(entries.map(\.markdown).joined(separator: "\n"))
        """
    }
  }

  private static func json(_ entries: [FindingEntry]) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.write(key: "findings")
    writer.beginArray()
    for entry in entries { entry.write(to: &writer) }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.finish(), as: UTF8.self) + "\n"
  }

  /// What GitHub makes of a heading with the code in it.
  private static func anchor(_ code: String) -> String { code.filter { $0 != "." } }
}

extension FindingEntry {
  fileprivate var text: String {
    "\(kind.rawValue)\n"
      + fields(
        [
          ("severity", severity.meaning), ("what it is", summary), ("what it does", effect),
          ("repairs", names(repairs.map(\.rawValue))),
        ] + (normalizations.isEmpty ? [] : [("normalizations", names(normalizations.map(\.rawValue)))])
          + [
            ("asking again", retries ? "can mend it" : "does not mend it"), ("default action", action.rawValue),
            ("sources", sources.joined(separator: ", ")),
          ])
  }

  fileprivate var markdown: String {
    """
    ## `\(kind.rawValue)`

    \(summary) \(effect)

    - Severity: \(severity.rawValue)
    - Repairs: \(marked(repairs.map(\.rawValue)))\
    \(normalizations.isEmpty ? "" : "\n- Normalizations of requests: \(marked(normalizations.map(\.rawValue)))")
    - Asking again: \(retries ? "can mend it" : "does not mend it")
    - Default action: \(action.rawValue)
    - Sources: \(sources.map(link).joined(separator: ", "))

    """
  }

  /// `{"code":…,"severity":…,"summary":…,"effect":…,"sources":[…],"repairs":[…],"normalizations":[…],"retries":…,"action":…}`
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.write(key: "code")
    writer.write(string: kind.rawValue)
    writer.write(key: "severity")
    writer.write(string: severity.rawValue)
    writer.write(key: "summary")
    writer.write(string: summary)
    writer.write(key: "effect")
    writer.write(string: effect)
    writer.write(key: "sources")
    writer.write(strings: sources)
    writer.write(key: "repairs")
    writer.write(strings: repairs.map(\.rawValue))
    writer.write(key: "normalizations")
    writer.write(strings: normalizations.map(\.rawValue))
    writer.write(key: "retries")
    writer.write(retries)
    writer.write(key: "action")
    writer.write(string: action.rawValue)
    writer.endObject()
  }

  private func names(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }

  private func marked(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.map { "`\($0)`" }.joined(separator: ", ")
  }
}

extension FindingEntry.Severity {
  fileprivate var meaning: String {
    switch self {
    case .info: "info: only naive clients stumble"
    case .degrade: "degrade: the agent goes on, and does worse"
    case .fatal: "fatal: the agent's loop breaks, unless the client mends it"
    }
  }
}

extension JSONWriter {
  mutating func write(strings: [String]) {
    beginArray()
    for string in strings { write(string: string) }
    endArray()
  }
}
