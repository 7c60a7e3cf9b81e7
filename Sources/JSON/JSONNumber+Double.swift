// SPDX-License-Identifier: Apache-2.0

extension JSONNumber {
  /// Whether whoever reads numbers as doubles, as JavaScript does, has this one to the last digit written: written by such a reader,
  /// it comes out as the same value.
  public var isHeldByDouble: Bool {
    let written = Decimal(text)
    // No double needs more to be told from its neighbours.
    guard written.digits.count <= 17 else { return false }
    guard !written.digits.isEmpty else { return true }
    guard let value = Double(text), value.isFinite, value != 0 else { return false }
    return Decimal(value.description) == written
  }
}
