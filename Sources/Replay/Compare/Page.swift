// SPDX-License-Identifier: Apache-2.0
import Fidelity

/// The comparison as one HTML page that needs nothing else: no script, no font, no request. Each plot is a list of rows, a name, a
/// picture and a figure, so that it reads the same on a telephone and on a wall.
extension Comparison {
  /// - Parameters:
  ///   - title: the page's heading.
  ///   - now: the time it was made, for the foot.
  ///   - words: what is known of a finding's code.
  package func page(title: String, now: String, words: (String) -> FindingWords? = { _ in nil }) -> String {
    let body =
      standings.isEmpty
      ? """
      <section class="empty"><h2>No results yet</h2><p>Run <code>belay replay SET --vendor NAME=URL --model MODEL</code> and then
      <code>belay compare \(HTML.escape(reference.path)) RESULTS… --html report.html</code></p></section>
      """ : summary + similarity + schemas + finishes + findings(words) + latencies + trend + tests + everyRun
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(HTML.escape(title))</title><style>\(PageStyle.css)</style></head><body><main>
      <header><h1>\(HTML.escape(title))</h1><p class="sub">Tool calls of \(count(latest.count, "vendor")) against
      <b>\(HTML.escape(reference.name))</b>\(reference.model.isEmpty ? "" : ", " + HTML.escape(reference.model)),
      \(count(reference.entries.count, "request"))</p></header>
      \(body)
      <footer>Made by <code>belay compare</code> on \(HTML.escape(now)). Trigger similarity is K2VV's
      <code>tool_call_f1</code>, over the requests that both sides answered. Bars of uncertainty are Wilson's, 95 %.</footer>
      </main></body></html>

      """
  }

  private func count(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

  private func section(_ title: String, _ note: String, _ content: String) -> String {
    "<section><h2>\(title)</h2><p class=\"note\">\(note)</p>\(content)</section>\n"
  }

  // MARK: What stands at the top

  private var summary: String {
    guard let best = latest.first else { return "" }
    let passing = latest.filter { decision($0) == .above }.count
    let failing = latest.filter { decision($0) == .below }.count
    func tile(_ label: String, _ value: String, _ note: String) -> String {
      "<div class=\"tile\"><span>\(label)</span><b>\(value)</b><small>\(note)</small></div>"
    }
    let equals = latest.count { $0.f1 == best.f1 } - 1
    let undecided = latest.count - passing - failing
    return "<section class=\"tiles\">"
      + tile("Highest similarity", Words.percent(best.f1, places: 1), HTML.escape(best.name) + (equals > 0 ? " and \(equals) more" : ""))
      + tile("Gate \(decimal(gate, places: 2))", "\(passing) of \(latest.count) pass", "\(failing) fail, \(undecided) undecided at 95 %")
      + tile(
        "Reference against itself", Words.percent(floor?.confusion.f1, places: 1),
        floor == nil ? "not measured (--floor)" : "\(floor?.confusion.comparisons ?? 0) requests asked twice")
      + "</section>\n"
  }

  // MARK: Plots

  private var similarity: String {
    let shares = latest.map(\.f1Interval.lower) + [gate] + [floor?.confusion.f1].compactMap { $0 }
    let axis = Axis(from: shares.min() ?? 0, to: 1)
    let rows = latest.map { standing -> PlotRow in
      guard let f1 = standing.f1 else { return PlotRow(name: standing.name, picture: Plot.nothing, figure: "–", tone: "") }
      let tone = Self.tone(decision(standing))
      let picture =
        Plot.line(axis, at: gate, "gate") + (floor?.confusion.f1.map { Plot.line(axis, at: $0, "floor") } ?? "")
        + Plot.interval(axis, standing.f1Interval, f1, tone)
      return PlotRow(
        name: standing.name, picture: picture, figure: Words.percent(f1, places: 1), tone: tone,
        detail: "\(standing.name): \(Words.percent(f1)), 95 % \(Words.interval(standing.f1Interval)), \(Words.decision(decision(standing)))")
    }
    let floorNote = floor?.confusion.f1 == nil ? "" : " and the dotted one how far the reference agrees with itself"
    return section(
      "Trigger similarity", "Whether a vendor calls tools when the reference does (F1). The line is the gate, \(decimal(gate, places: 2))\(floorNote).",
      Plot.list(rows, axis))
  }

  private static func tone(_ decision: GateTest.Decision) -> String {
    switch decision {
    case .above: "good"
    case .below: "bad"
    case .undecided: "open"
    }
  }

  private var schemas: String {
    let axis = Axis(from: latest.map(\.schemaInterval.lower).min() ?? 0, to: 1)
    let rows = latest.map { standing -> PlotRow in
      guard let accuracy = standing.schemaAccuracy else {
        return PlotRow(name: standing.name, picture: Plot.nothing, figure: "–", tone: "")
      }
      return PlotRow(
        name: standing.name, picture: Plot.interval(axis, standing.schemaInterval, accuracy, "plain"),
        figure: Words.percent(accuracy, places: 1), tone: "plain",
        detail: "\(standing.name): \(standing.tally.vendor.valid) of \(standing.tally.vendor.toolCalls) answers with calls are valid")
    }
    return section("Schema accuracy", "Of the answers with tool calls, those in which every call is valid against its schema.", Plot.list(rows, axis))
  }

  private var finishes: String {
    let kinds = [("calls", "tool_calls"), ("stop", "stop"), ("other", "others"), ("failed", "failed")]
    let rows = latest.map { standing -> PlotRow in
      let counts = standing.tally.vendor
      let parts = [counts.toolCalls, counts.stop, counts.othersCount + counts.unfinished, counts.failed]
      let errors = standing.errors.prefix(2).map { "\($0.type) \($0.count)" }.joined(separator: ", ")
      return PlotRow(
        name: standing.name, picture: Plot.stack(zip(kinds.map(\.0), parts).map { ($0, $1) }),
        figure: counts.failed > 0 ? "\(counts.failed) failed" : "", tone: counts.failed > 0 ? "bad" : "",
        detail: zip(kinds, parts).map { "\($0.0.1) \($0.1)" }.joined(separator: ", ") + (errors.isEmpty ? "" : ": " + errors))
    }
    let legend = kinds.map { "<span><i class=\"\($0.0)\"></i>\($0.1)</span>" }.joined()
    return section("Finish reasons", "How the answers ended.", "<div class=\"legend\">\(legend)</div>" + Plot.list(rows, nil))
  }

  private func findings(_ words: (String) -> FindingWords?) -> String {
    let inspected = latest.filter { $0.findings.inspected > 0 }
    let note = "What else is wrong with the answers, beside K2VV's verdict, in percent of the answers of each vendor"
    if inspected.isEmpty { return section("Findings by code", note + ".", "<p>None of these runs was inspected: <code>belay replay</code> does that.</p>") }
    let matrix = FindingMatrix(latest, words: words)
    let kinds: [(FindingWords.Severity, String)] = [
      (.fatal, "an agent's loop breaks"), (.degrade, "it goes on and does worse"), (.info, "only naive clients stumble"),
    ]
    let legend = kinds.map { "<span><i class=\"\($0.0)\"></i>\($0.1)</span>" }.joined()
    return section(
      "Findings by code", note + "; <code>belay explain CODE</code> says what each one is.",
      matrix.isEmpty ? "<p>Nothing was found.</p>" : "<div class=\"legend\">\(legend)</div>" + matrix.html)
  }

  private var latencies: String {
    let known = latest.compactMap(\.latency)
    guard let least = known.map(\.p50).min(), let most = known.map(\.p99).max() else { return "" }
    let axis = TimeAxis(from: least, to: most)
    let rows = latest.map { standing -> PlotRow in
      guard let latency = standing.latency else { return PlotRow(name: standing.name, picture: Plot.nothing, figure: "–", tone: "") }
      return PlotRow(
        name: standing.name, picture: Plot.span(axis, latency), figure: Words.time(latency.p50), tone: "plain",
        detail: "\(standing.name): p50 \(Words.time(latency.p50)), p90 \(Words.time(latency.p90)), p99 \(Words.time(latency.p99))")
    }
    return section(
      "Latency", "From sending a request to the end of its answer, retries included: dot p50, thick line to p90, thin line to p99. The scale is logarithmic.",
      Plot.list(rows, axis))
  }

  /// Of vendors with several runs, all on the same scale of time and of F1.
  private var trend: String {
    let runs = Dictionary(grouping: standings, by: \.name).mapValues { $0.sorted { $0.date < $1.date } }
    let shown = latest.map { (standing: $0, points: runs[$0.name] ?? []) }.filter { $0.points.count > 1 }
    guard !shown.isEmpty else { return "" }
    let points = shown.flatMap(\.points)
    let days = DayAxis(points.map(\.date))
    let shares = Axis(from: min(gate, points.map(\.f1Interval.lower).min() ?? gate), to: 1)
    let rows = shown.compactMap { standing, points -> PlotRow? in
      guard let first = points.first?.f1, let last = points.last?.f1 else { return nil }
      let change = (last - first) * 100
      return PlotRow(
        name: standing.name, picture: Plot.trend(points.map { (days.place($0.date), $0.f1, $0.f1Interval) }, shares, gate: gate),
        figure: (change >= 0 ? "+" : "−") + decimal(abs(change), places: 1), tone: "plain",
        detail: standing.name + ": " + points.map { "\(Words.day($0.date)) \(Words.percent($0.f1, places: 1))" }.joined(separator: ", "))
    }
    return section(
      "Over time",
      "Trigger similarity of each run, with its uncertainty; at the right the points of F1 gained or lost. The line is the gate, and "
        + "each strip reaches from \(decimal(shares.lower * 100, places: 0)) to 100 %.",
      Plot.list(rows, days, tall: true))
  }

  // MARK: Tables

  private var tests: String {
    let pairs = self.pairs
    guard !pairs.isEmpty else { return "" }
    let rows = pairs.map { pair in
      let better = pair.test.onlyFirst >= pair.test.onlySecond ? pair.first.name : pair.second.name
      let verdict = pair.test.midP < 0.05 ? "<b>\(HTML.escape(better))</b> agrees more often" : "no difference shown"
      return HTML.row([
        HTML.escape(pair.first.name), HTML.escape(pair.second.name), "\(pair.test.onlyFirst)", "\(pair.test.onlySecond)",
        Words.pValue(pair.test.midP), verdict,
      ])
    }
    return section(
      "Two by two", "McNemar's test: on how many requests one agrees with the reference and the other does not. For one look at the end.",
      HTML.table(["first", "second", "first alone", "second alone", "mid-p", ""], rows))
  }

  private var everyRun: String {
    let rows = standings.map { standing -> String in
      let counts = standing.tally.vendor
      let payload = standing.tally.payload
      let missing = standing.onlyReference > 0 ? " <small>\(reference.entries.count - standing.onlyReference) of \(reference.entries.count)</small>" : ""
      return HTML.row([
        HTML.escape(standing.name) + missing, HTML.escape(Words.day(standing.date)), Words.percent(standing.f1), Words.interval(standing.f1Interval),
        "<span class=\"pill \(Self.tone(decision(standing)))\">\(Words.decision(decision(standing)))</span>",
        Words.percent(standing.schemaAccuracy), Words.percent(ratio(payload.sameArguments, payload.bothCalled), places: 1),
        "\(counts.stop)", "\(counts.toolCalls)", "\(counts.othersCount)", "\(counts.failed)", Words.time(standing.latency?.p50),
        Words.time(standing.latency?.p99),
      ])
    }
    return section(
      "Every run", "Same calls: of the requests on which both called, those with equal tools and arguments.",
      HTML.table(
        ["vendor", "run", "similarity", "95 %", "gate", "schema", "same calls", "stop", "calls", "others", "failed", "p50", "p99"], rows))
  }
}
