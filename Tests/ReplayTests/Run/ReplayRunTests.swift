// SPDX-License-Identifier: Apache-2.0
import JSON
import Replay
import Testing
import Upstream

@Suite struct ReplayRunTests {
  @Test("A row has K2VV's keys in K2VV's order, and the summary its counts")
  func row() async throws {
    let result = try await replay(#"{"messages":[{"role":"_input"}]}"#, to: ScriptedVendor(.stop)) {
      $0.extraBody = ["a": 1]
    }
    let row = try #require(result.rows.first)
    #expect(
      row.object?.keys.map(\.string) == [
        "data_index", "request", "extra_body", "response", "status", "finish_reason", "tool_calls_valid",
        "last_run_at", "duration_ms", "hash",
      ])
    #expect(row["request"] == ["messages": [["role": "system"]], "model": "kimi"])
    #expect(row["hash"]?.string == requestHash(try #require(row["request"])))
    #expect(row["extra_body"] == ["a": 1])
    #expect(row["status"] == "success")
    #expect(row["finish_reason"] == "stop")
    #expect(row["tool_calls_valid"] == .null)
    #expect(row["last_run_at"] == "2026-01-02T03:04:05.000006")
    var summary = try #require(result.summaryFile.object)
    summary["eval_duration_ms"] = 0
    #expect(
      JSONValue.object(summary).description
        == JSONValue(
          dictionaryLiteral: ("model", "kimi"), ("success_count", 1), ("failure_count", 0), ("finish_stop", 1),
          ("finish_tool_calls", 0), ("finish_others", 0), ("finish_others_detail", [:]),
          ("schema_validation_error_count", nil), ("successful_tool_call_count", nil),
          ("usage", ["prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 3]),
          ("eval_started_at", "2026-01-02T03:04:05.000006"), ("eval_finished_at", "2026-01-02T03:04:05.000006"),
          ("eval_duration_ms", 0)
        ).description)
  }

