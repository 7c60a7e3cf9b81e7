// SPDX-License-Identifier: Apache-2.0
import JSON
import Replay
import Synchronization
import Testing

@Suite struct ProgressTests {
  private func row(_ index: Int, failing type: String? = nil, message: String = "why\nnot") -> ResultRow {
    let result: Result<Answer, Failure> =
      type.map { .failure(Failure(type: $0, message: message)) }
      ?? .success(Answer(response: ["choices": []]))
    return ResultRow(
      request: PreparedRequest(dataIndex: index, value: [:]), extraBody: [:], result: result, attempts: 1, judge: nil,
      lastRunAt: "", duration: .zero)
  }

  @Test("The bar has the share, the rate, what went wrong and the time left")
  func bar() {
    var line = ProgressLine(total: 200)
    (line.done, line.failed, line.retries) = (50, 2, 1)
    #expect(
      line.bar(after: .seconds(20)) == "██████░░░░░░░░░░░░░░░░░░  50/200  2.5/s  2 failed  1 retry  1:00 left")
    #expect(line.words(after: .seconds(20)) == "50 of 200 (25 %), 2.5/s, 2 failed, 1 retry")
    line.done = 1
    #expect(line.bar(after: .seconds(60)).hasSuffix("3:19:00 left"))
    #expect(ProgressLine(total: nil).bar(after: .zero) == "0 done  0.0/s")
    #expect(!ProgressLine(total: 0).bar(after: .zero).contains("left"))
  }

  @Test("Off a terminal there is a line for each tenth, and each kind of failure is said once, on one line")
  func log() {
    let err = Log()
    let clock = SleptClock()
    let progress = Progress(total: 40, console: Console(isTerminal: false, out: { _ in }, err: err.add), now: clock.now)
    for index in 1...40 {
      clock.pass(.seconds(2))
      progress.done(row(index, failing: index < 3 ? "Odd" : nil))
    }
    progress.finish()
    #expect(err.all.count == 11)
    #expect(err.all.first == "belay: request 1 failed: Odd: why not (said once, counted from now on)\n")
    #expect(err.all.last == "belay: 40 of 40 (100 %), 0.5/s, 2 failed\n")
  }

  @Test("What a vendor says is no command to a terminal")
  func escapes() {
    let err = Log()
    let progress = Progress(total: nil, console: Console(isTerminal: false, out: { _ in }, err: err.add), now: SleptClock().now)
    progress.done(row(1, failing: "APIError", message: "\u{1B}[2J\u{9B}1m\u{7F}\ta\rb\u{85}c \u{202E}é"))
    progress.skipped(BadLine(number: 2, reason: "\u{1B}]0;title\u{07}"))
    #expect(
      err.all == [
        "belay: request 1 failed: APIError: ␛[2J\u{FFFD}1m␡ a b c \u{FFFD}é (said once, counted from now on)\n",
        "belay: line 2 skipped: ␛]0;title␇\n",
      ])
  }

  @Test("A run of a moment leaves one line in a log, and who has no key is told where keys come from")
  func short() {
    let err = Log()
    let progress = Progress(total: 40, console: Console(isTerminal: false, out: { _ in }, err: err.add), now: SleptClock().now)
    for index in 1...40 { progress.done(row(index, failing: index == 1 ? "AuthenticationError" : nil)) }
    progress.finish()
    #expect(err.all.count == 2)
    #expect(err.all.first?.contains("counted from now on; the key comes from --api-key or OPENAI_API_KEY)") == true)
    #expect(err.all.last == "belay: 40 of 40 (100 %), 0.0/s, 1 failed\n")
  }

  @Test("Of many bad lines the first are explained, and all are named")
  func badLines() {
    let err = Log()
    let progress = Progress(total: nil, console: Console(isTerminal: false, out: { _ in }, err: err.add), now: SleptClock().now)
    for number in Array(1...20) + [25, 23, 24, 40, 22, 60, 41] { progress.skipped(BadLine(number: number, reason: "why")) }
    progress.finish()
    #expect(err.all.count == 21)
    #expect(err.all[19] == "belay: line 20 skipped: why\n")
    #expect(err.all.last == "belay: 7 more lines skipped: 22-25, 40-41, 60; is this JSON Lines?\n")
    progress.finish()
    #expect(err.all.count == 21)
  }

  @Test("On a terminal the bar is drawn at most ten times a second, and taken away at the end")
  func terminal() {
    let err = Log()
    let start = ContinuousClock.now
    let elapsed = Mutex(Duration.zero)
    let progress = Progress(
      total: 1000, console: Console(isTerminal: true, out: { _ in }, err: err.add),
      now: { start + elapsed.withLock { $0 } })
    for index in 1...100 {
      elapsed.withLock { $0 += .milliseconds(10) }
      progress.done(row(index))
    }
    #expect(err.all.count == 10)
    progress.finish()
    #expect(err.all.last == "\r\u{1B}[K")
  }
}
