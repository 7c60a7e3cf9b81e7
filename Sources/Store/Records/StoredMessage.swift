// SPDX-License-Identifier: Apache-2.0

/// A request or response as it went over the wire: header fields in order, and the body.
package struct StoredMessage: Sendable, Equatable {
  package struct Header: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package var headers: [Header]
  package var body: [UInt8]
  /// Offsets in `body`, ascending, where a message of the conversation begins, and where the last one has ended. They cut
  /// the body where the next turn's body will agree with it. Empty: the content itself decides where to cut.
  package var boundaries: [Int]
  /// What a person would read in the body, for search: a stream's text arrives in pieces that no search would find. Not
  /// kept apart from the index; nil where the body itself is to be searched.
  package var text: String?
  /// How many bytes of the body the recorder left out at its end.
  package var omittedBytes: Int

  package init(
    headers: [Header] = [], body: [UInt8] = [], boundaries: [Int] = [], text: String? = nil, omittedBytes: Int = 0
  ) {
    self.headers = headers
    self.body = body
    self.boundaries = boundaries
    self.text = text
    self.omittedBytes = omittedBytes
  }

  /// Messages may be as short as `{}`: where they begin is then more than they are.
  var heldBytes: Int { body.count + (text?.utf8.count ?? 0) + headers.heldBytes + MemoryLayout<Int>.stride * boundaries.count }
}

extension [StoredMessage.Header] {
  /// What they take, about.
  package var heldBytes: Int { reduce(0) { $0 + 32 + $1.name.utf8.count + $1.value.utf8.count } }
}

/// Which exchanges keep their headers and bodies.
package enum BodyKeeping: String, Sendable, CaseIterable {
  case all
  /// Those that ended badly or have something to look at: ``StoredExchange/isFailure``.
  case failures
  case none
}