  @Test("A failed request has K2VV's three fields, and is not sent again when that cannot help")
  func failed() async throws {
    let vendor = ScriptedVendor(.json("no", status: 400))
    let result = try await replay("{}", to: vendor)
    #expect(
      result.rows.first?["response"]
        == ["error_type": "BadRequestError", "error_message": "Error code: 400 - no", "error": "Error code: 400 - no"])
    #expect(result.rows.first?["status"] == "failed")
    #expect(result.rows.first?["finish_reason"] == .null)
    #expect(vendor.received.count == 1)
    #expect(result.summary.errorTypes == ["BadRequestError": 1])
  }

  @Test("What may pass is tried again, at most as often as was asked, with the waits that were asked for")
  func retries() async throws {
    let limited = ScriptedVendor.Reply.json("{}", status: 429, headers: "Retry-After: 7\r\n")
    let recovered = try await replay("{}", to: ScriptedVendor(limited, .broken(.connect), .stop))
    #expect(recovered.rows.first?["status"] == "success")
    #expect(recovered.rows.first?["belay"] == ["attempts": 3])
    #expect(recovered.waits == [.seconds(7), .seconds(4)])
    #expect(recovered.err.contains("trying again: RateLimitError"))

    let vendor = ScriptedVendor(.broken(.connect))
    let given = try await replay("{}", to: vendor) { $0.retries = 2 }
    #expect(given.rows.first?["response"]?["error_type"] == "APIConnectionError")
    #expect(vendor.received.count == 3)
    #expect(given.waits == [.seconds(2), .seconds(4)])
  }

  @Test("Bad lines are named and counted, and the others keep their line's number")
  func badLines() async throws {
    let result = try await replay("{}\n\nnonsense\n[]\n{}", to: ScriptedVendor(.stop))
    #expect(result.rows.map { $0["data_index"] } == [1, 5])
    #expect(result.summary.badLines == 2)
    #expect(result.err.contains("line 3 skipped: not JSON"))
    #expect(result.err.contains("line 4 skipped: not a request body"))
    #expect(result.summary.table.contains("lines skipped  2"))
  }

  @Test("As many requests are in flight as was asked, and never more", arguments: [1, 4])
  func concurrency(limit: Int) async throws {
    let barrier = Barrier(count: limit)
    // Each of the first `limit` attempts waits until the others are there too.
    let vendor = ScriptedVendor { index, _ in
      if index < limit { await barrier.arrive() }
      return .stop
    }
    let result = try await replay(String(repeating: "{}\n", count: 40), to: vendor) { $0.concurrency = limit }
    #expect(vendor.mostInFlight == limit)
    #expect(result.rows.count == 40)
  }

  @Test("Rows are in the order of the set at the end, whatever the order of the answers")
  func order() async throws {
    let others = Barrier(count: 6)
    // The first request's answer waits until the five others have been asked for.
    let vendor = ScriptedVendor { _, body in
      if body["n"] == 0 { await others.arrive() } else { Task { await others.arrive() } }
      return .json(#"{"choices":[{"finish_reason":"stop"}]}"#)
    }
    let lines = (0..<6).map { #"{"n":\#($0)}"# }.joined(separator: "\n")
    let result = try await replay(lines, to: vendor) { $0.concurrency = 2 }
    #expect(result.rows.map { $0["request"]?["n"]?.int } == Array(0..<6))
    #expect(result.rows.map { $0["data_index"]?.int } == Array(1...6))
  }

  @Test("The first Ctrl-C sends nothing more and keeps what is in flight")
  func finish() async throws {
    let stop = StopSignal()
    let vendor = ScriptedVendor { index, _ in
      if index == 1 { stop.raise() }
      return .stop
    }
    let result = try await replay(String(repeating: "{}\n", count: 9), to: vendor, stop: stop) { $0.concurrency = 1 }
    #expect(result.ending == .interrupted)
    #expect(result.rows.count == 2)
    #expect(result.summaryFile["success_count"] == 2)
    #expect(result.summaryFile["eval_finished_at"] != .null)
  }

  @Test("The second Ctrl-C cancels what is in flight, and the files hold what was answered")
  func abort() async throws {
    let stop = StopSignal()
    let vendor = ScriptedVendor { index, _ in
      guard index > 0 else { return .stop }
      stop.raise()
      stop.raise()
      // Never answers; only cancellation ends this.
      await StopSignal().wait(for: .abort)
      return .stop
    }
    let result = try await replay(String(repeating: "{}\n", count: 9), to: vendor, stop: stop) { $0.concurrency = 1 }
    #expect(result.ending == .interrupted)
    #expect(result.rows.count == 1)
    #expect(result.summary.requests == 1)
  }

  @Test("Ctrl-C ends the wait for a retry")
  func stopsWaiting() async throws {
    let stop = StopSignal()
    let vendor = ScriptedVendor { _, _ in
      stop.raise()
      return .broken(.connect)
    }
    let result = try await replay("{}", to: vendor, stop: stop)
    #expect(result.ending == .interrupted)
    #expect(vendor.received.count == 1 || result.waits.count > 0)
  }

  @Test("With a judge its verdicts are written and counted")
  func judged() async throws {
    let calls = #"{"choices":[{"finish_reason":"tool_calls","message":{"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}]}"#
    let vendor = ScriptedVendor(.json(calls))
    let result = try await replay("{\"n\":1}\n{\"n\":2}", to: vendor, judge: { name, arguments, tools in
      tools == nil && name == "f" && arguments == "{}"
    })
    #expect(result.rows.map { $0["tool_calls_valid"] } == [true, true])
    #expect(result.summaryFile["successful_tool_call_count"] == 2)
    #expect(result.summaryFile["schema_validation_error_count"] == 0)
    #expect(result.summary.table.contains("tool_calls  2  valid 2, invalid 0"))
  }

  @Test("A stream's trailing usage is kept apart from K2VV's keys")
  func trailingUsage() async throws {
    let vendor = ScriptedVendor(
      .stream(#"{"choices":[{"delta":{"content":"a"}}]}"#, #"{"choices":[],"usage":{"total_tokens":4}}"#, "[DONE]"))
    let result = try await replay(#"{"stream":true}"#, to: vendor)
    #expect(result.rows.first?["response"]?["usage"] == .null)
    #expect(result.rows.first?["belay"] == ["usage": ["total_tokens": 4], "finish_reason": nil])
    #expect(result.summaryFile["usage"]?["total_tokens"] == 0)
  }
}
