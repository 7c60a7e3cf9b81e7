// SPDX-License-Identifier: Apache-2.0
import JSON
package import Store

/// `belay show`: one exchange for a person, for a program, or its raw bytes.
package struct ShowCommand: Sendable {
  package enum Form: Sendable, Equatable {
    case text(isFull: Bool)
    case json
    case raw(RawPart)
  }

  package enum RawPart: String, Sendable, CaseIterable { case request, response }

  package var id: String
  package var form = Form.text(isFull: false)
  /// Counted from 1; nil for what passed between the client and Belay.
  package var attempt: Int?

  package init(id: String) {
    self.id = id
  }

  /// - Throws: `LogbookProblem`.
  package func run(storePath: String, on screen: Screen) async throws {
    let store = try LogbookStore(path: storePath)
    defer { store.close() }
    let exchange = try await store.exchange(id)
    if let attempt, !exchange.attempts.indices.contains(attempt - 1) {
      let count = Quantity.counted(exchange.attempts.count, "attempt")
      throw LogbookProblem(.absent, "there is no attempt \(attempt); \(exchange.id) has \(count), counted from 1")
    }
    switch form {
    case .text(let isFull):
      screen.lines(Self.lines(of: exchange, width: screen.width, paint: screen.paint, isFull: isFull))
    case .json:
      screen.write(WholeJSON.line(of: exchange))
    case .raw(let part):
      let message = try message(part, of: exchange)
      if message.omittedBytes > 0 { screen.note("the last \(Quantity.bytes(message.omittedBytes)) were not kept\n") }
      screen.write(message.body)
    }
  }

  package static func lines(of exchange: StoredExchange, width: Int?, paint: Paint, isFull: Bool) -> [String] {
    ShowLines(exchange, width: width, paint: paint, isFull: isFull).lines
  }

  private func message(_ part: RawPart, of exchange: StoredExchange) throws(LogbookProblem) -> StoredMessage {
    let message: StoredMessage?
    switch (part, attempt) {
    case (.request, nil): message = exchange.request
    case (.response, nil): message = exchange.receivedResponse
    case (.request, let attempt?): message = exchange.sentRequest(attempt: attempt - 1)
    case (.response, let attempt?): message = exchange.attempts[attempt - 1].response
    }
    if let message { return message }
    if part == .response, attempt == nil, let last = exchange.attempts.lastIndex(where: { $0.response != nil }) {
      throw LogbookProblem(
        .absent, "the client of \(exchange.id) got no vendor's answer; the last that came is that of --attempt \(last + 1)")
    }
    let which = attempt.map { " of attempt \($0)" } ?? ""
    throw LogbookProblem(
      .absent,
      "the \(part.rawValue)\(which) of \(exchange.id) is not in the store: there was none, or the store keeps no bodies of such exchanges")
  }
}
