// SPDX-License-Identifier: Apache-2.0

/// What a stream says, joined as a person reads it: text, reasoning, names and arguments of calls, for a search.
package func spokenText(of stream: borrowing Span<UInt8>) -> String {
  var framer = EventStreamFramer()
  var decoder = ChunkDecoder()
  var said: [UInt8] = []
  var position = 0
  while let event = framer.next(in: stream, from: &position) {
    switch event {
    case .input(let range): try? decoder.decode(stream.extracting(range), as: .chunk)
    case .held:
      let held = framer.held
      try? decoder.decode(held.span, as: .chunk)
    case .tooLong: continue
    }
    for event in decoder.events { said.append(spokenBy: event, decoder) }
  }
  return String(decoding: said, as: UTF8.self)
}

extension [UInt8] {
  /// What an event says, if it says anything; a call's name stands on a line of its own.
  mutating func append(spokenBy event: ChatEvent, _ decoder: borrowing ChunkDecoder) {
    switch event {
    case .text(_, let range), .reasoning(_, let range): append(decoder.text.span.extracting(range))
    case .call(_, let delta):
      if !delta.name.isEmpty {
        append(0x0A)
        append(decoder.text.span.extracting(delta.name))
        append(0x20)
      }
      append(decoder.text.span.extracting(delta.arguments))
    default: break
    }
  }
}
