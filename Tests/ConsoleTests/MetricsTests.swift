// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Gateway
import Inspection
import Testing

/// What Prometheus is told of exchanges.
struct MetricsTests {
  private func record(_ change: (inout ExchangeRecord) -> Void = { _ in }) -> ExchangeRecord {
    var record = ExchangeRecord(id: "x", method: "POST", path: "/v1/chat/completions")
    record.vendor = "moonshot"
    record.model = "kimi-k2"
    record.status = 200
    record.isInspected = true
    record.nanosecondsTotal = 300_000_000
    change(&record)
    return record
  }

  private func metrics(_ records: [ExchangeRecord]) -> Metrics {
    records.reduce(into: Metrics()) { $0.add($1) }
  }

  @Test("each exchange counts once in each family that it belongs to")
  func counts() {
    var first = AttemptRecord(rung: nil, vendor: "moonshot", model: "kimi-k2", startedAt: 0)
    first.status = 200
    let again = AttemptRecord(rung: .resend, vendor: "fireworks", model: "kimi-k2", startedAt: 1)
    let metrics = metrics([
      record {
        $0.attempts = [first, again, again]
        $0.usage = Usage(prompt: 10, completion: 5, cached: 4)
        $0.verdict = .valid
        $0.nanosecondsToFirstToken = 20_000_000
        $0.nanosecondsOverhead = 80_000
      },
      record { $0.verdict = .invalid },
      record {
        $0.status = 502
        $0.outcome = .refused
        $0.error = "vendor_unreachable"
        $0.fault = .vendor
      },
    ])
    let scope = ["moonshot", "kimi-k2"]
    #expect(metrics.requests.values == [scope + ["completed", "200"]: 2, scope + ["refused", "502"]: 1])
    #expect(metrics.errors.values == [["moonshot", "vendor_unreachable", "vendor"]: 1])
    #expect(metrics.attempts.values == [["moonshot", "first"]: 1, ["fireworks", "resend"]: 2])
    #expect(metrics.tokens.values == [scope + ["input"]: 10, scope + ["output"]: 5, scope + ["cached"]: 4])
    #expect(metrics.verdicts.values == [scope + ["valid"]: 1, scope + ["invalid"]: 1])
    #expect(metrics.total.values[scope]?.count == 3)
    #expect(abs((metrics.total.values[scope]?.sum ?? 0) - 0.9) < 1e-9)
    #expect(metrics.firstToken.values[scope]?.count == 1)
    #expect(metrics.overhead.values[["moonshot"]]?.count == 1)
  }

  @Test("a model gets a series of its own once a vendor answered it, and only so many do")
  func boundedModels() {
    #expect(metrics([record { $0.status = 404 }]).requests.values == [["moonshot", "other", "completed", "404"]: 1])
    let many = metrics((0..<1000).map { number in record { $0.model = "m\(number)" } })
    #expect(many.requests.values.count == Metrics.modelLimit + 1)
    #expect(many.requests.values[["moonshot", Metrics.otherModel, "completed", "200"]] == 1000 - Metrics.modelLimit)
    #expect(metrics([record { $0.model = String(repeating: "x", count: 1000) }]).requests.values.keys.first?[1] == Metrics.otherModel)
  }

  @Test("promtool finds nothing wrong with the text, whatever a model is called")
  func promtool() async throws {
    let recorder = Recorder(format: nil) { _ in }
    let status = GatewayStatus(recorder: recorder)
    recorder.take([
      record(), record { $0.model = "a\"b\\c\nd{}" }, record { $0.model = "e\u{2028}f\u{202E}g\u{9B}h" }, record { $0.vendor = "" },
    ])
    recorder.finish()
    await recorder.run()
    let text = status.metricsText()
    #expect(text.contains(#"gen_ai_request_model="a\"b\\c\nd{}""#))
    #expect(text.contains(#"gen_ai_request_model="e\\u2028f\\u202eg\\u009bh""#))
    let tool = try #require(
      ["/usr/bin/promtool", "/usr/local/bin/promtool"].first { FileManager.default.isExecutableFile(atPath: $0) }, "Tests/setup test installs it")
    let process = Process()
    process.executableURL = URL(filePath: tool)
    process.arguments = ["check", "metrics"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardError = output
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(text.utf8))
    try input.fileHandleForWriting.close()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said.isEmpty, "\(said)")
  }
}
