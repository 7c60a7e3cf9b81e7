// SPDX-License-Identifier: Apache-2.0
import JSON

extension ChoiceSummary {
  /// Of leaked calls those that are none of the choice's own: what a vendor parsed and left as markup as well is not called twice.
  ///
  /// The same are those that say the same once they are mended, as the choice's own are already, and of the others those with the same id
  /// and name: of what a vendor changed as it parsed it, the model's own words are left. Each own call is the twin of one. Beside own
  /// calls, tokens that no call stands behind are none.
  ///
  /// - Parameter mend: mends a call; nil if it is not sound.
  func missing<Changes>(
    of leaked: [LeakedCall], mend: (inout AssembledCall) -> Changes?
  ) -> [(call: AssembledCall, changes: Changes?)] {
    var meanings: [SpokenCall: [Int]] = [:]
    for number in calls.indices.reversed() { meanings[SpokenCall(calls[number]), default: []].append(number) }
    var hasTwin = Array(repeating: false, count: calls.count)
    var missing: [(call: AssembledCall, changes: Changes?)] = []
    for leaked in leaked where calls.isEmpty || !leaked.isEmpty {
      var call = AssembledCall(leaked, choice: index)
      let changes = leaked.isComplete ? mend(&call) : nil
      if !calls.isEmpty, let number = meanings[SpokenCall(call)]?.popLast() {
        hasTwin[number] = true
      } else {
        missing.append((call, changes))
      }
    }
    guard !missing.isEmpty, hasTwin.contains(false) else { return missing }
    var ids: [[[UInt8]]: Int] = [:]
    for (number, call) in calls.enumerated() where !hasTwin[number] && !call.id.isEmpty { ids[[call.id, call.name], default: 0] += 1 }
    return missing.filter { call, _ in
      guard let count = ids[[call.id, call.name]], count > 0 else { return true }
      ids[[call.id, call.name]] = count - 1
      return false
    }
  }
}

/// The same tool with the same arguments is the same call, however they are spelled.
private struct SpokenCall: Hashable {
  private let name: [UInt8]
  private let arguments: JSONMeaning

  init(_ call: AssembledCall) {
    name = call.name
    // Who calls with nothing calls with no arguments.
    arguments = JSONMeaning(call.arguments.span.isBlank ? Array("{}".utf8) : call.arguments)
  }
}

extension LeakedCall {
  /// It begins, and says nothing.
  fileprivate var isEmpty: Bool { id.isEmpty && name.isEmpty && arguments.isEmpty }
}

extension AssembledCall {
  init(_ leaked: LeakedCall, choice: Int) {
    self.init(choice: choice, index: nil)
    id = leaked.id
    name = leaked.name
    arguments = leaked.arguments
    argumentsForm = .text
    quirks = []
    pieces = 1
  }
}
