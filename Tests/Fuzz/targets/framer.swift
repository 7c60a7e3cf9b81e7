// SPDX-License-Identifier: Apache-2.0
import Inspection

// A byte that says where to cut, and a stream: its events are the same at any cut. Not near a limit that is reached: a line that
// arrives in pieces counts with its field's name, since what it is, is not known before its end; then nothing must trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let step = Int(input.first ?? 0) % 13 + 1
  let stream = Array(input.dropFirst())
  for limit in [64, 1 << 20] {
    let whole = events(stream, step: max(1, stream.count), limit)
    let (drops, pieces) = (events(stream, step: 1, limit), events(stream, step: step, limit))
    guard limit > 64 else { continue }
    precondition(whole == drops && whole == pieces, "the cuts do not matter")
  }
  return 0
}

private func events(_ stream: [UInt8], step: Int, _ limit: Int) -> [[UInt8]] {
  var framer = EventStreamFramer(limit: limit)
  var events: [[UInt8]] = []
  for start in stride(from: 0, to: stream.count, by: step) {
    let part = Array(stream[start..<min(stream.count, start + step)])
    var at = 0
    while let event = framer.next(in: part.span, from: &at) { events.append(framer.type + [0] + text(event, part, framer)) }
  }
  if let last = framer.finish() { events.append(text(last, [], framer)) }
  return events
}

/// An event's data. Of one that is too long only that it is: how much of it arrived depends on what was counted before it was known.
private func text(_ event: EventStreamEvent, _ part: [UInt8], _ framer: EventStreamFramer) -> [UInt8] {
  switch event {
  case .input(let range): Array(part[range])
  case .held: framer.held
  case .tooLong: Array("too long".utf8)
  }
}
