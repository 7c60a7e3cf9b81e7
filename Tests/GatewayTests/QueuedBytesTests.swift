// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import NIOCore
import Testing

/// What waits to be recorded counts with all that a client or a vendor chose the length of.
@Suite struct QueuedBytesTests {
  private static let long = String(repeating: "a", count: 60_000)

  /// Of a queue for 100,000 bytes: the second goes without its bodies.
  private func lost(_ change: (inout ExchangeRecord) -> Void) -> (bodies: Int, records: Int) {
    let recorder = Recorder(format: .json, queuedBytes: 100_000) { _ in }
    for number in 0..<4 {
      var record = ExchangeRecord(id: "exchange-\(number)", method: "POST", path: "/v1/chat/completions")
      change(&record)
      recorder.take([record])
    }
    return (recorder.droppedBodies, recorder.dropped)
  }

  @Test("headers go with the bodies")
  func headers() {
    #expect(lost { $0.bodies = RecordedBodies(requestHeaders: [("X-Long", Self.long)]) } == (3, 0))
    #expect(lost { $0.bodies = RecordedBodies(requestHeaders: [("X-Short", "a")]) } == (0, 0))
  }

  @Test("where messages begin counts")
  func boundaries() {
    #expect(
      lost {
        $0.bodies = RecordedBodies(requestHeaders: [])
        $0.bodies?.boundaries = Array(repeating: 0, count: 8000)
      } == (3, 0))
  }

  @Test("reasons and fields count")
  func words() {
    #expect(lost { $0.finishReasons = [Self.long] } == (0, 1))
    #expect(lost { $0.repairs = [Repair(.coercion, choice: 0, field: Self.long, before: [], after: [])] } == (0, 1))
  }
}
