// SPDX-License-Identifier: Apache-2.0
import Logbook
import Store
import Testing

@Suite("Tables") struct TableTests {
  private func page(_ exchanges: [StoredExchange], width: Int?, isColoured: Bool = false) async throws -> Paper {
    let paper = Paper()
    try await withStore(exchanges) { path, _ in
      try await ListCommand().run(storePath: path, on: paper.screen(width: width, isColoured: isColoured), now: Sample.start)
    }
    return paper
  }

  private var exchanges: [StoredExchange] {
    [
      Sample.exchange(1), Sample.failed,
      Sample.exchange(9) {
        ($0.status, $0.outcome, $0.error, $0.verdict) = (502, "refused", "upstream_timeout", "")
        $0.model = "一个很长的模型名字\u{1B}[31m"
      },
    ]
  }

  @Test("A wide terminal gets every column") func wide() async throws {
    let lines = try await page(exchanges, width: 200).lines
    #expect(lines == [
      "UTC       ID          VENDOR    MODEL                    HTTP  VERDICT  FINISH      CALLS  TRIES   TOTAL      TOKENS  FINDINGS",
      "14:13:29  01M32513S8  moonshot  一个很长的模型名字␛[31m   502  -        stop            -      1  1.50 s  1,234 > 56  refused, upstream_timeout",
      "14:13:27  01M32511TR  moonshot  kimi-k2-0905-preview      200  invalid  tool_calls    0/1      1  1.50 s  1,234 > 56  arguments.schema.type",
      "14:13:21  01M3250VZ8  moonshot  kimi-k2-0905-preview      200  valid    stop            -      1  1.50 s  1,234 > 56",
    ])
  }

  @Test("80 and 40 cells get what matters, cut where it must be", arguments: [
    (
      80,
      [
        "UTC       ID          VENDOR    MODEL           HTTP  VERDICT  FINDINGS",
        "14:13:29  01M32513S8  moonshot  一个很长的模…    502  -        refused, upstrea…",
        "14:13:27  01M32511TR  moonshot  kimi-k2-0905-…   200  invalid  arguments.schema…",
        "14:13:21  01M3250VZ8  moonshot  kimi-k2-0905-…   200  valid",
      ]
    ),
    (
      40,
      [
        "UTC       ID          HTTP  FINDINGS",
        "14:13:29  01M32513S8   502  refused, up…",
        "14:13:27  01M32511TR   200  arguments.s…",
        "14:13:21  01M3250VZ8   200",
      ]
    ),
  ])
  func narrow(width: Int, lines: [String]) async throws {
    #expect(try await page(exchanges, width: width).lines == lines)
  }

  @Test("No line is wider than the terminal, whatever the texts") func fits() async throws {
    try await withStore(exchanges) { path, _ in
      for width in 20...200 {
        let paper = Paper()
        try await ListCommand().run(storePath: path, on: paper.screen(width: width), now: Sample.start)
        #expect(paper.lines.filter { cells($0) > width } == [])
        #expect(!paper.text.contains("\u{1B}"))
      }
    }
  }

  @Test("Colours change nothing but colours") func colours() async throws {
    let plain = try await page(exchanges, width: 100).text
    let coloured = try await page(exchanges, width: 100, isColoured: true).text
    #expect(coloured.contains("\u{1B}[31m"))
    #expect(coloured.replacing(/\u{1B}\[\d+m/, with: "") == plain)
  }
}

/// Chinese characters are the only wide ones in these tests.
func cells(_ line: String) -> Int {
  line.unicodeScalars.reduce(0) { $0 + ((0x4E00...0x9FFF).contains($1.value) ? 2 : 1) }
}
