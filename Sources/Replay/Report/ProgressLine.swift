// SPDX-License-Identifier: Apache-2.0
package import Fidelity

/// How far a run is, in one line of at most 79 columns.
package struct ProgressLine: Sendable {
  /// Requests of the set; nil when that is not known beforehand.
  package let total: Int?
  package var done = 0
  /// Requests that a run before has answered; they count for the share, and for no rate.
  package var answered = 0
  package var failed = 0
  package var retries = 0
  /// By vendor ("" for the only one): how many requests may be in flight, where 429 has lowered that.
  package var limits: [String: Int] = [:]
  /// By vendor: how it agrees with the reference so far.
  package var scores: [String: Confusion] = [:]

  private static let barWidth = 24

  package init(total: Int?) { self.total = total }

  /// For a terminal: a bar, counts, rate and time left.
  package func bar(after elapsed: Duration) -> String {
    var parts: [String] = []
    if let total, total > 0 {
      let filled = min(Self.barWidth * (done + answered) / total, Self.barWidth)
      parts.append(String(repeating: "█", count: filled) + String(repeating: "░", count: Self.barWidth - filled))
      parts.append("\(done + answered)/\(total)")
    } else {
      parts.append("\(done) done")
    }
    parts.append(rate(after: elapsed))
    parts += errors + standing
    if let left = timeLeft(after: elapsed) { parts.append("\(left) left") }
    return String(parts.joined(separator: "  ").prefix(79))
  }

  /// For a log: the same in words.
  package func words(after elapsed: Duration) -> String {
    let share = total.map { $0 > 0 ? " of \($0) (\(100 * (done + answered) / $0) %)" : "" } ?? ""
    return (["\(done + answered)\(share)", rate(after: elapsed)] + errors + standing).joined(separator: ", ")
  }

  private var errors: [String] {
    var parts: [String] = []
    if failed > 0 { parts.append("\(failed) failed") }
    if retries > 0 { parts.append(retries == 1 ? "1 retry" : "\(retries) retries") }
    return parts
  }

  private var standing: [String] {
    let scores = self.scores.sorted { $0.key < $1.key }.compactMap { name, confusion in
      confusion.f1.map { "\(name.isEmpty ? "" : name + " ")F1 \(percent($0))" }
    }
    let limits = self.limits.sorted { $0.key < $1.key }.map { name, limit in
      "\(name.isEmpty ? "" : name + " ")slowed to \(limit)"
    }
    return scores + limits
  }

  private func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  private func rate(after elapsed: Duration) -> String {
    let seconds = elapsed / .seconds(1)
    guard seconds > 0 else { return "0.0/s" }
    let tenths = Int((Double(done) / seconds * 10).rounded())
    return tenths >= 1000 ? "\(tenths / 10)/s" : "\(tenths / 10).\(tenths % 10)/s"
  }

  /// As `m:ss` or `h:mm:ss`, at the rate so far.
  private func timeLeft(after elapsed: Duration) -> String? {
    guard let total, done > 0, done + answered < total else { return nil }
    let seconds = Int((elapsed / .seconds(1) * Double(total - done - answered) / Double(done)).rounded(.up))
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return seconds < 3600
      ? "\(seconds / 60):\(two(seconds % 60))"
      : "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}
