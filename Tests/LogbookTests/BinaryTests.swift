// SPDX-License-Identifier: Apache-2.0
import Foundation
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
