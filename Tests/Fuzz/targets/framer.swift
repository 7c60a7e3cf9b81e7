// SPDX-License-Identifier: Apache-2.0
import Inspection

// A byte that says where to cut, and a stream: its events are the same at any cut, those that are too long too.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
  let step = Int(input.first ?? 0) % 13 + 1
  let stream = Array(input.dropFirst())
  for limit in [1, 8, 64, 1 << 20] {
    let whole = events(stream, step: max(1, stream.count), limit)
    let (drops, pieces) = (events(stream, step: 1, limit), events(stream, step: step, limit))
    demand(whole == drops && whole == pieces, "the cuts do not matter")
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

private func text(_ event: EventStreamEvent, _ part: [UInt8], _ framer: EventStreamFramer) -> [UInt8] {
  switch event {
  case .input(let range): Array(part[range])
  case .held: framer.held
  case .tooLong(let bytes): Array("too long: \(bytes)".utf8)
  }
}
