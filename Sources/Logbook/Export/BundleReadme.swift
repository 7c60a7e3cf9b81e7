// SPDX-License-Identifier: Apache-2.0
import Configuration
import Fidelity
import Inspection
import Store

/// What somebody who has never heard of Belay reads first.
enum BundleReadme {
  static func text(_ part: ExportPart, files: [(name: String, meaning: String)], _ command: ExportCommand) -> String {
    let exchange = part.exchange
    var lines = [
      "# \(title(exchange))", "",
      "One chat-completions exchange, recorded by Belay \(command.version), a proxy between a client and the vendor's API that looks at tool calls.",
      "", "## What happened", "", "```",
    ]
    lines += ShowCommand.lines(of: exchange, width: 110, paint: Paint(isOn: false), isFull: false).map { $0.replacing("```", with: "'''") }
    lines += ["```", ""]
    if !exchange.findings.isEmpty { lines += ["## What is wrong", ""] + findings(exchange) + [""] }
    lines += ["## Files", ""] + files.map { "- `\($0.name)`: \($0.meaning)" } + [""]
    lines += ["## What was taken out", ""] + redactions(command) + [""]
    return lines.joined(separator: "\n")
  }

  private static func title(_ exchange: StoredExchange) -> String {
    let what = exchange.findings.first { $0.severity == .error }?.code ?? exchange.findings.first?.code ?? exchange.error
    func shown(_ text: String) -> String { text.plain.inMarkdown }
    return "\(what.isEmpty ? "An exchange" : shown(what)) with \(shown(exchange.model)) at \(shown(exchange.vendor)), \(Moment(exchange.startedAt).long)"
  }

  private static func findings(_ exchange: StoredExchange) -> [String] {
    exchange.findings.map { finding in
      let entry = FindingKind(rawValue: finding.code).flatMap(FindingCatalogue.embedded.entry)
      let known = entry.map { " \($0.summary) \($0.effect)" } ?? ""
      // Codes such as R52 are names of Belay's own.
      let sources = entry?.sources.filter { $0.contains("/") } ?? []
      let seen = sources.isEmpty ? "" : " Known from: \(sources.joined(separator: ", "))."
      let message = finding.message.plain.inMarkdown
      let end = message.isEmpty || message.hasSuffix(".") ? "" : "."
      return "- **\(finding.code)**: \(message)\(end)\(known)\(seen)"
    }
  }

  private static func redactions(_ command: ExportCommand) -> [String] {
    var lines = [
      """
      Every key stands as `\(Redaction.mark)`: headers that carry one, their values wherever else they appeared, and whatever in a \
      body looks like the key of a well-known service, or is a private key in PEM. So do headers that say who or where the client is.
      """
    ]
    if !command.redactions.isEmpty {
      let paths = command.redactions.map { "`\($0.plain)`" }.joined(separator: ", ")
      lines.append(
        """
        So do the values at \(paths), in requests, answers and each event of a stream; a body that could not be read was left out, and \
        so were the arguments of calls that were compared with a reference's.
        """)
    }
    lines.append("Nothing else was changed.")
    return lines
  }
}
