// SPDX-License-Identifier: Apache-2.0

/// Collects findings for the choice and the call at hand.
struct FindingReport {
  private(set) var findings: [Finding] = []
  var choice: Int?
  var call: Int?

  mutating func add(_ kind: FindingKind, path: String? = nil, range: Range<Int>? = nil, _ message: String) {
    findings.append(Finding(kind, choice: choice, call: call, path: path, range: range, message))
  }
}

extension ResponseSummary {
  /// Every detector, in the order of the findings: the calls of each choice, the choice, the response. Calls have their
  /// verdicts from `judge(against:)`.
  package func inspected(against request: RequestFacts) -> [Finding] {
    var report = FindingReport()
    for choice in choices {
      report.choice = choice.index
      var ids: Set<[UInt8]> = []
      for (number, call) in choice.calls.enumerated() {
        report.call = number
        let isRepeated = choice.calls.count > 1 && !ids.insert(call.id).inserted
        detectIDs(of: call, isRepeated: isRepeated, request, &report)
        detectIndex(of: call, &report)
        detectType(of: call, &report)
        detectName(of: call, request, &report)
        detectDelivery(of: call, in: self, request, &report)
        detectArguments(of: call, request, &report)
        detectSchemaViolations(of: call, &report)
      }
      report.call = nil
      detectFinish(of: choice, in: self, &report)
      if !request.allowsNothing { detectEmptyCompletion(of: choice, in: self, &report) }
      detectLeakedMarkup(in: choice, &report)
      detectTextArtefacts(in: choice, &report)
    }
    report.choice = nil
    detectNoChoices(in: self, &report)
    detectRefusal(self, &report)
    detectBrokenStream(self, &report)
    detectBrokenBody(self, &report)
    detectDialect(self, request, &report)
    detectLegacyCall(self, request, &report)
    return report.findings
  }
}
