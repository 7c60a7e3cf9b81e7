// SPDX-License-Identifier: Apache-2.0

/// `history.foreign_id` (Q1).
func detectForeignIDs(_ normalization: Normalization, _ target: RequestTarget, _ findings: inout [Finding]) {
  var first: RequestEdit?
  var count = 0
  for edit in normalization.edits {
    guard case .callID = edit.field else { continue }
    first = first ?? edit
    count += 1
  }
  guard let first else { return }
  let calls = counted(count, "a tool call has", "tool calls have")
  let sample = first.before.isEmpty ? "no id" : excerpt(first.before.span, limit: 80)
  let message =
    target.generation == .k3
    ? "\(calls) no id, or that of another call of the turn: results cannot be told apart"
    : "\(calls) an id that is not functions.{name}:{n} in its place (\(sample)): the model reads names from ids"
  findings.append(Finding(.foreignHistoryID, path: first.path, message))
}
