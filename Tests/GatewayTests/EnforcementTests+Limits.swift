// SPDX-License-Identifier: Apache-2.0
import Configuration
import Gateway
import Inspection
import JSON
import NIOCore
import TestSupport
import Testing

/// What all exchanges may hold together.
extension EnforcementTests {
  @Test("an answer that is recorded is not copied with each of its pieces", .timeLimit(.minutes(1)))
  func recordedPieces() throws {
    var run = try Run(Self.request(stream: true)) { $0.recording = Recording(path: "/nowhere") }
    run.head()
    let text = "data: \(Script.chunk(#"{"content":"\#(String(repeating: "x", count: 64 << 10))"}"#))\n\n"
    for _ in 0..<110 { run.body(text) }
    let piece = "data: \(Script.chunk(#"{"content":"y"}"#))\n\n"
    #expect(cpuTime { for _ in 0..<3000 { run.body(piece) } } < .milliseconds(700))
    run.body("data: \(Script.chunk("{}", finish: "\"stop\""))\n\ndata: [DONE]\n\n")
    run.end()
    #expect((run.record?.attempts.first?.answer?.body.count ?? 0) > 7 << 20)
  }

  @Test("what is held of all answers together has a limit: what is beyond it leaves unjudged, what has ended counts no longer")
  func commonLimit() throws {
    let lasting = Exchange.Lasting()
    let long = String(repeating: "x", count: 300_000)
    let head = #"{"tool_calls":[{"index":0,"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":\"\#(long)"}}]}"#
    let beginning = Script().adding(Script.chunk(head)).bytes
    let rest = Script().adding(Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]}"#)).finish()
      .events.dropFirst().map { "data: \($0)\n\n" }.joined()
    func begun() throws -> Run {
      var run = try Run(Self.request(stream: true), lasting: lasting) { $0.limits.bufferedBytes = 13 << 19 }
      run.head()
      run.body(beginning, step: 16 << 10)
      return run
    }
    // Each counts for three times its arguments and a string that is watched, whose room may be twice its length; all of them have one
    // client: half of the limit.
    var runs = [try begun(), try begun(), try begun(), try begun()]
    #expect(runs.map(\.client.isEmpty) == [true, true, false, false])
    for number in runs.indices {
      runs[number].body(rest)
      runs[number].end()
      let verdict = number < 2 ? "valid" : "unknown"
      #expect(runs[number].client.replacing(": belay attempts=1 verdict=\(verdict)\n", with: "") == beginning + rest)
      #expect(runs[number].calls.count == 1 && runs[number].record != nil)
    }
    runs = [try begun(), try begun(), try begun()]
    #expect(runs.map(\.client.isEmpty) == [true, true, false])
  }

  @Test("what is kept of answers that pass is counted with it: beyond the limit no more is kept, and no verdict says valid", arguments: [Mode.observe, .annotate])
  func commonLimitOfPassing(mode: Mode) throws {
    let lasting = Exchange.Lasting()
    let long = String(repeating: "x", count: 800_000)
    let head = #"{"tool_calls":[{"index":0,"id":"functions.read:0","type":"function","function":{"name":"read","arguments":"{\"path\":\"\#(long)"}}]}"#
    let beginning = Script().adding(Script.chunk(head)).bytes
    let rest = Script().adding(Script.chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"\"}"}}]}"#)).finish()
      .events.dropFirst().map { "data: \($0)\n\n" }.joined()
    // All of them have one client: half of the limit. The second round finds what the first has let go.
    for _ in 0..<2 {
      var runs: [Run] = []
      for _ in 0..<4 {
        var run = try Run(Self.request(stream: true), lasting: lasting) {
          $0.settings.mode = mode
          // In `annotate` an event without its end is there twice.
          $0.limits.bufferedBytes = mode == .annotate ? 5 << 20 : 4 << 20
        }
        run.head()
        run.body(beginning, step: 16 << 10)
        runs.append(run)
      }
      for number in runs.indices {
        runs[number].body(rest)
        runs[number].end()
        let comment = ": belay attempts=1 verdict=\(number < 2 ? "valid" : "unknown")\n"
        #expect(runs[number].client == (mode == .observe ? beginning + rest : (beginning + rest).replacing("data: [DONE]", with: comment + "data: [DONE]")))
        #expect(runs[number].record?.findingCodes.contains("arguments.too_long") == (number >= 2))
      }
    }
  }

  @Test("so is an event whose end has not come: beyond the limit it is not looked at", arguments: [Mode.observe, .annotate, .enforce])
  func commonLimitOfUnfinished(mode: Mode) throws {
    let lasting = Exchange.Lasting()
    let event = "data: \(Script.chunk(#"{"content":"\#(String(repeating: "x", count: 900_000))"}"#))\n\n"
    var runs: [Run] = []
    for _ in 0..<6 {
      var run = try Run(Self.request(stream: true), lasting: lasting) {
        ($0.settings.mode, $0.limits.bufferedBytes) = (mode, 4 << 20)
      }
      run.head()
      run.body(String(event.dropLast(10)), step: 16 << 10)
      runs.append(run)
    }
    for number in runs.indices {
      runs[number].body(String(event.suffix(10)) + Script().finish("stop").events.dropFirst().map { "data: \($0)\n\n" }.joined())
      runs[number].end()
      #expect(runs[number].client.contains(event))
    }
    let tooLong = runs.map { $0.record?.findingCodes.contains("stream.event_too_long") == true }
    #expect(!tooLong[0] && tooLong[4] && tooLong[5])
    #expect(zip(runs, tooLong).allSatisfy { $1 == ($0.record?.verdict == .unknown) })
  }

  @Test("what is to be recorded of answers under way is counted with it, and gives way first", arguments: [Mode.observe, .annotate, .enforce])
  func commonLimitOfRecords(mode: Mode) throws {
    let lasting = Exchange.Lasting()
    let text = Script().text(String(repeating: "x", count: 900_000))
    var runs: [Run] = []
    for _ in 0..<6 {
      var run = try Run(Self.request(stream: true), lasting: lasting) {
        $0.settings.mode = mode
        $0.limits.bufferedBytes = 16 << 20
        $0.recording = Recording(path: "/nowhere")
      }
      run.head()
      run.body(text.bytes, step: 16 << 10)
      runs.append(run)
    }
    for number in runs.indices {
      runs[number].body(Script().finish("stop").events.dropFirst().map { "data: \($0)\n\n" }.joined())
      runs[number].end()
      #expect(runs[number].record != nil)
    }
    let kept = runs.map { $0.record?.attempts.first?.answer?.body.isEmpty == false }
    #expect(kept.first == true && kept.last == false)
    // All that was counted is free again.
    var last = try Run(Self.request(stream: true), lasting: lasting) {
      $0.limits.bufferedBytes = 16 << 20
      $0.recording = Recording(path: "/nowhere")
    }
    last.answer(text.finish("stop").bytes)
    #expect(last.record?.attempts.first?.answer?.body.isEmpty == false)
  }
}
