// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import Logging
import Testing

/// What waits for the shadow, on a thread that stands back, holds no more than it counts.
@Suite struct ShadowInboxTests {
  @Test("it has the request and the first answer, and nothing else that was long")
  func lean() throws {
    let edit = RequestEdit(
      field: .callID(message: 0, call: 0), edit: JSONEdit(range: 0..<1, replacement: [0x31]), before: [0x30], after: [0x31])
    let record = ShadowSample.record(1) {
      $0.edits = Array(repeating: edit, count: 10_000)
      $0.findings = Array(repeating: Finding(.unknownTool, "nobody declared it"), count: 1000)
      $0.attempts.append($0.attempts[0])
    }
    let inbox = ShadowInbox(bytes: 10_000) {}
    inbox.offer([record])
    let (records, lost) = inbox.take()
    let kept = try #require(records.first)
    #expect(lost == 0 && kept.edits.isEmpty && kept.findings.isEmpty)
    #expect(kept.shadow == record.shadow && kept.attempts == [record.attempts[0]])
  }

  @Test("names of calls count")
  func names() {
    var call = AssembledCall(choice: 0, index: 0)
    call.name = [UInt8](repeating: 0x61, count: 10_000)
    let inbox = ShadowInbox(bytes: 15_000) {}
    inbox.offer((1...2).map { ShadowSample.record($0) { $0.calls = [call] } })
    let (records, lost) = inbox.take()
    #expect(records.count == 1 && lost == 1)
  }

  @Test("whoever asks how the shadow is doing waits for no request that it reads")
  func status() {
    let shadow = Shadow(BelayConfiguration(vendors: []), logger: Logger(label: "shadow"))
    #expect(shadow.with { _ in shadow.status.state } == "off")
  }
}
