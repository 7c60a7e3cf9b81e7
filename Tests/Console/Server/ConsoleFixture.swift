// SPDX-License-Identifier: Apache-2.0
import Configuration
import ConsoleSamples
import Foundation
import Gateway
import Logging
import Store

/// A gateway with recorded exchanges, for the tests that drive a browser: `console-fixture [STORE] [TOKEN]`. Says where the console
/// is, then records one more exchange for each line on standard input: its number, and a finding's code if it is to have one.
@main struct ConsoleFixture {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    var configuration = BelayConfiguration(vendors: ["moonshot", "fireworks"].map { Vendor(name: $0, baseURL: "http://127.0.0.1:9/v1") })
    configuration.listen.port = 0
    configuration.console?.port = 0
    configuration.loops = 1
    configuration.consoleToken = arguments.count > 1 ? Secret(arguments[1]) : nil

    let writer = arguments.first.map { StoreWriter(StoreOptions(path: $0)) }
    if let writer {
      let now = WallClock.milliseconds()
      writer.offer(ConsoleSample.all(before: now))
      writer.offer(comparisons: ConsoleSample.comparisons(before: now))
      await writer.flush()
    }
    let store = writer.map { writer in ConsoleStore(path: arguments[0]) { writer.status } }
    let gateway = Gateway(
      configuration, logger: Logger(label: "fixture") { _ in SwiftLogNoOpLogHandler() }, writeLines: { _ in }, store: store
    ) { bound in
      FileHandle.standardOutput.write(Data("console on \(bound.consoleURL ?? "")\n".utf8))
    }
    let running = Task { try await gateway.run() }
    // Reading blocks: on a thread of its own, not one of those that tasks share.
    let (lines, input) = AsyncStream<String>.makeStream()
    Thread.detachNewThread {
      while let line = readLine() { input.yield(line) }
      input.finish()
    }
    for await line in lines {
      let words = line.split(separator: " ")
      var exchange = ConsoleSample.ordinary(Int(words.first ?? "") ?? 0, at: WallClock.milliseconds())
      if words.count > 1 { exchange.findings = [StoredFinding(code: String(words[1]), severity: .warning)] }
      writer?.offer([exchange])
    }
    running.cancel()
    try await running.value
    await writer?.close()
  }
}
