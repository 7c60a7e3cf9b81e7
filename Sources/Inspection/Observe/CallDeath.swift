// SPDX-License-Identifier: Apache-2.0

/// A call that can no longer become valid, noticed while it streams. It may be noticed late, never wrongly; only a repair can
/// still save the call.
package struct CallDeath: Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    /// No declared tool is meant, nor one that the name could be mended to.
    case unknownTool
    /// The arguments are not JSON.
    case syntax
    /// The schema forbids the arguments: where in the schema.
    case violation(schemaPath: String)
  }

  /// The choice's index.
  package var choice: Int
  /// Which call of that choice, counted from 0 in the order of appearance.
  package var call: Int
  /// The byte of the arguments that made it impossible; 0 for an unknown tool.
  package var offset: Int
  package var reason: Reason
  /// Where the call is in the observer's `calls`.
  package var position: Int

  package init(choice: Int, call: Int, offset: Int, reason: Reason, position: Int) {
    self.choice = choice
    self.call = call
    self.offset = offset
    self.reason = reason
    self.position = position
  }
}
