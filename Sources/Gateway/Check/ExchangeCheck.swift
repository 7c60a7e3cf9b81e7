// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Inspection
import JSON

/// What `belay check exchange` says of a request and its response, offline: everything that inspection would have seen, what
/// would have been changed in the request, and what repairs would have made of the answer.
package struct ExchangeCheck: Sendable {
  /// As an exit code: 0 fine, 1 the answer cannot be used as it is, 2 an input cannot be read.
  package enum Outcome: Int32, Sendable { case fine = 0, unusable = 1, unreadable = 2 }

  package private(set) var outcome = Outcome.fine
  package private(set) var model = ""
  package private(set) var generation = Generation.k2
  package private(set) var toolCount = 0
  /// Of the request.
  package private(set) var edits: [RequestEdit] = []
  package private(set) var requestFindings: [Finding] = []
  /// Of the response as it came, and as repairs would make it; nil without a response.
  package private(set) var response: ResponseSummary?
  package private(set) var mended: ResponseSummary?
  package private(set) var repairs: [Repair] = []
  /// Why the request cannot be read.
  package private(set) var problem: String?

  private let policy: Policy

  /// - Parameters:
  ///   - request: the body of a chat-completions request.
  ///   - response: the body of its response, JSON or an event stream: told apart by how it begins.
  ///   - configuration: whose rules hold; its first vendor is taken for the one that answered.
  package init(request: [UInt8], response: [UInt8]?, _ configuration: BelayConfiguration, vendor: Vendor) {
    let view: ChatRequest
    do {
      view = try ChatRequest(reading: request.span)
    } catch {
      policy = configuration.policy(vendor: vendor, model: "")
      problem = "\(error)"
      outcome = .unreadable
      return
    }
    model = view.model ?? ""
    policy = configuration.policy(vendor: vendor, model: model)
    generation = policy.generation
    let facts = view.facts(in: request.span, caches: SchemaCaches())
    toolCount = facts.tools.count
    read(view, request, facts)
    if let response { judge(response, facts, isStream: view.isStream) }
  }

  private mutating func read(_ view: ChatRequest, _ request: [UInt8], _ facts: RequestFacts) {
    let target = RequestTarget(generation: policy.generation, profile: policy.profile, traits: policy.traits)
    var cache = ReasoningCache(capacity: 0)
    let normalization = normalize(
      view, in: request.span, for: target, rules: policy.profile.normalize, reasoning: &cache, owner: 0)
    edits = normalization.edits
    requestFindings = Inspection.requestFindings(
      of: view, in: request.span, for: target, tools: facts.tools, normalization: normalization)
  }

  private mutating func judge(_ response: [UInt8], _ facts: RequestFacts, isStream: Bool) {
    let format: ResponseFormat = Self.isObject(response) ? .json : isStream || Self.isStream(response) ? .eventStream : .json
    var observer = ResponseObserver(format: format, request: facts, options: .keepsText)
    observer.feed(response.span)
    let summary = observer.finish(.complete)
    self.response = summary
    let (mended, repairs) = summary.repaired(
      with: policy.enforce.repairs, request: facts, ids: policy.ids(facts))
    self.mended = mended
    self.repairs = repairs
    if summary.findings.contains(where: { isUnusable($0, in: summary) }) { outcome = .unusable }
  }

  /// Whether a finding makes an answer one that `enforce` does not pass on.
  package func isUnusable(_ finding: Finding, in summary: ResponseSummary) -> Bool {
    policy.action(for: finding, in: summary) == .retry
  }

  /// A JSON document begins with a brace, an event stream with a field or a comment.
  private static func isObject(_ bytes: [UInt8]) -> Bool {
    bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
  }

  private static func isStream(_ bytes: [UInt8]) -> Bool {
    let start = bytes.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
    return ["data:", ":", "event:", "id:", "retry:"].contains { start.starts(with: $0.utf8) }
  }
}
