// SPDX-License-Identifier: Apache-2.0

/// What a document may cost.
public struct JSONLimits: Equatable, Sendable {
  /// Deepest nesting of objects and arrays; more than ``maximumDepth`` counts as ``maximumDepth``.
  public var depth: Int
  /// Longest document, in bytes; more than ``maximumBytes`` counts as ``maximumBytes``.
  public var bytes: Int
  /// Most values and keys that a ``JSONIndex`` takes in, 16 bytes each.
  public var values: Int

  public static let maximumDepth = 1024
  /// 512 MiB less one byte, so that offsets and counts fit in the index.
  public static let maximumBytes = (1 << 29) - 1

  public init(depth: Int = 512, bytes: Int = 64 << 20, values: Int = .max) {
    self.depth = depth
    self.bytes = bytes
    self.values = values
  }
}

/// Which texts count as JSON.
public struct JSONDialect: Equatable, Sendable {
  /// Whether `NaN`, `Infinity` and `-Infinity` are numbers.
  public var allowsNonFinite: Bool

  public init(allowsNonFinite: Bool = false) {
    self.allowsNonFinite = allowsNonFinite
  }

  /// The standard.
  public static let rfc8259 = JSONDialect()
  /// What Python's `json.loads` accepts of a `str`, apart from its limits on depth and on the digits of an integer.
  public static let python = JSONDialect(allowsNonFinite: true)
}
