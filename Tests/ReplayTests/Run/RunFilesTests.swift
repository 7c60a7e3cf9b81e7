// SPDX-License-Identifier: Apache-2.0
import Foundation
import Replay
import Testing

/// Nothing that a run reads is emptied by what it writes.
@Suite struct RunFilesTests {
  /// Tries a run in a folder that holds `s.jsonl`, `s.groq.jsonl` and `official.jsonl`; returns why it was refused, without the
  /// folder's path. Whatever happens, those three are as they were.
  /// - Parameter change: gets options that write to `results.jsonl` and `summary.json` there.
  private func refusal(_ change: (URL, inout ReplayOptions) throws -> Void) async throws -> String? {
    try await withTemporaryFolder { folder -> String? in
      let row = #"{"data_index":1,"finish_reason":"stop"}"#
      let files = ["s.jsonl", "s.groq.jsonl", "official.jsonl"].map(folder.appendingPathComponent)
      for file in files { try Data(row.utf8).write(to: file) }
      var options = ReplayOptions(file: files[0].path, baseURL: "http://vendor.test/v1", model: "kimi")
      options.output = folder.appendingPathComponent("results.jsonl").path
      options.summary = folder.appendingPathComponent("summary.json").path
      try change(folder, &options)
      let vendor = ScriptedVendor(.stop)
      let surroundings = Surroundings(console: Console(isTerminal: false, out: { _ in }, err: { _ in }))
      let run = ReplayRun([options], transport: vendor.transport, surroundings: surroundings)
      var refusal: String?
      do throws(ReplayProblem) { _ = try await run.run() } catch { refusal = error.message }
      #expect(vendor.received.isEmpty == (refusal != nil))
      for file in files { #expect(try Data(contentsOf: file) == Data(row.utf8), "\(file.lastPathComponent)") }
      return refusal?.replacingOccurrences(of: folder.path + "/", with: "")
    }
  }

  @Test("The reference is not where the results go, by default or otherwise")
  func reference() async throws {
    #expect(try await refusal { $1.reference = $0.appendingPathComponent("official.jsonl").path } == nil)
    #expect(
      try await refusal {
        let official = $0.appendingPathComponent("official.jsonl").path
        $1.reference = official
        $1.output = official
      } == "the run would write to official.jsonl, which is the reference: name another file with --output")
    #expect(
      try await refusal {
        $1.reference = $0.path + "/official.jsonl"
        $1.summary = $0.path + "/./official.jsonl"
      } == "the run would write to ./official.jsonl, which is official.jsonl, the reference: name another file with --summary")
  }

  @Test("The set is not where the results go, whatever it is called")
  func dataset() async throws {
    let message = "which is s.jsonl, the set to replay: name another file with --output"
    #expect(try await refusal { $1.output = $0.path + "/./s.jsonl" } == "the run would write to ./s.jsonl, \(message)")
    #expect(
      try await refusal { folder, options in
        let link = folder.appendingPathComponent("link.jsonl")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder.appendingPathComponent("s.jsonl"))
        options.output = link.path
      } == "the run would write to link.jsonl, \(message)")
    #expect(
      try await refusal { folder, options in
        let link = folder.appendingPathComponent("hard.jsonl")
        try FileManager.default.linkItem(at: folder.appendingPathComponent("s.jsonl"), to: link)
        options.output = link.path
      } == "the run would write to hard.jsonl, \(message)")
    #expect(
      try await refusal { folder, options in
        let link = folder.appendingPathComponent("set.jsonl")
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: folder.appendingPathComponent("s.jsonl"))
        (options.file, options.summary) = (link.path, options.file)
      } == "the run would write to s.jsonl, which is set.jsonl, the set to replay: name another file with --summary")
  }

  @Test("The names of vendors and of passes are thought of, and so is the file by way of which rows are sorted")
  func marks() async throws {
    #expect(
      try await refusal {
        $1.name = "groq"
        $1.file = $0.path + "/s.groq.jsonl"
        $1.output = $0.path + "/s.jsonl"
      } == "the run would write to s.groq.jsonl, which is the set to replay: name another file with --output")
    #expect(
      try await refusal { folder, options in
        let reference = folder.appendingPathComponent("results.3.jsonl")
        try FileManager.default.copyItem(at: folder.appendingPathComponent("official.jsonl"), to: reference)
        options.reference = reference.path
        options.repeats = 3
      } == "the run would write to results.3.jsonl, which is the reference: name another file with --output")
    #expect(
      try await refusal { folder, options in
        let set = folder.appendingPathComponent("results.jsonl.sorting")
        try FileManager.default.copyItem(at: folder.appendingPathComponent("s.jsonl"), to: set)
        options.file = set.path
      }?.contains("results.jsonl.sorting, which is") == true)
  }

  @Test("Of a folder of schema cases each file is kept")
  func cases() async throws {
    let refused = try await refusal { folder, options in
      let suite = folder.appendingPathComponent("cases/enum")
      try FileManager.default.createDirectory(at: suite, withIntermediateDirectories: true)
      try Data(#"{"type":"string"}"#.utf8).write(to: suite.appendingPathComponent("valid.jsonl"))
      options.file = folder.appendingPathComponent("cases").path
      options.output = suite.path + "/../enum/valid.jsonl"
    }
    #expect(
      refused == "the run would write to cases/enum/../enum/valid.jsonl, which is cases/enum/valid.jsonl, the set to replay: name another file with --output")
  }

  @Test("Results and summary do not go to one file under two names")
  func twice() async throws {
    #expect(
      try await refusal { ($1.output, $1.summary) = ($0.path + "/new.json", $0.path + "/./new.json") }
        == "the run would write to ./new.json twice: give --output and --summary names of their own")
  }
}
