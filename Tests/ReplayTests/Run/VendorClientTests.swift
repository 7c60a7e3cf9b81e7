// SPDX-License-Identifier: Apache-2.0
import JSON
import NIOCore
import Replay
import Testing
import Upstream

@Suite struct VendorClientTests {
  private let request = PreparedRequest(dataIndex: 1, value: ["model": "kimi", "stream": false])
  private let streamed = PreparedRequest(dataIndex: 1, value: ["model": "kimi", "stream": true])

  private func client(_ vendor: ScriptedVendor, key: String? = nil, extra: JSONObject = [:]) -> VendorClient {
    var options = ReplayOptions(file: "f", baseURL: "http://vendor.test/v1//", model: "kimi")
    options.apiKey = APIKey(option: key, environment: [:])
    options.extraBody = extra
    return VendorClient(options, transport: vendor.transport)
  }

  @Test("A request is posted under the base URL with the key and the members of extra_body")
  func request() async throws {
    let vendor = ScriptedVendor(.stop)
    _ = try await client(vendor, key: "sk-1", extra: ["model": "other", "top_k": 2]).attempt(request)
    let received = try #require(vendor.received.first)
    #expect(received.request.method == "POST")
    #expect(received.request.url == "http://vendor.test/v1/chat/completions")
    #expect(received.body.description == #"{"model":"other","stream":false,"top_k":2}"#)
    #expect(received.request.headers.contains { $0 == "authorization" && $1 == "Bearer sk-1" })
    #expect(received.request.headers.contains { $0 == "accept" && $1 == "application/json" })
    _ = try await client(vendor).attempt(streamed)
    let second = try #require(vendor.received.last)
    #expect(!second.request.headers.contains { $0.0 == "authorization" })
    #expect(second.request.headers.contains { $0 == "accept" && $1 == "text/event-stream" })
  }

