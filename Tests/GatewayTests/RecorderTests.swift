// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Synchronization
import Testing

@Suite struct RecorderTests {
  private func record(_ number: Int, bytes: Int) -> ExchangeRecord {
    var record = ExchangeRecord(id: "exchange-\(number)", method: "POST", path: "/v1/chat/completions")
    record.bodies = RecordedBodies(requestHeaders: [])
    record.bodies?.request = [UInt8](repeating: 0x20, count: bytes)
    return record
  }

  private final class Lines: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }
  }

  @Test("what waits is bounded by its bytes: first bodies go, then records, and each is counted; no line of the log is lost to a body")
  func bounded() async {
    let lines = Lines()
    let recorder = Recorder(format: .json, queuedBytes: 100_000, write: lines.append)
    // Some 12 KB each: eight fit with their bodies. Without them 2 KB each, up to twice the limit.
    for number in 0..<20 { recorder.take([record(number, bytes: 10_000)]) }
    #expect(recorder.dropped == 0)
    #expect(recorder.droppedBodies == 12)
    recorder.take((20..<200).map { record($0, bytes: 10_000) })
    #expect(recorder.droppedBodies == 192)
    #expect((100...150).contains(recorder.dropped), "\(recorder.dropped)")
    recorder.finish()
    await recorder.run()
    #expect(lines.text.split(separator: "\n").count == 200 - recorder.dropped)
    #expect(recorder.tally.rows["-"]?.requests == 200 - recorder.dropped)
  }

  @Test("what has been recorded is free again; a body that alone is too much is left out, and its record kept")
  func free() async {
    let lines = Lines()
    let recorder = Recorder(format: .json, queuedBytes: 100_000, write: lines.append)
    let running = Task { await recorder.run() }
    for number in 0..<100 {
      recorder.take([record(number, bytes: 60_000)])
      while recorder.tally.rows["-"]?.requests ?? 0 <= number { await Task.yield() }
    }
    #expect(recorder.droppedBodies == 0)
    recorder.take([record(100, bytes: 200_000)])
    recorder.finish()
    await running.value
    #expect(recorder.droppedBodies == 1 && recorder.dropped == 0)
    #expect(lines.text.contains("exchange-100"))
  }
}
