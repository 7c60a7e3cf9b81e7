// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Logbook
import Store
import Testing

@Suite("The log commands as they are called") struct BinaryTests {
  private static let belay = Result { try Run.belay().path }

  private func run(_ arguments: [String], _ environment: [String: String] = [:], in folder: Folder) throws -> Run {
    try Run(try Self.belay.get(), arguments, in: folder, environment: environment)
  }

  @Test("Exit codes and streams are those that the help promises") func codes() async throws {
    let folder = try Folder()
    let missing = try run(["list"], in: folder)
    #expect(missing.code == 2)
    #expect(missing.out.isEmpty)
    #expect(missing.errors.hasPrefix("there is no store at \(folder.path)/.local/state/belay/belay.sqlite\n"))
    #expect(try run(["list"], ["XDG_STATE_HOME": "/nowhere"], in: folder).errors.hasPrefix("there is no store at /nowhere/belay/belay.sqlite\n"))
    try await withStore([Sample.failed]) { path, _ in
      let environment = ["BELAY_STORE": path]
      let wrong = try run(["list", "--where", "status = 5"], environment, in: folder)
      #expect(wrong.code == 2)
      #expect(wrong.errors == "--where: equality is ==\n  status = 5\n         ^\n")
      let list = try run(["list", "--vendor", "moonshot"], environment.merging(["COLUMNS": "60"]) { $1 }, in: folder)
      #expect(list.code == 0)
      #expect(list.errors == "")
      #expect(list.text.split(separator: "\n").count == 2)
      #expect(list.text.split(separator: "\n").allSatisfy { cells(String($0)) <= 60 })
      #expect(try run(["show", "7Z"], environment, in: folder).code == 1)
      #expect(try run(["show", "last", "--raw", "response"], environment, in: folder).text.hasSuffix("data: [DONE]\n\n"))
      #expect(try run(["export", "last", "--format", "json"], environment, in: folder).code == 0)
      let bundle = try run(["export", "last", "--format", "bundle"], environment, in: folder)
      #expect(bundle.code == 0)
      let file = folder.path + "/belay-\(Sample.failed.id).tar.gz"
      #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
      #expect(bundle.errors.hasPrefix("1 exchange in belay-\(Sample.failed.id).tar.gz, "))
    }
  }

  @Test("The store is the one that belay.yaml names, and flags and variables go before it") func configuredStore() async throws {
    let folder = try Folder()
    func write(_ text: String, to name: String = "belay.yaml") throws { try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name)) }
    try await withStore([Sample.exchange(1)]) { path, _ in
      // What else is in the file, and wrong in this shell, is no reason not to read what was recorded.
      try write("store: { path: \(path) }\nvendors: { a: { base_url: https://a.example/v1, api_key: \"${NOT_SET_HERE}\" } }\n")
      #expect(try run(["list"], in: folder).text.contains("moonshot"))
      #expect(try run(["show", "last"], in: folder).code == 0)
      #expect(try run(["list"], ["BELAY_STORE": "/nowhere/a"], in: folder).errors.hasPrefix("there is no store at /nowhere/a\n"))
      #expect(try run(["list", "--store", "/nowhere/b"], ["BELAY_STORE": path], in: folder).errors.hasPrefix("there is no store at /nowhere/b\n"))
      try write("store: { path: \(path) }", to: "other.yaml")
      try write("store: off")
      let off = try run(["list"], in: folder)
      #expect(off.code == 2)
      #expect(off.errors == "exchanges are not kept: belay.yaml says that the store is off\nTo read a file all the same: --store FILE\n")
      #expect(try run(["list", "--config", "other.yaml"], in: folder).code == 0)
      #expect(try run(["list"], ["BELAY_CONFIG": "other.yaml"], in: folder).code == 0)
      try write("store: { path: [")
      let broken = try run(["list"], in: folder)
      #expect(broken.code == 2)
      #expect(broken.errors.contains("belay.yaml:1"))
      #expect(try run(["list", "--config", "none.yaml"], in: folder).errors.hasPrefix("none.yaml: there is no such file"))
    }
  }

  @Test("A replay goes to the vendor that the configuration names, without its key") func address() async throws {
    let folder = try Folder()
    let configuration = """
      vendors:
        moonshot:
          base_url: https://api.example/v1
          api_key: sk-of-the-file-0123456789
      """
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder.path + "/belay.yaml"))
    try await withStore([Sample.exchange(1)]) { path, _ in
      let script = try run(["export", "last", "--store", path, "--format", "curl"], in: folder)
      #expect(script.code == 0)
      #expect(script.text.contains("default='https://api.example/v1'\n"))
      #expect(!script.text.contains("sk-of-the-file"))
    }
  }

  @Test("Recorded exchanges are replayed by filter, the oldest first, and what was not kept is named") func replay() async throws {
    let folder = try Folder()
    let exchanges = (1...4).map { number in
      Sample.exchange(number) {
        $0.vendor = number == 2 ? "other" : "moonshot"
        let body = #"{"messages":[{"role":"user","content":"question \#(number)"}]}"#
        $0.request = StoredMessage(headers: [], body: Array(body.utf8), omittedBytes: number == 3 ? 9 : 0)
        $0.edits = []
        $0.attempts = []
      }
    }
    try await withStore(exchanges) { path, _ in
      // Nobody listens there: what was sent stands in the rows all the same.
      let common = ["replay", "--from-store", "--store", path, "--base-url", "http://127.0.0.1:1/v1", "--model", "m", "--retries", "0"]
      let run = try run(common + ["--where", "vendor == 'moonshot'"], in: folder)
      #expect(run.code == 1)
      #expect(run.errors.contains("line 2 left out: exchange \(exchanges[2].id): the end of its request was not kept"))
      let rows = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/results.jsonl")).split(separator: 0x0A).map { try JSONValue(parsing: Array($0)) }
      #expect(rows.map { $0["data_index"]?.int } == [1, 3])
      let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/results.jsonl")[.posixPermissions] as? Int
      #expect(mode == 0o600, "what is recorded is its owner's")
      #expect(rows.map { $0["request"]?["messages"]?[0]?["content"]?.string } == ["question 1", "question 4"])

      let nothing = try self.run(common + ["--where", "vendor == 'nobody'"], in: folder)
      #expect(nothing.code == 1)
      #expect(nothing.errors == "no exchange matches\n")
      let both = try self.run(["replay", "set.jsonl", "--since", "1d", "--base-url", "http://127.0.0.1:1/v1", "--model", "m"], in: folder)
      #expect(both.errors.contains("--since chooses recorded exchanges: write --from-store"))
    }
  }

  @Test("Ctrl-C and SIGTERM end a tail without a word", arguments: [SIGINT, SIGTERM]) func interrupt(number: Int32) async throws {
    let folder = try Folder()
    try await withStore([Sample.exchange(1)]) { path, writer in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try Self.belay.get())
      process.arguments = ["tail", "--store", path, "--json"]
      let (out, errors) = (folder.path + "/out", folder.path + "/err")
      for name in [out, errors] { try Data().write(to: URL(fileURLWithPath: name)) }
      process.standardOutput = FileHandle(forWritingAtPath: out)
      process.standardError = FileHandle(forWritingAtPath: errors)
      try process.run()
      func lines() -> Int { FileManager.default.contents(atPath: out)?.count { $0 == 0x0A } ?? 0 }
      try await until("what is there") { lines() == 1 }
      writer.offer([Sample.exchange(2)])
      try await until("what comes") { lines() == 2 }
      kill(process.processIdentifier, number)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 0)
      #expect(FileManager.default.contents(atPath: errors)?.isEmpty == true)
    }
  }
}
