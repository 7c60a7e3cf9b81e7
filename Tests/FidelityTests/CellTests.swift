// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Testing

@Suite struct CellTests {
  @Test("A request falls into K2VV's cell by the raw finish reasons", arguments: [
    ("tool_calls", "tool_calls", "TP"), ("tool_calls", "stop", "FP"), ("tool_calls", "length", "FP"),
    ("stop", "tool_calls", "FN"), ("length", "tool_calls", "FN"), ("content_filter", "tool_calls", "FN"),
    ("stop", "stop", "TN"), ("stop", "length", "TN"), ("function_call", "stop", "TN"), ("TOOL_CALLS", "tool_calls", "FN"),
  ])
  func cells(_ vendor: String, _ reference: String, _ cell: String) {
    #expect(Cell(vendor: Finish(reason: vendor), reference: Finish(reason: reference))?.rawValue == cell)
  }

  @Test("A side without an answer is left out, or called nothing, as asked", arguments: [nil, ""])
  func missing(_ reason: String?) {
    let none = Finish(reason: reason)
    #expect(Cell(vendor: none, reference: .toolCalls) == nil && Cell(vendor: .stop, reference: none) == nil)
    #expect(Cell(vendor: none, reference: .toolCalls, missing: .negative) == .falseNegative)
    #expect(Cell(vendor: .toolCalls, reference: none, missing: .negative) == .falsePositive)
    #expect(Cell(vendor: none, reference: none, missing: .negative) == .trueNegative)
  }

  @Test func theMeasuresFollowTheReadmesFormulas() {
    let confusion = Confusion(truePositives: 60, falsePositives: 20, falseNegatives: 15, trueNegatives: 900)
    #expect(confusion.precision == 0.75 && confusion.recall == 0.8)
    #expect(isClose(confusion.f1 ?? 0, 2 * 0.75 * 0.8 / (0.75 + 0.8)))
    #expect(confusion.comparisons == 995 && confusion.agreement == Agreement(successes: 60, failures: 35))
  }

  @Test func nothingIsDividedByNothing() {
    let none = Confusion()
    #expect(none.precision == nil && none.recall == nil && none.f1 == nil && OutcomeCounts().schemaAccuracy == nil)
    var silent = Confusion()
    silent.add(.trueNegative)
    #expect(silent.f1 == nil && silent.comparisons == 1)
    let opposite = Confusion(truePositives: 0, falsePositives: 3, falseNegatives: 4, trueNegatives: 0)
    #expect(opposite.f1 == 0 && opposite.precision == 0)
    let perfect = Confusion(truePositives: 9, falsePositives: 0, falseNegatives: 0, trueNegatives: 0)
    #expect(perfect.f1 == 1)
  }

  @Test func aToolCallingAnswerThatNobodyFoundValidIsASchemaError() {
    var counts = OutcomeCounts()
    counts.add(.toolCalls, isValid: true)
    counts.add(.toolCalls, isValid: false)
    counts.add(.stop, isValid: true)
    counts.add(.other("length"), isValid: false)
    counts.add(.none, isValid: false)
    counts.addFailure()
    #expect(counts.schemaErrors == 1 && counts.schemaAccuracy == 0.5 && counts.othersCount == 1)
    #expect(counts.answered == 5 && counts.failed == 1)
  }
}
