// SPDX-License-Identifier: Apache-2.0

/// Why a schema cannot be used. It is the fault of whoever wrote the schema, never of the instance.
public enum SchemaError: Error, Sendable, Equatable {
  /// Not JSON.
  case syntax(SyntaxProblem)
  /// JSON, but not a schema: what its metaschema finds, the first thing first.
  case invalid([Violation])
  /// A pattern that its dialect does not allow, or that is too large, at a place in the schema.
  case pattern(path: String, message: String)
  /// Larger or deeper than `SchemaLimits` allow, as text, in its patterns when they are compiled, or in its addresses.
  case tooLarge(limit: Int)
}

extension SchemaError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let problem): "the schema is not JSON: \(problem)"
    case .invalid(let violations):
      "not a valid schema: " + (violations.first?.message ?? "it does not match its metaschema")
    case .pattern(let path, let message): "`\(path)` cannot be used as a pattern: \(message)"
    case .tooLarge(let limit): "the schema, its patterns when compiled, or its addresses are larger or deeper than \(limit)"
    }
  }
}
