// SPDX-License-Identifier: Apache-2.0
import Inspection
import Synchronization
package import Upstream

/// Looks at a vendor's answers as the proxy does, for all that is wrong with them besides what K2VV's verdict says.
package final class Inspector: Sendable {
  /// A set has few lists of tools, and many requests with each.
  private let tools = Mutex(ToolSetCache(schemas: SchemaCaches()))

  package init() {}

  /// One answer, yet to come; nil for a request that is no chat completion.
  /// - Parameter body: the request as it is sent.
  package func inspection(of body: [UInt8], isStream: Bool) -> AnswerInspection? {
    guard let request = try? ChatRequest(reading: body.span) else { return nil }
    let facts = tools.withLock { request.facts(in: body.span, tools: &$0) }
    return AnswerInspection(request: facts, isStream: isStream)
  }
}

/// One answer as it comes in.
package struct AnswerInspection: Sendable {
  private let request: RequestFacts
  private let isStream: Bool
  private var observer: ResponseObserver?

  fileprivate init(request: RequestFacts, isStream: Bool) {
    (self.request, self.isStream) = (request, isStream)
  }

  /// The next bytes of the body, uncompressed.
  package mutating func take(_ head: UpstreamHead, _ bytes: [UInt8]) {
    begin(head)
    observer?.feed(bytes.span)
  }

  /// The codes of the findings, each once, in their order; nil when there was no answer.
  /// - Parameters:
  ///   - head: nil when it never came, or has come with the first bytes.
  ///   - isComplete: the transport says that this was all.
  package mutating func codes(_ head: UpstreamHead? = nil, isComplete: Bool) -> [String]? {
    if let head { begin(head) }
    guard let summary = observer?.finish(isComplete ? .complete : .cut) else { return nil }
    var codes: [String] = []
    for finding in summary.findings where !codes.contains(finding.code) { codes.append(finding.code) }
    return codes
  }

  private mutating func begin(_ head: UpstreamHead) {
    guard observer == nil else { return }
    let format = ResponseFormat(contentType: head.headers["content-type"], isStreamRequested: isStream)
    observer = ResponseObserver(format: format, status: head.status, request: request)
  }
}
