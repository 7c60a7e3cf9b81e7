// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

/// What goes out of an exchange before it is sent to somebody else, beyond what the store has never had.
enum BundleRedaction {
  /// Who the client is, and where.
  static let headers = [
    "x-forwarded-*", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip", "via", "host", "openai-organization",
    "openai-project", "user-agent",
  ]

  /// How keys of well-known services begin.
  private static let prefixes = [
    "sk-", "sk_", "pk_live_", "rk_live_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "AKIA", "ASIA",
    "AIza", "fw_", "fpk_", "gsk_", "hf_", "nvapi-", "tgp_", "eyJhbGciOi", "Bearer ",
  ]

  /// What follows a prefix is a key from this length on.
  private static let shortest = 16

  static func apply(_ redaction: Redaction, to exchange: StoredExchange, environment: [String: String]) -> StoredExchange {
    var redaction = redaction
    redaction.secrets += secrets(in: environment) + secrets(in: exchange)
    return exchange.redacted(redaction)
  }

  /// Values of variables whose name says that they are secret.
  private static func secrets(in environment: [String: String]) -> [String] {
    environment.filter { name, value in
      ["_KEY", "_TOKEN", "_SECRET", "_PASSWORD"].contains { name.uppercased().hasSuffix($0) } && value.utf8.count >= 8
    }.map(\.value)
  }

  /// What looks like a key, wherever it stands: people paste them into prompts, and agents read them out of files.
  private static func secrets(in exchange: StoredExchange) -> [String] {
    let messages = [exchange.request, exchange.response] + exchange.attempts.flatMap { [$0.request, $0.response] }
    var found: Set<String> = []
    for message in messages.compactMap(\.self) { found.formUnion(secrets(in: message.body)) }
    for call in exchange.calls { found.formUnion(secrets(in: Array(call.arguments.utf8))) }
    return Array(found)
  }

  static func secrets(in body: [UInt8]) -> Set<String> {
    var found: Set<String> = []
    for prefix in prefixes.map({ Array($0.utf8) }) {
      var position = 0
      while let start = body[position...].firstIndex(of: prefix[0]) {
        position = start + 1
        guard body[start...].starts(with: prefix), start == 0 || !isPart(body[start - 1]) else { continue }
        let tail = body[(start + prefix.count)...].prefix(while: isPart)
        guard tail.count >= shortest, tail.contains(where: { (0x30...0x39).contains($0) }) else { continue }
        let isScheme = prefix.last == 0x20
        found.insert(String(decoding: isScheme ? Array(tail) : prefix + tail, as: UTF8.self))
      }
    }
    return found
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "_-.".utf8.contains(byte)
  }
}
