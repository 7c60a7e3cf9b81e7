// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import JSON
import Simulator
import Testing

/// `examples/vendors.md`: in step with what the rules know, and every command of it works.
@Suite struct VendorExamplesTests {
  private static let examples: URL = {
    var root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return root.appendingPathComponent("examples")
  }()

  /// The shell blocks, in their order.
  private func blocks() throws -> [String] {
    let text = try String(contentsOf: Self.examples.appendingPathComponent("vendors.md"), encoding: .utf8)
    return text.components(separatedBy: "```sh\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }

  /// The one-line commands, each for one vendor: its name, the URL that is written out, and the model.
  private func commands() throws -> [(name: String, url: String?, model: String)] {
    let command = /^belay replay samples\.jsonl --vendor ([a-z0-9-]+)(?:=(\S+))? --model (\S+)$/.anchorsMatchLineEndings()
    return try blocks().flatMap { $0.matches(of: command) }.map { (String($0.1), $0.2.map(String.init), String($0.3)) }
  }

  @Test("Each vendor of the rules has its command, with a model of its own and a URL where the rules have none")
  func inStep() throws {
    let commands = try commands()
    let entries = VendorCatalogue.embedded.entries
    #expect(Set(commands.map(\.name)) == Set(entries.map(\.name)))
    #expect(commands.count == entries.count)
    for command in commands {
      guard let entry = VendorCatalogue.embedded.entry(named: command.name) else { continue }
      #expect((command.url == nil) == !entry.baseURLs.isEmpty, "\(command.name)")
      let isUnknown = command.model == "\"$MODEL\""
      #expect(entry.models.isEmpty ? isUnknown : entry.models.contains(command.model), "\(command.name) \(command.model)")
      if let url = command.url, !entry.hosts.isEmpty {
        #expect(VendorCatalogue.embedded.entry(at: url)?.name == entry.name, "\(url)")
      }
    }
  }

  @Test("Every block of commands runs, at a vendor that demands a key", .enabled(if: Command.belay != nil, "needs belay beside the tests"))
  func run() async throws {
    let belay = try #require(Command.belay)
    var simulated = SimulatorOptions()
    simulated.key = "key-of-the-test"
    let data = Self.examples.appendingPathComponent("data")
    let vendor = try await SimulatorServer.start(
      simulated, recordings: try Recordings(Array(try Data(contentsOf: data.appendingPathComponent("recordings.jsonl")))))
    try await withTemporaryFolder { folder in
      try FileManager.default.copyItem(
        at: data.appendingPathComponent("conversations.jsonl"), to: folder.appendingPathComponent("samples.jsonl"))
      // The configuration comes before the rules: no name leads to a vendor's own address.
      let names = VendorCatalogue.embedded.entries.map(\.name)
      let configuration = "vendors:\n" + names.map { "  \($0): { base_url: \"\(vendor.baseURL)\", api_key: key-of-the-test }\n" }.joined()
      try Data(configuration.utf8).write(to: folder.appendingPathComponent("belay.yaml"))
      var environment = ["MODEL": "kimi-k2.6", "OPENROUTER_API_KEY": "key-of-the-test", "BELAY_STORE": "off"]
      for name in names { environment["BELAY_\(name.uppercased().replacing("-", with: "_"))_API_KEY"] = "key-of-the-test" }
      for block in try blocks() {
        let local = block.replacing(/https?:\/\/[^\s,'"]+/, with: vendor.baseURL)
        let script = "set -euo pipefail\nbelay() { '\(belay.path)' \"$@\"; }\n" + local
        try await Command.run("/bin/bash", ["-c", script], in: folder, environment: environment)
      }
      let requests = try jsonLines(folder.appendingPathComponent("samples.jsonl")).count
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("results.") }
      #expect(files.count >= names.count)
      for file in files {
        let rows = try jsonLines(folder.appendingPathComponent(file))
        #expect(rows.count == requests && rows.allSatisfy { $0["status"] == "success" }, "\(file)")
      }
      let pinned = try jsonLines(folder.appendingPathComponent("results.or-novita.jsonl"))
      #expect(pinned.first?["extra_body"] == ["provider": ["only": ["novita"]]])
      #expect(SharedData.exists(folder.appendingPathComponent("report.html")))
    }
    await vendor.stop()
  }
}
