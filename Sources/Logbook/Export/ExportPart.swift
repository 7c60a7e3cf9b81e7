// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Store

/// An exchange that can be exported, with the request that is to be sent again.
struct ExportPart {
  let exchange: StoredExchange
  /// nil where only what is known of the exchange is exported.
  let request: StoredMessage?
  let target: ReplayTarget

  struct Reason: Error { let text: String }

  static func make(_ exchange: StoredExchange, _ command: ExportCommand) -> Result<ExportPart, Reason> {
    let target = ReplayTarget(exchange, command)
    let request = command.isClients ? exchange.request : exchange.sentRequest()
    let part = ExportPart(exchange: exchange, request: request, target: target)
    if command.format == .json || command.format == .bundle { return .success(part) }
    guard let request else { return .failure(Reason(text: "its request is not in the store (see `bodies` of the store's settings)")) }
    guard request.omittedBytes == 0 else { return .failure(Reason(text: "the end of its request was not kept")) }
    if command.format == .k2vv {
      guard exchange.path.contains("/chat/completions") else { return .failure(Reason(text: "no chat completion: \(exchange.path.plain)")) }
      guard let value = try? JSONValue(parsing: request.body), value["messages"]?.array != nil else {
        return .failure(Reason(text: "its body is no chat request"))
      }
    }
    return .success(part)
  }

  /// What a replay says of itself, on one line each.
  var notes: [String] {
    let moment = Moment(exchange.startedAt).long
    let from = exchange.vendor.isEmpty ? "" : ", vendor \(exchange.vendor)"
    return ["exchange \(exchange.id) of \(moment): \(exchange.method) \(exchange.path), model \(exchange.model)\(from)".plain]
  }

  /// Headers that a replay sends. Others are the client's own business, its transport's, or keys.
  var headers: [StoredMessage.Header] {
    let kept = (request?.headers ?? []).filter {
      ["content-type", "accept"].contains($0.name.lowercased()) && $0.value != Redaction.mark
    }
    let hasType = kept.contains { $0.name.lowercased() == "content-type" }
    return hasType || request?.body.isEmpty != false ? kept : [.init("content-type", "application/json")] + kept
  }
}