  @Test(
    "A status becomes the SDK's exception, and says whether a retry can help",
    arguments: [
      (400, "BadRequestError", false), (401, "AuthenticationError", false), (403, "PermissionDeniedError", false),
      (404, "NotFoundError", false), (408, "APIStatusError", true), (409, "ConflictError", true),
      (422, "UnprocessableEntityError", false), (429, "RateLimitError", true), (500, "InternalServerError", true),
      (503, "InternalServerError", true), (307, "APIStatusError", false),
    ])
  func statuses(status: Int, type: String, isRetryable: Bool) async throws {
    let vendor = ScriptedVendor(.json(#"{"error":{"message":"no"}}"#, status: status))
    for request in [request, streamed] {
      let failure = await #expect(throws: Failure.self) { try await client(vendor).attempt(request) }
      #expect(failure?.type == type)
      #expect(failure?.isRetryable == isRetryable)
      #expect(failure?.message.hasPrefix("Error code: \(status)") == true)
      #expect(failure?.message.hasSuffix(#"{"error":{"message":"no"}}"#) == true)
    }
  }

  @Test("An answer of more values than any model sends, or of more than 16 MiB, is a failure: some are in memory at once")
  func hostileBodies() async throws {
    let values = ScriptedVendor(.json(#"{"choices":["# + String(repeating: "{},", count: 1 << 20) + "{}]}"))
    let many = await #expect(throws: Failure.self) { try await client(values).attempt(request) }
    #expect(many?.message.contains("more than 1048576 values and keys") == true)
    let long = ScriptedVendor(.json(#"{"choices":[]}"# + String(repeating: " ", count: 16 << 20)))
    let failure = await #expect(throws: Failure.self) { try await client(long).attempt(request) }
    #expect(failure?.message == "the answer is longer than 16 MiB")
  }

  @Test("429 of an account without credit is not asked again", arguments: ["exceeded_current_quota_error", "insufficient_quota"])
  func quota(type: String) async throws {
    let vendor = ScriptedVendor(.json(#"{"error":{"message":"no","type":"\#(type)"}}"#, status: 429))
    let failure = await #expect(throws: Failure.self) { try await client(vendor).attempt(request) }
    #expect(failure?.type == "RateLimitError" && failure?.isRetryable == false)
  }

  @Test(
    "Retry-After is read in seconds, in milliseconds and as a date, and x-should-retry decides",
    arguments: [
      ("Retry-After: 3\r\n", Duration.seconds(3), true), ("retry-after: 0.5\r\n", .milliseconds(500), true),
      ("retry-after-ms: 20\r\nretry-after: 9\r\n", .milliseconds(20), true),
      ("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", nil, true), ("Retry-After: -1\r\n", nil, true),
      ("Date: Sun, 06 Nov 1994 12:00:00 GMT\r\nRetry-After: Sun, 06 Nov 1994 12:01:30 GMT\r\n", .seconds(90), true),
      ("Retry-After: 0\r\n", nil, true), ("Retry-After: 1e999\r\n", .seconds(1_000_000), true), ("x-should-retry: false\r\n", nil, false), ("", nil, true),
    ])
  func retryAfter(headers: String, expected: Duration?, isRetryable: Bool) async throws {
    let vendor = ScriptedVendor(.json("{}", status: 429, headers: headers))
    let failure = await #expect(throws: Failure.self) { try await client(vendor).attempt(request) }
    #expect(failure?.retryAfter == expected)
    #expect(failure?.isRetryable == isRetryable)
  }

  @Test("A vendor that quotes the key does not get it into a file")
  func hiddenKey() async throws {
    let vendor = ScriptedVendor(.json("bad key sk-secret-1 (sk-secret-1)", status: 401))
    let failure = await #expect(throws: Failure.self) { try await client(vendor, key: "sk-secret-1").attempt(request) }
    #expect(failure?.message == "Error code: 401 - bad key [redacted] ([redacted])")
    let key = try #require(APIKey(option: nil, environment: ["OPENAI_API_KEY": "sk-secret-1"]))
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains("secret"))
  }

  @Test(
    "Nor one that spells it in escapes, or whose words are cut within it",
    arguments: [
      (#"\u0073\u006b-secret-\u0031"#, "[redacted]"), (String(repeating: "e", count: 4090) + "sk-secret-1", String(repeating: "e", count: 4090) + "[redac"),
      (String(repeating: "e", count: 4085) + "sk-secret-1", String(repeating: "e", count: 4085) + "[redacted]"),
      (String(repeating: "e", count: 4096) + "sk-secret-1", String(repeating: "e", count: 4096)),
    ])
  func spelledKey(body: String, shown: String) async throws {
    for key in ["sk-secret-1", "Bearer sk-secret-1"] {
      let vendor = ScriptedVendor(.json(body, status: 401))
      let failure = await #expect(throws: Failure.self) { try await client(vendor, key: key).attempt(request) }
      #expect(failure?.message == "Error code: 401 - " + shown)
    }
  }

  @Test("A broken event is quoted up to a cut that may go through the key")
  func keyInEvent() async throws {
    let key = "sk-secret-0123456789abcdef"
    let vendor = ScriptedVendor(.stream("{" + String(repeating: "e", count: 180) + key))
    let failure = await #expect(throws: Failure.self) { try await client(vendor, key: key).attempt(streamed) }
    #expect(failure?.type == "JSONDecodeError" && failure?.message.contains("sk-secret") == false, "\(failure?.message ?? "")")
  }

  @Test("A broken connection and a timeout have the SDK's names")
  func transport() async throws {
    for (kind, type) in [(ScriptedVendor.Reply.broken(.reset), "APIConnectionError"), (.broken(.idleTimeout), "APITimeoutError")] {
      let failure = await #expect(throws: Failure.self) { try await client(ScriptedVendor(kind)).attempt(request) }
      #expect(failure == Failure(type: type, message: "it broke", isRetryable: true))
    }
  }

  @Test("A stream that breaks after [DONE] is an answer, before it a failure")
  func brokenStream() async throws {
    var reply = ScriptedVendor.Reply.stream(#"{"choices":[{"delta":{"content":"a"}}]}"#)
    reply.error = .init(.truncated, "cut")
    let broken = client(ScriptedVendor(reply))
    await #expect(throws: Failure(type: "APIConnectionError", message: "cut", isRetryable: true)) {
      try await broken.attempt(streamed)
    }
    reply.pieces.append(Array("data: [DONE]\n\n".utf8))
    let answer = try await client(ScriptedVendor(reply)).attempt(streamed)
    #expect(answer.response["choices"]?[0]?["message"]?["content"] == "a")
  }

  /// A vendor that says this and then lines of 1 MiB for as long as somebody reads, but no more than 70.
  private func endless(_ beginning: String, lines: Collected<Int>) -> VendorClient {
    let line = [UInt8(ascii: ":")] + [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) - 2) + [UInt8(ascii: "\n")]
    let transport = Transport { _, onBody async throws(UpstreamError) -> UpstreamHead in
      let head = UpstreamHead(status: 200, version: .http1_1, headers: UpstreamHeaders(lines: []))
      var goesOn = onBody(head, ByteBuffer(string: beginning))
      while goesOn, lines.all.count < 70 {
        lines.add(1)
        goesOn = onBody(head, ByteBuffer(bytes: line))
      }
      return head
    }
    return VendorClient(ReplayOptions(file: "f", baseURL: "http://vendor.test/v1", model: "kimi"), transport: transport)
  }

  @Test("An answer without end fails once 64 MiB of a stream came, or 16 of another", arguments: [(true, 64), (false, 16)])
  func endless(isStream: Bool, limit: Int) async throws {
    let lines = Collected<Int>()
    let client = endless("data: {\"choices\":[]}\n\n", lines: lines)
    await #expect(throws: Failure(type: "APIError", message: "the answer is longer than \(limit) MiB")) {
      try await client.attempt(isStream ? streamed : request)
    }
    #expect(lines.all.count == limit)
  }

  @Test("A stream without end that has said [DONE] is an answer, and is left then")
  func endlessAfterDone() async throws {
    let lines = Collected<Int>()
    let client = endless("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n", lines: lines)
    let answer = try await client.attempt(streamed)
    #expect(answer.response["choices"]?[0]?["message"]?["content"] == "a")
    #expect(lines.all.count == 64)
  }

  @Test("An answer that is no JSON object is a failure", arguments: ["<html>", "[]", ""])
  func notJSON(body: String) async throws {
    let failure = await #expect(throws: Failure.self) { try await client(ScriptedVendor(.json(body))).attempt(request) }
    #expect(failure?.type == "APIResponseValidationError")
  }
}
