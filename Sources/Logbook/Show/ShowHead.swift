// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Store

extension ShowLines {
  mutating func addHead() {
    section("exchange", exchange.id)
    let finish =
      exchange.firstFinishReason.isEmpty || exchange.firstFinishReason == exchange.finishReason
      ? exchange.finishReason : "\(exchange.finishReason) (first attempt: \(exchange.firstFinishReason))"
    fields([
      ("time", Moment(exchange.startedAt).long),
      ("request", "\(exchange.method) \(exchange.path)"),
      ("model", exchange.model),
      ("vendor", exchange.vendor.isEmpty ? "none was chosen" : exchange.vendor),
      ("mode", exchange.mode.isEmpty ? "passed through, not inspected" : exchange.mode),
      ("status", exchange.status == 0 ? "none: no answer reached the client" : "\(exchange.status), \(exchange.outcome)"),
      ("error", exchange.error + (exchange.fault.isEmpty ? "" : " (\(exchange.fault)'s fault)")),
      ("verdict", exchange.verdict),
      ("finish reason", finish),
      ("tokens", tokens(exchange.tokens)),
    ])
  }

  mutating func addTimings() {
    section("timings", "from the request's arrival")
    let rate = tokenRate.map { ", \(Quantity.count($0)) tokens/s after the first" } ?? ""
    fields([
      ("first byte", exchange.firstByteNanoseconds.map(Quantity.duration) ?? ""),
      ("first token", exchange.firstTokenNanoseconds.map(Quantity.duration) ?? ""),
      ("total", Quantity.duration(exchange.totalNanoseconds) + rate),
      ("Belay added", exchange.overheadNanoseconds.map(Quantity.duration) ?? ""),
    ])
  }

  /// Tokens a second; nil where that is not known, or beyond belief, as vendors may count what they like.
  private var tokenRate: Int? {
    guard let first = exchange.firstTokenNanoseconds, let tokens = exchange.tokens.output, exchange.totalNanoseconds > first, tokens > 0
    else { return nil }
    return Int(exactly: (Double(tokens) * 1e9 / (Double(exchange.totalNanoseconds) - Double(first))).rounded())
  }

  mutating func addAttempts() {
    guard !exchange.attempts.isEmpty else { return }
    section("attempts")
    // A model of another name is what failover asks for.
    let hasModels = exchange.attempts.contains { !$0.model.isEmpty && $0.model != exchange.model }
    let columns: [Table.Column] = [
      .init("#", rank: 1, least: 1, most: 3, isRight: true), .init("VENDOR", rank: 2, least: 6, most: 16),
      .init("WHY", rank: 5, least: 5, most: 13), .init("STATUS", rank: 3, least: 3, most: 6, isRight: true),
      .init("START", rank: 9, least: 6, most: 9, isRight: true), .init("FIRST BYTE", rank: 8, least: 6, most: 10, isRight: true),
      .init("END", rank: 6, least: 6, most: 9, isRight: true), .init("SIZE", rank: 10, least: 6, most: 9, isRight: true),
      .init("FINISH", rank: 7, least: 6, most: 14), .init("ENDED BY", rank: 4, least: 8, most: 48),
    ] + (hasModels ? [.init("MODEL", rank: 11, least: 14, most: 24)] : [])
    let rows = exchange.attempts.enumerated().map { number, attempt -> [Table.Cell] in
      let stop = attempt.abortedAtByte.map { "stopped by Belay at byte \($0)" } ?? ""
      let end = [attempt.error, stop].filter { !$0.isEmpty }.joined(separator: ", ")
      return [
        .init("\(number + 1)"), .init(attempt.vendor), .init(attempt.rung.isEmpty ? "first" : attempt.rung),
        .init(attempt.status == 0 ? "-" : "\(attempt.status)", attempt.status == 200 ? nil : .red),
        .init(Quantity.duration(attempt.startedNanoseconds)), .init(attempt.firstByteNanoseconds.map(Quantity.duration) ?? "-"),
        .init(Quantity.duration(attempt.totalNanoseconds)), .init(Quantity.bytes(attempt.responseBytes)),
        .init(attempt.finishReason.isEmpty ? "-" : attempt.finishReason),
        .init(end.isEmpty ? "-" : end, end.isEmpty ? nil : .red), .init(attempt.model),
      ]
    }
    let table = Table(columns, samples: rows, width: width - 2, paint: paint)
    lines.append("  " + table.heading)
    lines += rows.map { "  " + table.line($0) }
  }

  mutating func addComparisons() {
    guard !exchange.comparisons.isEmpty else { return }
    section("comparisons", "the same request to a reference")
    for comparison in exchange.comparisons {
      let difference = comparison.promptTokenDifference.map { ", \($0 >= 0 ? "+" : "")\($0) prompt tokens" } ?? ""
      let payloads = comparison.payloadsAgree.map { $0 ? ", same payloads" : ", other payloads" } ?? ""
      let whom = comparison.reference + (comparison.kind == .reference ? " against itself" : "")
      text("\(whom): \(comparison.cellName)\(difference)\(payloads)", indent: 2)
      guard comparison.hasArguments else { continue }
      for one in comparison.payload?.differences.prefix(Self.differences) ?? [] {
        func part(_ bytes: [UInt8]?) -> String { bytes.map { String(decoding: $0, as: UTF8.self) } ?? "nothing" }
        let place = String(decoding: one.tool, as: UTF8.self) + one.pointer.description
        text("\(place): \(part(one.vendor)), the reference \(part(one.reference))", indent: 4)
      }
    }
  }

  /// Of a comparison, so many are shown; `--json` has more.
  private static let differences = 8

  func tokens(_ tokens: StoredTokens) -> String {
    func part(_ count: Int?, _ word: String) -> String { count.map { " (\(Quantity.count($0)) \(word))" } ?? "" }
    if tokens.input == nil, tokens.output == nil { return "" }
    return "\(tokens.input.map(Quantity.count) ?? "?") in\(part(tokens.cached, "cached")), "
      + "\(tokens.output.map(Quantity.count) ?? "?") out\(part(tokens.reasoning, "reasoning"))"
  }
}
