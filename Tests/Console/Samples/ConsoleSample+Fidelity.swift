// SPDX-License-Identifier: Apache-2.0
import Fidelity
package import Store

/// A week of comparisons: `fireworks` served the model well for four days and badly since, `novita` is faithful, `young` is new.
extension ConsoleSample {
  package static let reference = "moonshot"
  package static let gatedModel = "kimi-k2-0905"
  private static let day: Int64 = 86_400_000

  package static func comparisons(before now: Int64) -> [StoredComparison] {
    var random = Draw()
    var rows: [StoredComparison] = []
    func add(_ count: Int, _ vendor: String, from start: Int64, to end: Int64, agreeing share: Double, kind: StoredComparison.Kind = .vendor) {
      for number in 0..<count {
        let agrees = random.next() < share
        let (mine, its) = agrees ? (true, random.next() < 0.7) : random.next() < 0.5 ? (true, false) : (false, true)
        let time = start + (end - start) * Int64(number) / Int64(count)
        rows.append(comparison(vendor, at: time, calls: agrees && !its ? false : mine, reference: its, number, kind: kind))
      }
    }
    add(600, "fireworks", from: now - 6 * day, to: now - 2 * day, agreeing: 0.93)
    add(400, "fireworks", from: now - 2 * day, to: now - 60_000, agreeing: 0.5)
    add(700, "novita", from: now - 6 * day, to: now - 60_000, agreeing: 0.95)
    add(60, "young", from: now - day, to: now - 60_000, agreeing: 0.8)
    add(200, reference, from: now - 6 * day, to: now - 60_000, agreeing: 0.85, kind: .reference)
    rows.sort { $0.time < $1.time }
    return rows + [onViolation(at: now - 2000)]
  }

  /// What the reference answered to ``violation(at:)``: the same call with other arguments.
  package static func onViolation(at milliseconds: Int64) -> StoredComparison {
    func side(_ arguments: String, isValid: Bool, tokens: Int) -> Side {
      Side(
        judged: .toolCalls, calls: [ToolCall(name: "get_weather", arguments: arguments, isValid: isValid)], promptTokens: tokens)
    }
    return StoredComparison(
      time: milliseconds, exchange: id(violationID, at: milliseconds), vendor: "fireworks", model: gatedModel, reference: reference,
      conversation: "c0ffee", answer: side(arguments, isValid: false, tokens: 1207),
      other: side(#"{"city":"Zürich","days":3,"note":"\#(script.replacing("\"", with: "\\\""))"}"#, isValid: true, tokens: 1201))
  }

  private static func comparison(
    _ vendor: String, at time: Int64, calls: Bool, reference its: Bool, _ number: Int, kind: StoredComparison.Kind
  ) -> StoredComparison {
    func side(_ calls: Bool, _ value: Int, tokens: Int) -> Side {
      let call = ToolCall(name: number % 3 == 0 ? "search" : "read_file", arguments: "{\"limit\":\(value)}", isValid: number % 25 != 0)
      return calls ? Side(judged: .toolCalls, calls: [call], promptTokens: tokens) : Side(.stop, promptTokens: tokens)
    }
    return StoredComparison(
      time: time, kind: kind, vendor: vendor, model: gatedModel, reference: reference, conversation: String(number, radix: 16),
      answer: side(calls, number % 9 == 0 ? 1 : 2, tokens: 900 + number % 2), other: side(its, 2, tokens: 900))
  }

  /// Chance without chance: the same week in every test.
  private struct Draw {
    var state: UInt64 = 6
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) * 0x1p-53
    }
  }
}
