// SPDX-License-Identifier: Apache-2.0
import Configuration
import Inspection
import Store

/// An exchange as a row of `belay list` and `belay tail`.
struct ExchangeColumns {
  /// How many characters of an id are shown where room is scarce: they name an exchange among those that are listed.
  let idLength: Int
  /// Whether rows are of more than one day.
  let hasDates: Bool

  /// The ten characters that are the time.
  private static let shortestID = 10

  /// For rows that are known.
  init(_ rows: [ExchangeSummary]) {
    let ids = rows.map(\.exchange.id).sorted()
    var length = Self.shortestID
    for (one, other) in zip(ids, ids.dropFirst()) {
      length = max(length, zip(one, other).prefix { $0 == $1 }.count + 1)
    }
    idLength = length
    hasDates = Set(rows.map { Moment($0.exchange.startedAt).date }).count > 1
  }

  /// For rows that are still to come: four characters behind the time tell exchanges of one millisecond apart.
  init() {
    idLength = Self.shortestID + 4
    hasDates = false
  }

  var columns: [Table.Column] {
    [
      .init("UTC", rank: 4, least: hasDates ? 14 : 8, most: 14),
      .init("ID", rank: 1, least: min(idLength, 14), most: idLength, isPrefix: true),
      .init("VENDOR", rank: 5, least: 8, most: 12),
      .init("MODEL", rank: 7, least: 14, most: 24),
      .init("HTTP", rank: 3, least: 3, most: 4, isRight: true),
      .init("VERDICT", rank: 6, least: 7, most: 7),
      .init("FINISH", rank: 9, least: 10, most: 14),
      .init("CALLS", rank: 8, least: 3, most: 5, isRight: true),
      .init("TRIES", rank: 11, least: 1, most: 5, isRight: true),
      .init("TOTAL", rank: 10, least: 6, most: 8, isRight: true),
      .init("TOKENS", rank: 12, least: 8, most: 15, isRight: true),
      .init("FINDINGS", rank: 2, least: 12, most: 40),
    ]
  }

  func cells(_ row: ExchangeSummary) -> [Table.Cell] {
    let exchange = row.exchange
    let moment = Moment(exchange.startedAt)
    return [
      .init(hasDates ? moment.short : moment.time, .dim),
      .init(String(exchange.id.prefix(idLength))),
      .init(exchange.vendor.isEmpty ? "-" : exchange.vendor),
      .init(exchange.model.isEmpty ? "\(exchange.method) \(exchange.path)" : exchange.model),
      status(exchange),
      .init(exchange.verdict.isEmpty ? "-" : exchange.verdict, Self.style(verdict: exchange.verdict)),
      .init(exchange.finishReason.isEmpty ? "-" : exchange.finishReason),
      calls(exchange),
      .init("\(row.attempts)", row.attempts > 1 ? .yellow : nil),
      .init(Quantity.duration(exchange.totalNanoseconds)),
      .init(tokens(exchange.tokens)),
      findings(row),
    ]
  }

  static func style(verdict: String) -> Paint.Style? {
    switch verdict {
    case "ok", "valid": .green
    case "": .dim
    case "unknown", "none": .yellow
    default: .red
    }
  }

  static func style(code: String) -> Paint.Style? {
    switch FindingKind(rawValue: code).flatMap({ FindingCatalogue.embedded.entry($0)?.severity }) {
    case .fatal: .red
    case .degrade: .yellow
    default: .dim
    }
  }

  private func status(_ exchange: StoredExchange) -> Table.Cell {
    if exchange.status == 0 { return .init("-", .red) }
    return .init("\(exchange.status)", exchange.status >= 400 ? .red : nil)
  }

  /// Valid ones of all.
  private func calls(_ exchange: StoredExchange) -> Table.Cell {
    if exchange.callCount == 0 { return .init("-", .dim) }
    return .init("\(exchange.validCalls)/\(exchange.callCount)", exchange.validCalls < exchange.callCount ? .red : nil)
  }

  private func tokens(_ tokens: StoredTokens) -> String {
    if tokens.input == nil, tokens.output == nil { return "-" }
    return "\(tokens.input.map(Quantity.count) ?? "?") > \(tokens.output.map(Quantity.count) ?? "?")"
  }

  /// Codes, and what else went wrong, the worst first, so that a narrow column still says it.
  private func findings(_ row: ExchangeSummary) -> Table.Cell {
    let exchange = row.exchange
    let order: [Paint.Style?] = [.red, .yellow, .dim]
    let codes = row.findingCodes.enumerated()
      .map { (rank: order.firstIndex(of: Self.style(code: $1)) ?? 0, place: $0, code: $1) }
      .sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }
    var words = codes.map(\.code)
    if !exchange.error.isEmpty { words.insert(exchange.error, at: 0) }
    if exchange.outcome != StoredExchange.ordinaryOutcome { words.insert(exchange.outcome, at: 0) }
    let isBad = exchange.outcome != StoredExchange.ordinaryOutcome || !exchange.error.isEmpty
    return .init(words.joined(separator: ", "), isBad ? .red : codes.first.flatMap { order[$0.rank] })
  }
}
