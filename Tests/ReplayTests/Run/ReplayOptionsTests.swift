// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Replay
import Testing

@Suite struct ReplayOptionsTests {
  @Test(
    "A base URL that cannot work is refused with what to write instead",
    arguments: [
      ("api.moonshot.cn/v1", "--base-url has no scheme: write https://api.moonshot.cn/v1"),
      ("localhost:8611/v1", "--base-url has no scheme: write http://localhost:8611/v1"),
      ("ftp://a/v1", "--base-url must begin with http:// or https://: ftp://a/v1"),
      ("https:///v1", "--base-url names no host: https:///v1"),
      ("https://a/v1?key=1", "--base-url must end with its path, without ? or #: https://a/v1"),
      ("a.example/v1?key=1", "--base-url has no scheme: write https://a.example/v1"),
      ("user:sk-1@a.example/v1", "--base-url has no scheme: write https://a.example/v1"),
      ("ftp://user:sk-1@a/v1#sk-2", "--base-url must begin with http:// or https://: ftp://a/v1"),
      ("https://user:sk-1@a/v1/chat/completions", "--base-url is what stands before /chat/completions: https://a/v1"),
      ("https://a/v1/chat/completions", "--base-url is what stands before /chat/completions: https://a/v1"),
    ])
  func baseURL(url: String, message: String) {
    #expect(throws: ReplayProblem(message)) {
      try ReplayOptions(file: "f", baseURL: url, model: "m").check()
    }
  }

  @Test("Numbers out of range, an empty model and files that would be overwritten are refused")
  func values() throws {
    func problem(_ change: (inout ReplayOptions) -> Void) -> String? {
      var options = ReplayOptions(file: "f", baseURL: "HTTPS://a/v1", model: "m")
      change(&options)
      do throws(ReplayProblem) { try options.check() } catch { return error.message }
      return nil
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.concurrency = 0 } == "--concurrency must be at least 1, not 0")
    #expect(problem { $0.timeout = .zero } != nil)
    #expect(problem { $0.timeout = .seconds(86_401) } != nil)
    #expect(problem { ($0.timeout, $0.rate) = (.seconds(86_400), 0.001) } == nil)
    #expect(problem { $0.rate = 1e-30 } == "--rate must be a number of requests a second, 0.001 or more, not 1e-30")
    #expect(problem { $0.rate = .nan } != nil)
    #expect(problem { $0.rate = .infinity } != nil)
    #expect(problem { $0.retries = -1 } != nil)
    #expect(problem { $0.preparation.temperature = .nan } != nil)
    #expect(problem { $0.preparation.maxTokens = 0 } != nil)
    #expect(problem { $0.preparation.model = " " } != nil)
    #expect(problem { $0.output = "f" } == "f is the set to replay: write the results to another file")
    #expect(problem { $0.summary = $0.output } != nil)
  }

  @Test("A timeout is more than 0 and at most a day, whatever number stands there")
  func timeout() throws {
    var options = ReplayOptions(file: "f", baseURL: "http://a", model: "m")
    let refused: [Double] = [1e30, -1e30, 86_400.5, 0, -1, .nan, .infinity]
    for seconds in refused {
      let problem = #expect(throws: ReplayProblem.self) { try options.setTimeout(seconds: seconds) }
      #expect(problem?.message == "--timeout must be more than 0 and at most 86400 seconds, which is a day, not \(seconds)")
    }
    try options.setTimeout(seconds: 0.5)
    #expect(options.timeout == .milliseconds(500))
    try options.setTimeout(seconds: 86_400)
    #expect(options.timeout == .seconds(86_400))
  }

  @Test(
    "belay refuses numbers that no clock can hold, and does not stop in the middle",
    .enabled(if: Command.belay != nil, "needs belay beside the tests"), arguments: [["--timeout", "1e30"], ["--rate", "1e-30"]])
  func numbers(flag: [String]) async throws {
    let arguments = ["replay", "/dev/null", "--base-url", "http://127.0.0.1:9/v1", "--model", "m"]
    let result = try await Command.run(try #require(Command.belay).path, arguments + flag, mayFail: true)
    #expect(result.status == 2)
    #expect(String(decoding: result.errors, as: UTF8.self).hasPrefix("belay: \(flag[0]) must be "))
  }

  @Test("Extra body must be a JSON object")
  func extraBody() throws {
    var options = ReplayOptions(file: "f", baseURL: "http://a", model: "m")
    try options.setExtraBody(json: #"{"a": 1}"#)
    #expect(options.extraBody == ["a": 1])
    #expect(throws: ReplayProblem.self) { try options.setExtraBody(json: "[1]") }
    #expect(throws: ReplayProblem.self) { try options.setExtraBody(json: "{") }
  }
}
