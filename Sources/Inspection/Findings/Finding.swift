// SPDX-License-Identifier: Apache-2.0

/// Something wrong with a request or a response, and where. A finding changes nothing: it is for people, logs and
/// policies.
package struct Finding: Equatable, Sendable {
  package var kind: FindingKind
  /// The choice it is about, if it is about one.
  package var choice: Int?
  /// Which call of that choice, counted from 0 in the order of appearance.
  package var call: Int?
  /// JSON Pointer: into the request for findings about it, into the arguments for violations of a schema.
  package var path: String?
  /// The offending bytes of the arguments, for findings about them.
  package var range: Range<Int>?
  /// One sentence: what was seen, and what it means if that is not plain.
  package var message: String

  package init(
    _ kind: FindingKind, choice: Int? = nil, call: Int? = nil, path: String? = nil, range: Range<Int>? = nil,
    _ message: String
  ) {
    self.kind = kind
    self.choice = choice
    self.call = call
    self.path = path
    self.range = range
    self.message = message
  }

  /// The stable dotted code, e.g. `call.unknown_tool`.
  package var code: String { kind.rawValue }
}
