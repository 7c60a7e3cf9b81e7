// SPDX-License-Identifier: Apache-2.0
import Fidelity
import JSON
import Store

/// What goes out of an exchange before it is sent to somebody else, beyond what the store has never had.
enum BundleRedaction {
  /// Who the client is, and where.
  static let headers = [
    "x-forwarded-*", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip", "via", "host", "openai-organization",
    "openai-project", "user-agent",
  ]

  /// How keys of well-known services begin, where nothing else does: they count wherever they stand.
  private static let distinctive = [
    "ghp_", "gho_", "ghu_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xoxa-", "AKIA", "AIza", "gsk_", "nvapi-", "sk-proj-", "sk-ant-api",
    "sk-or-v1-", "sk-svcacct-", "eyJhbGciOi",
  ]

  /// Those that are found in words (`disk-`, `highs_`, `network_live_`): they count where one begins.
  private static let others = [
    "sk-", "sk_", "pk_live_", "rk_live_", "ghs_", "ASIA", "fw_", "fpk_", "hf_", "tgp_", "Bearer ",
  ]

  /// What follows a prefix is a key from this length on.
  private static let shortest = 16

  static func apply(_ redaction: Redaction, to exchange: StoredExchange, environment: [String: String]) -> StoredExchange {
    var (redaction, exchange) = (redaction, exchange)
    redaction.secrets += secrets(in: environment)
    let found = secrets(in: exchange)
    // Strangers chose these, and how many there are: of too many no more is looked at than of a record's own, and what is left is taken out.
    if Redaction.areTooMany(found) { exchange.secrets += found } else { redaction.secrets += found }
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
    let compared = exchange.comparisons.flatMap { $0.answer.calls + $0.other.calls }
    // Bodies need not have been kept: what repeats of them was is looked at too.
    var texts = exchange.calls.flatMap { [$0.name, $0.id, $0.arguments, $0.violations] } + exchange.findings.flatMap { [$0.path, $0.message] }
    texts += exchange.edits.flatMap { [$0.pointer, $0.before, $0.after] } + exchange.repairs.flatMap { [$0.path, $0.before, $0.after] }
    texts += [exchange.path, exchange.model, exchange.finishReason, exchange.firstFinishReason, exchange.error]
    texts += exchange.attempts.flatMap { [$0.model, $0.finishReason, $0.error] }
    var found: Set<String> = []
    for message in messages.compactMap(\.self) {
      found.formUnion(secrets(in: message.body))
      // As UTF-16 writes them.
      if message.body.contains(0) { found.formUnion(secrets(in: message.body.filter { $0 != 0 })) }
      // A stream, or the parts of a message, may have a key in pieces.
      for said in MessageTexts(message.body).bytes { found.formUnion(secrets(in: said)) }
      texts += message.headers.flatMap { [$0.name, $0.value] }
    }
    for call in compared { found.formUnion(secrets(in: call.name).union(secrets(in: call.arguments))) }
    for text in texts { found.formUnion(secrets(in: Array(text.utf8))) }
    return Array(found)
  }

  private static func secrets(in body: [UInt8]) -> Set<String> {
    secrets(in: body, after: distinctive) { _ in true }.union(secrets(in: body, after: others) { isBeginning($0, of: body) })
      .union(PrivateKeys.lines(in: body))
  }

  private static func secrets(in body: [UInt8], after prefixes: [String], where counts: (Int) -> Bool) -> Set<String> {
    var found: Set<String> = []
    for prefix in prefixes.map({ Array($0.utf8) }) {
      var position = 0
      while let start = body[position...].firstIndex(of: prefix[0]) {
        position = start + 1
        guard body[start...].starts(with: prefix), counts(start) else { continue }
        let tail = body[(start + prefix.count)...].prefix(while: isPart)
        // What begins within it is a part of it, and shorter: a text that repeats a prefix is read once, not once a prefix.
        position = tail.endIndex
        guard tail.count >= shortest, tail.contains(where: { (0x30...0x39).contains($0) }) else { continue }
        let isScheme = prefix.last == 0x20
        found.insert(String(decoding: isScheme ? Array(tail) : prefix + tail, as: UTF8.self))
      }
    }
    return found
  }

  /// Whether a word may begin at `start`: not behind a part of one, but behind an escape, which ends in what looks like a part.
  private static func isBeginning(_ start: Int, of body: [UInt8]) -> Bool {
    guard start > 0, isPart(body[start - 1]) else { return true }
    func ends(_ escape: String, digits: Int) -> Bool {
      let begin = start - digits - escape.utf8.count
      return begin >= 0 && body[begin...].starts(with: escape.utf8) && body[start - digits..<start].allSatisfy(isHexDigit)
    }
    let isLetter = (0x41...0x5A).contains(body[start - 1] & 0xDF)
    // In JSON, of whatever depth, in a URL, and as Python writes bytes.
    return isLetter && start > 1 && body[start - 2] == UInt8(ascii: "\\") || ends("\\u", digits: 4) || ends("%", digits: 2)
      || ends("\\x", digits: 2)
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "_-.".utf8.contains(byte)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte & 0xDF)
  }
}
