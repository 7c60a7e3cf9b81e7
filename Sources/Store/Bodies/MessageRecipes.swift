// SPDX-License-Identifier: Apache-2.0

/// A message as it lies in a row of `content`: where it belongs, and the recipes of its parts.
struct MessageRecipes {
  var place: MessagePlace
  var omittedBytes = 0
  var headers: [UInt8] = []
  var body: [UInt8] = []
  var text: [UInt8] = []
  /// Which of the two is found by its words.
  var searchable = Searchable.none

  enum Searchable: Int {
    case none, body, text
  }

  /// The recipe whose chunks the word index knows.
  var indexed: [UInt8] {
    switch searchable {
    case .none: []
    case .body: body
    case .text: text
    }
  }

  static func encode(_ messages: [MessageRecipes], into out: inout PackedWriter) {
    out.write(UInt64(messages.count))
    for message in messages {
      out.write(message.place.attempt)
      out.write(message.place.side.rawValue)
      out.write(message.omittedBytes)
      out.write(message.headers)
      out.write(message.body)
      out.write(message.text)
      out.write(message.searchable.rawValue)
    }
  }

  static func decode(_ packed: inout PackedReader) throws(StoreFailure) -> [MessageRecipes] {
    var messages: [MessageRecipes] = []
    for _ in 0..<(try packed.count()) {
      let attempt = try packed.int()
      guard let side = MessagePlace.Side(rawValue: try packed.int()) else { throw StoreFailure(.corrupt, "a message of no known side") }
      var message = MessageRecipes(place: MessagePlace(attempt: attempt, side: side))
      message.omittedBytes = try packed.int()
      message.headers = try packed.blob()
      message.body = try packed.blob()
      message.text = try packed.blob()
      message.searchable = Searchable(rawValue: try packed.int()) ?? .none
      messages.append(message)
    }
    return messages
  }
}

/// Where a message belongs: to the client's side of the exchange (attempt -1) or to an attempt.
struct MessagePlace: Hashable {
  enum Side: Int {
    case request, response, edits
  }

  var attempt: Int
  var side: Side

  static let edits = MessagePlace(attempt: -1, side: .edits)
}
