// SPDX-License-Identifier: Apache-2.0

/// A tool call as it was found in text, in the model's own tokens.
package struct LeakedCall: Equatable, Sendable {
  /// K2: the id that the model wrote, such as `functions.search:2`. K3 writes none: empty.
  package var id: [UInt8] = []
  /// The tool, as far as the markup tells. Not necessarily a declared one.
  package var name: [UInt8] = []
  /// UTF-8. K2: as the model wrote them; K3: JSON made of its typed tags.
  package var arguments: [UInt8] = []
  /// The markup says that this was all, or the arguments are a whole JSON value. Nothing may be made of any other.
  package var isComplete = false

  package init() {}

  package init(id: [UInt8], name: [UInt8], arguments: [UInt8], isComplete: Bool) {
    self.id = id
    self.name = name
    self.arguments = arguments
    self.isComplete = isComplete
  }
}
