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
    for event in decoder.events {
      switch event {
      case .text(_, let range), .reasoning(_, let range): said += decoder.text[range]
      case .call(_, let delta):
        if !delta.name.isEmpty {
          said.append(0x0A)
          said += decoder.text[delta.name]
          said.append(0x20)
        }
        said += decoder.text[delta.arguments]
      default: break
      }
    }
  }
  return String(decoding: said, as: UTF8.self)
}
