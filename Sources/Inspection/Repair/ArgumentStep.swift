// SPDX-License-Identifier: Apache-2.0

/// One change to a call's arguments on the way to what is valid.
struct ArgumentStep: Equatable, Sendable {
  var rule: RepairRule
  /// JSON Pointer to the value that was changed; "" for the text as a whole.
  var path = ""
  /// Bytes of the value, or the whole text. Nothing after: the value went, and its key with it.
  var before: [UInt8]
  var after: [UInt8]
}

/// Arguments, and how they came to be.
struct MendedText: Equatable, Sendable {
  var text: [UInt8]
  var steps: [ArgumentStep] = []
}
