// SPDX-License-Identifier: Apache-2.0
import JSON

/// Token counts of an answer that took more than one attempt: the sum of them all, and a mark that says so.
///
///     "usage": {"prompt_tokens": 240, "completion_tokens": 61, "total_tokens": 301,
///               "x_belay": {"attempts": 2, "attempts_with_usage": 2}}
///
/// An attempt that was stopped early told no counts; that is why both numbers stand there.
package struct UsageMark: Equatable, Sendable {
  /// What the earlier attempts told; nil for one that told nothing.
  package var earlier: [Usage?]

  package init(earlier: [Usage?]) { self.earlier = earlier }

  /// The changes to the `usage` object of the last attempt.
  func edit(_ usage: JSONIndex.Node, _ edits: inout MemberEdits, of index: JSONIndex, _ bytes: borrowing Span<UInt8>) {
    guard index.kind(usage) == .object else { return }
    let told = earlier.compactMap { $0 }
    func sum(_ key: StaticString, _ part: (Usage) -> Int?) -> Int {
      let last = index.value(key, in: usage, of: bytes).flatMap { Usage.believed(index.integer($0, of: bytes)) } ?? 0
      return told.reduce(last) { $0 + (part($1) ?? 0) }
    }
    let prompt = sum("prompt_tokens", \.prompt)
    let completion = sum("completion_tokens", \.completion)
    edits.set("prompt_tokens", to: Array(String(prompt).utf8), in: usage, of: index, bytes)
    edits.set("completion_tokens", to: Array(String(completion).utf8), in: usage, of: index, bytes)
    edits.set("total_tokens", to: Array(String(prompt + completion).utf8), in: usage, of: index, bytes)
    let mark = #"{"attempts":\#(earlier.count + 1),"attempts_with_usage":\#(told.count + 1)}"#
    edits.set("x_belay", to: Array(mark.utf8), in: usage, of: index, bytes)
  }
}
