// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The tools that a replay is compared with. They are not part of this repository: a checkout of each is looked for where an
/// environment variable points, in `.build`, and beside the shared data.
enum Peers {
  /// Kimi K2 Vendor Verifier: `tool_calls_eval.py`, and `f1_score.py` from its pull request 28.
  static let k2vv = checkout("BELAY_K2VV_REPO", "k2vv", holding: "tool_calls_eval.py")
  /// Kimi Vendor Verifier.
  static let kvv = checkout("BELAY_KVV_REPO", "kvv", holding: "tests/tool_call_json_schema/validator.py")
  /// A folder with `instruct.jinja` and `thinking.jinja`, the chat templates of Kimi-K2-Instruct-0905 and Kimi-K2-Thinking.
  static let templates = checkout("BELAY_K2_TEMPLATES", "k2-templates", holding: "thinking.jinja")

  /// A Python with what they need: openai, httpx, megfile, jsonschema, loguru, tqdm, transformers and jinja2.
  static let python: String? = {
    let path = ProcessInfo.processInfo.environment["BELAY_K2VV_PYTHON"] ?? build.appendingPathComponent("k2vv-venv/bin/python").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// `.build` of the repository.
  private static let build: URL = {
    var root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<4 { root.deleteLastPathComponent() }
    return root.appendingPathComponent(".build")
  }()

  private static func checkout(_ variable: String, _ name: String, holding file: String) -> URL? {
    let places = [
      ProcessInfo.processInfo.environment[variable].map { URL(fileURLWithPath: $0) }, build.appendingPathComponent(name),
      SharedData.folder.appendingPathComponent("../" + name),
    ]
    return places.compactMap { $0 }.first { SharedData.exists($0.appendingPathComponent(file)) }
  }

  /// Runs Python there and returns what it prints.
  /// - Parameter input: the file that is the script's first argument.
  static func run(_ script: String, input: [UInt8], in folder: URL) async throws -> [UInt8] {
    try await withTemporaryFolder { temporary in
      let file = temporary.appendingPathComponent("input")
      try Data(input).write(to: file)
      return try await Command.run(python ?? "python3", ["-c", script, file.path], in: folder).output
    }
  }
}

/// A program that runs beside a test.
enum Command {
  /// `belay`, beside the tests in the folder of the build.
  static let belay: URL? = {
    var folder = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
    for _ in 0..<4 {
      folder.deleteLastPathComponent()
      let file = folder.appendingPathComponent("belay")
      if (try? file.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == false { return file }
    }
    return nil
  }()

  struct Result { let status: Int32, output: [UInt8], errors: [UInt8] }

  /// Waits for it without holding a thread of the pool. Throws unless it ends with 0.
  @discardableResult
  static func run(
    _ path: String, _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:], mayFail: Bool = false
  ) async throws -> Result {
    try await withTemporaryFolder { temporary in
      let files = ["out", "err"].map(temporary.appendingPathComponent)
      for file in files { try Data().write(to: file) }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: files[0])
      process.standardError = try FileHandle(forWritingTo: files[1])
      let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
        process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
        do { try process.run() } catch { continuation.resume(throwing: error) }
      }
      let result = Result(
        status: status, output: Array(try Data(contentsOf: files[0])), errors: Array(try Data(contentsOf: files[1])))
      if status != 0, !mayFail { throw Failed(status: status, errors: String(decoding: result.errors.suffix(4000), as: UTF8.self)) }
      return result
    }
  }

  struct Failed: Error { let status: Int32, errors: String }
}
