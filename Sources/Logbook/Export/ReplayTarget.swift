// SPDX-License-Identifier: Apache-2.0
import Store

/// Where a request is sent again: a base URL and what stands behind it.
struct ReplayTarget: Equatable {
  /// Without `/` at the end.
  var baseURL: String
  /// `/chat/completions`
  var endpoint: String

  /// Belay's own address, for vendors whose address is not known here: it knows.
  private static let belay = "http://127.0.0.1:8611"

  init(_ exchange: StoredExchange, _ command: ExportCommand) {
    // `/v1/chat/completions`, `/fireworks/v1/chat/completions`: the base ends with the version.
    let segments = exchange.path.split(separator: "/", omittingEmptySubsequences: false)
    let version = segments.firstIndex(of: "v1")
    let prefix = version.map { segments[...$0].joined(separator: "/") } ?? ""
    endpoint = String(exchange.path.dropFirst(prefix.count))
    var base = command.baseURL ?? command.addresses[exchange.vendor] ?? Self.belay + prefix
    while base.hasSuffix("/") { base.removeLast() }
    baseURL = base
  }

  static func isUsable(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"'<>\\^`{|}$".utf8.contains($0) }
    return isPlain && (text.hasPrefix("http://") || text.hasPrefix("https://")) && !text.contains("@")
  }
}
