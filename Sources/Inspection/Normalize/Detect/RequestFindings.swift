// SPDX-License-Identifier: Apache-2.0
import JSON

/// Everything wrong with a request on its way to `target`: all findings `history.*`, `request.*` and `schema.*`, in a fixed order.
/// Each kind is reported once, with the first place and how many there are; those about a tool once for each tool.
///
/// What concerns the declared tools alone is looked at once for each ``ToolSet``.
///
/// - Parameters:
///   - tools: those of this request, from its ``RequestFacts``.
///   - normalization: what ``normalize(_:in:for:rules:reasoning:owner:)`` made of the same bytes.
package func requestFindings(
  of request: ChatRequest, in bytes: borrowing Span<UInt8>, for target: RequestTarget, tools: ToolSet,
  normalization: Normalization
) -> [Finding] {
  var findings = normalization.findings
  let isKimi = target.generation != .other
  if isKimi {
    detectForeignIDs(normalization, target, &findings)
    detectUndeclaredTools(request, tools, &findings, bytes)
    detectContent(request, &findings, bytes)
    detectMissingReasoning(request, target, &findings, bytes)
    detectMessageNames(request, target, &findings, bytes)
    detectMisplacedTools(request, target, &findings, bytes)
    detectParallelCalls(request, &findings, bytes)
  }
  detectInputRole(request, &findings, bytes)
  detectToolChoice(request, target, &findings, bytes)
  detectStrict(request, target, &findings, bytes)
  detectBuiltins(request, target, &findings, bytes)
  detectPartial(request, target, &findings, bytes)
  detectSampling(request, target, &findings, bytes)
  detectThinking(request, target, &findings, bytes)
  for finding in tools.findings(making: { detectDeclarations(request, tools, bytes) })
  where isKimi || !aboutKimi.contains(finding.kind) {
    findings.append(finding)
  }
  return findings
}

/// What another family of models may well take.
private let aboutKimi: Set<FindingKind> = [.tooManyTools, .unsafeToolName, .foreignSchema]

extension [Finding] {
  /// Adds one finding for all of `places`, at the first of them.
  mutating func add(_ kind: FindingKind, _ places: [String], _ message: (_ count: Int) -> String) {
    guard let first = places.first else { return }
    append(Finding(kind, path: first, message(places.count)))
  }
}

/// "the message" or "3 messages": what a finding about several places begins with.
func counted(_ count: Int, _ one: String, _ many: String) -> String { count == 1 ? one : "\(count) \(many)" }
