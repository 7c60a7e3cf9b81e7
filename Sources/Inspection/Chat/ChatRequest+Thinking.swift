// SPDX-License-Identifier: Apache-2.0

extension ChatRequest {
  /// Whether the model will think before it answers: what the request says, else the model's habit.
  package func thinks(in bytes: borrowing Span<UInt8>, traits: ModelTraits) -> Bool {
    ThinkingSwitch(of: self, bytes).isOn ?? traits.thinks
  }
}
