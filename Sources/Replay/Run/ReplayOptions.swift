// SPDX-License-Identifier: Apache-2.0
package import JSON

/// What a replay of one vendor was asked to do. The defaults are K2VV's.
package struct ReplayOptions: Sendable {
  /// What the vendor is called when there are several; stands in the names of its files.
  package var name: String?
  /// The set: see ``RequestSource``.
  package var file: String
  package var baseURL: String
  package var preparation: Preparation
  package var apiKey: APIKey?
  package var concurrency = 5
  /// Requests a second; nil for as many as `concurrency` gives.
  package var rate: Double?
  /// How often the set is sent, each time into files of its own.
  package var repeats = 1
  /// A file of results that a running F1 is shown against.
  package var reference: String?
  package var output = "results.jsonl"
  package var summary = "summary.json"
  /// Silence for which a vendor is waited for, before the answer and within it.
  package var timeout = Duration.seconds(600)
  /// Attempts after the first one.
  package var retries = 3
  /// Laid over each request when it is sent; no part of its hash.
  package var extraBody = JSONObject()
  /// Goes on with what `output` holds: requests that have their answer there are not sent again.
  package var isIncremental = false

  package init(file: String, baseURL: String, model: String) {
    self.file = file
    self.baseURL = baseURL
    preparation = Preparation(model: model)
  }

  var endpoint: String {
    var base = baseURL[...]
    while base.hasSuffix("/") { base = base.dropLast() }
    return base + (preparation.template == nil ? "/chat/completions" : "/completions")
  }

  /// Where the results and the summary of one pass go: with a vendor's name and the number of a repeat before the extension,
  /// as in `results.groq.2.jsonl`. The first pass has no number, so that a set sent once has K2VV's names.
  /// - Parameter pass: from 1.
  package func files(pass: Int) -> (output: String, summary: String) {
    let marks = [name, pass > 1 ? String(pass) : nil].compactMap { $0 }.map { "." + $0 }.joined()
    func marked(_ path: String) -> String {
      guard !marks.isEmpty else { return path }
      let folderEnd = path.lastIndex(of: "/") ?? path.startIndex
      guard let dot = path[folderEnd...].dropFirst().lastIndex(of: ".") else { return path + marks }
      return path[..<dot] + marks + path[dot...]
    }
    return (marked(output), marked(summary))
  }

  /// Sets `extraBody` from JSON text.
  package mutating func setExtraBody(json text: String) throws(ReplayProblem) {
    do {
      guard case .object(let object) = try JSONValue(parsing: text) else {
        throw ReplayProblem("--extra-body must be a JSON object, such as '{\"top_p\": 0.9}'")
      }
      extraBody = object
    } catch let problem as ReplayProblem {
      throw problem
    } catch {
      throw ReplayProblem("--extra-body is not JSON: \(error)")
    }
  }

  /// Sets `timeout`. A `Duration` holds no more than some 10^20 seconds, and an option can say anything.
  package mutating func setTimeout(seconds: Double) throws(ReplayProblem) {
    guard seconds > 0, seconds <= 86_400 else { throw ReplayProblem("\(Self.timeoutRule), not \(seconds)") }
    timeout = .seconds(seconds)
  }

  private static let timeoutRule = "--timeout must be more than 0 and at most 86400 seconds, which is a day"

  /// Throws for what cannot work, and says what to write instead.
  package func check() throws(ReplayProblem) {
    try checkBaseURL()
    func demand(_ condition: Bool, _ message: String) throws(ReplayProblem) {
      if !condition { throw ReplayProblem(message) }
    }
    try demand(!preparation.model.allSatisfy(\.isWhitespace), "--model is empty: give the name the vendor knows it by")
    try demand(concurrency > 0, "--concurrency must be at least 1, not \(concurrency)")
    if let rate {
      try demand(rate >= 0.001 && rate.isFinite, "--rate must be a number of requests a second, 0.001 or more, not \(rate)")
    }
    try demand((1...1000).contains(repeats), "--repeat must be between 1 and 1000, not \(repeats)")
    try demand(timeout > .zero && timeout <= .seconds(86_400), Self.timeoutRule)
    try demand(retries >= 0, "--retries must not be negative; 0 sends each request once")
    if let temperature = preparation.temperature {
      try demand((0...2).contains(temperature), "--temperature must be between 0 and 2, not \(temperature)")
    }
    if let maxTokens = preparation.maxTokens {
      try demand(maxTokens > 0, "--max-tokens must be at least 1, not \(maxTokens)")
    }
    try demand(output != file && summary != file, "\(file) is the set to replay: write the results to another file")
    try demand(output != summary, "--output and --summary are the same file: \(output)")
  }

  private func checkBaseURL() throws(ReplayProblem) {
    let lower = baseURL.lowercased()
    let shown = ShownURL.of(baseURL)
    guard let scheme = ["http://", "https://"].first(where: lower.hasPrefix) else {
      if lower.contains("://") { throw ReplayProblem("--base-url must begin with http:// or https://: \(shown)") }
      let isLocal = ["localhost", "127.", "[::1]"].contains(where: lower.hasPrefix)
      throw ReplayProblem("--base-url has no scheme: write \(isLocal ? "http" : "https")://\(shown)")
    }
    let rest = lower.dropFirst(scheme.utf8.count)
    guard let first = rest.first, first != "/" else { throw ReplayProblem("--base-url names no host: \(shown)") }
    if rest.contains("?") || rest.contains("#") {
      throw ReplayProblem("--base-url must end with its path, without ? or #: \(shown)")
    }
    if rest.hasSuffix("/chat/completions") {
      throw ReplayProblem("--base-url is what stands before /chat/completions: \(shown.dropLast(17))")
    }
  }
}
