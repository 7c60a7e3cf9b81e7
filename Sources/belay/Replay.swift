// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Replay

struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sends a benchmark set to a vendor and writes down the answers.",
    discussion: """
      FILE has one request body a line, as the sets of Moonshot's K2 Vendor Verifier. Each request is sent with --model; the role \
      _input becomes system, and streams ask for their usage. Lines that are no request are named and skipped. The files are those \
      of the Verifier's tool_calls_eval.py: a line of results for each request, sorted at the end, and a summary. What the Verifier has \
      no key for stands in a line's last one, `belay`: the codes of what inspection found (`belay explain` says what they are), \
      attempts, and where its reading of an answer is mistaken.

      Ctrl-C finishes what is in flight and writes the summary; a second one cancels it, a third ends the program as it is.

      Exit codes: 0 every request was answered, 1 some failed or lines were skipped, 2 nothing could be done, 130 Ctrl-C.

      Examples: belay replay samples.jsonl --base-url http://127.0.0.1:8611/v1 --model kimi-k2-0905-preview
                belay replay samples.jsonl --vendor moonshot --vendor groq,model=moonshotai/kimi-k2-instruct-0905 --model kimi-k2-0905-preview
                belay replay --from-store --since 1d --where "calls > 0" --vendor novita --model moonshotai/kimi-k2-0905
      """)

  @Argument(help: "The set: JSON Lines, one request body a line, gzip too; or a folder of KVV's schema cases.")
  var file: String?

  @OptionGroup var recorded: RecordedSet

  @Option(help: "What stands before /chat/completions, as in https://api.moonshot.ai/v1.")
  var baseUrl: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      """
      In place of --base-url, and as often as there are vendors: they are asked side by side. The URL can be left out for one that \
      belay.yaml or `belay explain vendors` names. model, concurrency, rate and extra-body (JSON, the last one) are its own. Its key \
      is in BELAY_NAME_API_KEY, or in belay.yaml; its name stands in the names of its files.
      """, valueName: "NAME[=URL][,model=…]"))
  var vendor: [String] = []

  @Option(help: "The model to ask for, in place of each request's own.")
  var model: String

  @Option(
    help: "The vendor's key. Better in OPENAI_API_KEY, as other users of this machine can see arguments. Without one none is sent.")
  var apiKey: String?

  @Option(help: "How many requests are in flight at once; fewer while a vendor answers 429.")
  var concurrency = 5

  @Option(help: "Requests a second, at most.")
  var rate: Double?

  @Option(help: "How often the set is sent: what a vendor makes of the same request twice is the noise floor. Each time has its files.")
  var `repeat` = 1

  @Option(help: "Results to show a running F1 against.")
  var reference: String?

  @Option(help: "Where the results go, one JSON object a line. The file is emptied first, but for --incremental.")
  var output = "results.jsonl"

  @Option(help: "Where the summary goes.")
  var summary = "summary.json"

  @Option(help: "Seconds of silence for which a vendor is waited for, before its answer and within it.")
  var timeout = 600.0

  @Option(
    help: """
      How often a request is sent again after 408, 409, 5xx, a timeout or a broken connection, waiting longer each time or as \
      long as Retry-After says. 429 is not counted, but is given up after an hour. (The Verifier never gives up on 429, nor on broken \
      connections.)
      """)
  var retries = 3

  @Option(help: "Temperature, in place of each request's own.")
  var temperature: Double?

  @Option(help: "max_tokens, in place of each request's own.")
  var maxTokens: Int?

  @Option(help: "A JSON object whose members are added to each request that is sent.")
  var extraBody: String?

  @Flag(help: "Go on with the file of --output: only requests that are new or failed are sent.")
  var incremental = false

  @Flag(
    name: .customLong("use_raw_completions"),
    help: "Render each conversation with Kimi K2's chat template, send it to /completions, and read calls from the text.")
  var useRawCompletions = false

  @Option(help: "With --use_raw_completions: a model whose chat template to use; thinking in its name decides. No tokenizer is loaded.")
  var tokenizerModel: String?

  func validate() throws {
    if file == nil, !recorded.fromStore { throw ValidationError("which set? Write the file, or --from-store for recorded exchanges") }
    if file != nil, recorded.fromStore { throw ValidationError("write the file or --from-store, not both") }
    if vendor.isEmpty, baseUrl == nil { throw ValidationError("which vendor? Write --base-url URL, or --vendor NAME=URL") }
    if !vendor.isEmpty, baseUrl != nil || apiKey != nil {
      throw ValidationError("--vendor has its own URL and key: leave --base-url and --api-key out")
    }
  }

  func run() async throws {
    // What is recorded is its owner's, as the store is.
    if recorded.fromStore { umask(0o077) }
    let vendors: [ReplayOptions]
    do {
      vendors = try self.vendors()
    } catch let problem as ReplayProblem {
      Output.error("belay: \(problem.message)\n")
      throw ExitCode(2)
    } catch {
      // belay.yaml has mistakes, told with their lines.
      Output.error("\(error)\n")
      throw ExitCode(2)
    }
    try await LogCommand.run {
      let code = await ReplayCommand.run(vendors, source: try await recorded.source())
      if code != 0 { throw ExitCode(code) }
    }
  }

  private func vendors() throws -> [ReplayOptions] {
    // A store that cannot be told is told when it is read.
    let file = self.file ?? (try? recorded.store.path()) ?? "the store"
    var options = ReplayOptions(file: file, baseURL: baseUrl ?? "", model: model)
    options.preparation.temperature = temperature
    options.preparation.maxTokens = maxTokens
    if useRawCompletions { options.preparation.template = ChatTemplate(model: tokenizerModel ?? model) }
    options.isIncremental = incremental
    (options.concurrency, options.rate, options.retries) = (concurrency, rate, retries)
    (options.repeats, options.reference) = (`repeat`, reference)
    (options.output, options.summary) = (output, summary)
    try options.setTimeout(seconds: timeout)
    if let extraBody { try options.setExtraBody(json: extraBody) }
    if vendor.isEmpty {
      options.apiKey = APIKey(option: apiKey)
      return [options]
    }
    var told: [String] = []
    let vendors = try vendor.map { text in
      let argument = try VendorArgument(text)
      guard argument.baseURL == nil else { return try argument.options(options) }
      let found = try NamedVendors.find(argument.name)
      let named = try argument.options(options, known: found.vendor)
      if let file = found.file {
        if told.isEmpty { told.append(file.line) }
        told.append(FoundFile.line(of: argument.name, at: named.baseURL))
      }
      return named
    }
    for line in told { Output.error(line + "\n") }
    return vendors
  }
}
