// SPDX-License-Identifier: Apache-2.0
import Logbook
import Store
import Testing

/// Strangers chose what the texts have, and how often.
@Suite("Bundles of texts that were made to hold up whoever exports them") struct HostileBundleTests {
  /// Prefixes of keys without end, and keys that begin alike.
  private static let texts = [
    String(repeating: "ghp_", count: 25_000) + "1", String(repeating: "eyJhbGciOi", count: 10_000),
    (0..<20_000).map { "sk-aaaaaaaaaaaaaaaaaaaaaaaa\(10_000_000 + $0)" }.joined(separator: " "),
  ]

  @Test("A bundle is made in seconds, whatever in it looks like a key", arguments: texts.indices) func bundles(_ number: Int) async throws {
    let exchange = Sample.exchange(1) { $0.request = Sample.json(#"{"messages":[{"role":"user","content":"\#(Self.texts[number])"}]}"#) }
    try await withStore([exchange]) { path, _ in
      var command = ExportCommand(format: .bundle)
      command.ids = [exchange.id]
      let time = try await ContinuousClock().measure {
        try await command.run(storePath: path, on: Paper().screen(), now: Sample.start) { _, bytes throws(LogbookProblem) in
          #expect(!bytes.isEmpty)
        }
      }
      // They were minutes, and gigabytes.
      #expect(time < .seconds(30), "\(time)")
    }
  }
}
