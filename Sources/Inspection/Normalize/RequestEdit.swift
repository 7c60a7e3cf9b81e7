// SPDX-License-Identifier: Apache-2.0
package import JSON

/// One change of one field of a request: a value replaced, a member added or a member taken out.
package struct RequestEdit: Equatable, Sendable {
  package enum Field: Equatable, Sendable {
    case callID(message: Int, call: Int)
    case resultID(message: Int)
    /// `key` of the request itself.
    case member(key: String)
    /// `key` of `object`, which is a member of the request.
    case inner(object: String, key: String)
    case messageMember(message: Int, key: String)
  }

  package var field: Field
  package var edit: JSONEdit
  /// The field's value as it was, as JSON; empty when the field was missing.
  package var before: [UInt8]
  /// The field's new value, as JSON; empty when the field was taken out.
  package var after: [UInt8]
  /// Why it was made; nil for ids, which is no rule that a vendor's profile turns on.
  package var rule: VendorProfile.RequestRule?

  package init(
    field: Field, edit: JSONEdit, before: [UInt8], after: [UInt8], rule: VendorProfile.RequestRule? = nil
  ) {
    self.field = field
    self.edit = edit
    self.before = before
    self.after = after
    self.rule = rule
  }

  /// The rule's name for reports: `ids`, or the word of `normalize` in a vendor's entry.
  package var ruleName: String { rule?.rawValue ?? "ids" }

  /// JSON Pointer to the field, in the request before or after the edit, wherever it is.
  package var path: String {
    switch field {
    case .callID(let message, let call): "/messages/\(message)/tool_calls/\(call)/id"
    case .resultID(let message): "/messages/\(message)/tool_call_id"
    case .member(let key): "/\(key)"
    case .inner(let object, let key): "/\(object)/\(key)"
    case .messageMember(let message, let key): "/messages/\(message)/\(key)"
    }
  }
}
