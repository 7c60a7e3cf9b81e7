// SPDX-License-Identifier: Apache-2.0

/// One exchange as it is kept: what is listed and filtered by, then what belongs to it.
///
/// Plain values: whoever records maps its own types to these once, when the exchange has ended. Durations are nanoseconds
/// since the request's head arrived. What is unknown is nil or empty, never a guess.
package struct StoredExchange: Sendable, Equatable {
  /// A ULID: its first ten characters are the time, so that ids sort by it. Anything else is dropped and counted.
  package var id: String
  /// Milliseconds since the Unix epoch, as in the id.
  package var startedAt: Int64
  package var method = "POST"
  package var path = ""
  /// The vendor that answered the client; empty where none was chosen.
  package var vendor = ""
  /// As the client named it.
  package var model = ""
  /// `observe`, `annotate` or `enforce`; empty where the exchange passed through without a look.
  package var mode = ""
  /// The status that the client received; 0 where it received none.
  package var status = 0
  /// `completed`, `refused`, `broken` or `abandoned`.
  package var outcome = StoredExchange.ordinaryOutcome
  /// Belay's own error code, or why the vendor's answer broke off; empty where all went well.
  package var error = ""
  /// Whose fault `error` is: `client`, `vendor`, `belay`.
  package var fault = ""
  /// What inspection concluded: ``ordinaryVerdict`` where nothing is wrong, empty where it did not look.
  package var verdict = ""
  package var isInspected = false
  package var isStream = false

  /// The vendor's own finish reason in the first attempt, which is what K2VV counts.
  package var firstFinishReason = ""
  /// The finish reason that the client got.
  package var finishReason = ""
  /// Tool calls in the answer that the client got.
  package var callCount = 0
  /// Calls of the first attempt that K2VV's script would pass, and how many it would look at; 0 of 0 without calls.
  package var k2vvValidCalls = 0
  package var k2vvCheckedCalls = 0
  /// Calls of the client's answer that are valid by the careful verdict.
  package var validCalls = 0
  package var idsRewritten = 0

  package var tokens = StoredTokens()
  package var requestBytes = 0
  package var responseBytes = 0
  package var firstByteNanoseconds: Int64?
  package var firstTokenNanoseconds: Int64?
  package var totalNanoseconds: Int64 = 0
  /// What Belay itself added.
  package var overheadNanoseconds: Int64?

  package var attempts: [StoredAttempt] = []
  package var findings: [StoredFinding] = []
  package var edits: [StoredEdit] = []
  package var repairs: [StoredRepair] = []
  package var calls: [StoredCall] = []
  /// What its shadows showed. Read, not written: each comes with ``StoreWriter/offer(comparisons:)``, later.
  package var comparisons: [StoredComparison] = []
  /// What the client sent.
  package var request: StoredMessage?
  /// What the client received; nil where it is the last attempt's response, byte for byte, or nothing. See ``receivedResponse``.
  package var response: StoredMessage?
  /// Keys of the exchange's own, for the writer to look for in all of it. Never written.
  package var secrets: [String] = []

  package init(id: String, startedAt: Int64) {
    self.id = id
    self.startedAt = startedAt
  }

  package static let ordinaryOutcome = "completed"
  package static let ordinaryVerdict = "valid"

  /// What the client received, where bodies are kept. An answer that was refused, or that the client did not wait for, is its
  /// attempt's only.
  package var receivedResponse: StoredMessage? {
    response ?? (responseBytes > 0 || outcome == Self.ordinaryOutcome ? attempts.last?.response : nil)
  }

  /// Who was asked first: not always who answered.
  package var firstVendor: String { attempts.count > 1 ? attempts[0].vendor : vendor }

  /// Whose answer a finding tells of.
  func vendor(of finding: StoredFinding) -> String {
    guard attempts.count > 1, let number = finding.attempt, attempts.indices.contains(number) else { return vendor }
    return attempts[number].vendor
  }

  /// How often a vendor was asked again.
  package var retries: Int { max(0, attempts.count - 1) }

  /// Whether `BodyKeeping.failures` keeps its bodies: it ended badly, or somebody will want to look at why.
  package var isFailure: Bool {
    status >= 400 || outcome != Self.ordinaryOutcome || !error.isEmpty || retries > 0 || !repairs.isEmpty
      || !(verdict.isEmpty || verdict == Self.ordinaryVerdict)
      || validCalls < callCount || k2vvValidCalls < k2vvCheckedCalls
      || findings.contains { $0.severity != .info }
  }

  /// What the queue counts against its limit: text and bodies, and a flat sum for the rest.
  package var queuedBytes: Int {
    var sum = 1024 + (request?.heldBytes ?? 0) + (response?.heldBytes ?? 0)
    for attempt in attempts { sum += 256 + (attempt.request?.heldBytes ?? 0) + (attempt.response?.heldBytes ?? 0) }
    for call in calls { sum += 128 + call.name.utf8.count + call.id.utf8.count + call.arguments.utf8.count + call.violations.utf8.count }
    for edit in edits { sum += 64 + edit.before.utf8.count + edit.after.utf8.count }
    for repair in repairs { sum += 64 + repair.before.utf8.count + repair.after.utf8.count }
    for finding in findings { sum += 64 + finding.message.utf8.count + finding.path.utf8.count }
    for secret in secrets { sum += 16 + secret.utf8.count }
    return sum
  }
}

/// As the vendor counted them.
package struct StoredTokens: Sendable, Equatable {
  package var input: Int?
  package var output: Int?
  /// The part of `input` that came from the vendor's cache.
  package var cached: Int?
  /// The part of `output` that was reasoning.
  package var reasoning: Int?

  package init(input: Int? = nil, output: Int? = nil, cached: Int? = nil, reasoning: Int? = nil) {
    self.input = input
    self.output = output
    self.cached = cached
    self.reasoning = reasoning
  }
}
