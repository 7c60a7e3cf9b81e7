// SPDX-License-Identifier: Apache-2.0

/// Of the requests on which both sides called tools: on how many they asked for the same. Stricter than F1, and no part
/// of it. The reference differs from itself here too, so read it beside the reference's own figure.
package struct PayloadAgreement: Mergeable, Hashable {
  /// Requests on which both called.
  package var bothCalled = 0
  /// Those with the same set of tools.
  package var sameTools = 0
  /// Those with the same number of calls.
  package var sameNumber = 0
  /// Those in which each call has its equal on the other side.
  package var sameArguments = 0
  /// Calls matched with one of the same tool.
  package var matchedCalls = 0
  /// Those with equal arguments.
  package var equalCalls = 0

  package init() {}

  package mutating func add(_ comparison: PayloadComparison) {
    bothCalled += 1
    if comparison.isSameTools { sameTools += 1 }
    if comparison.isSameNumber { sameNumber += 1 }
    if comparison.isSameArguments { sameArguments += 1 }
    matchedCalls += comparison.matchedCalls
    equalCalls += comparison.equalCalls
  }

  package mutating func merge(_ other: PayloadAgreement) {
    bothCalled += other.bothCalled
    sameTools += other.sameTools
    sameNumber += other.sameNumber
    sameArguments += other.sameArguments
    matchedCalls += other.matchedCalls
    equalCalls += other.equalCalls
  }
}
