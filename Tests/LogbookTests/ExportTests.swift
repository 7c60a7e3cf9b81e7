// SPDX-License-Identifier: Apache-2.0
import Foundation
import JSON
import Logbook
import Store
import Testing

@Suite("belay export") struct ExportTests {
  private func export(_ exchanges: [StoredExchange], _ format: ExportCommand.Format, _ change: (inout ExportCommand) -> Void = { _ in }) async throws -> Paper {
    let paper = Paper()
    try await withStore(exchanges) { path, _ in
      var command = ExportCommand(format: format)
      command.ids = exchanges.map(\.id)
      command.output = "-"
      change(&command)
      try await command.run(storePath: path, on: paper.screen(), now: Sample.start) { _, _ in Issue.record("a file was written") }
    }
    return paper
  }

  /// A `curl` that says how it was called, and keeps what it was given: a body, and a header that is no argument.
  private func withFakeCurl(_ folder: Folder) throws -> [String: String] {
    let script = "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\n' \"$a\"; done > \"$HOME/arguments\"\ncase \"$*\" in *@-*) cat > \"$HOME/body\";; esac\n"
      + "case \"$*\" in *@/dev/fd/3*) cat /dev/fd/3 > \"$HOME/header\";; esac\n"
    try FileManager.default.createDirectory(atPath: folder.path + "/bin", withIntermediateDirectories: true)
    try Data(script.utf8).write(to: URL(fileURLWithPath: folder.path + "/bin/curl"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/bin/curl")
    return ["PATH": folder.path + "/bin:/usr/bin:/bin"]
  }

  private static let bodies: [[UInt8]] = [
    Array("{}".utf8), Array(#"{"a":"it's $HOME `id` \n \\ %s %% \"!\" 文件"}"#.utf8), [0x27, 0x27, 0x0A, 0x0A, 0x0D], (0...255).map { UInt8($0) },
    [0xFF, 0xFE, 0x80, 0x27, 0x5C], Array(repeating: 0x61, count: 300_000), Array("-n".utf8), Array("\\0101 \\c".utf8), [0, 0x31, 0x32],
    Array("ends with lines\n\n".utf8), Array("\u{2028}\u{202E}\u{FEFF}".utf8),
  ]

  @Test("A shell sends exactly the recorded bytes", arguments: bodies) func shell(body: [UInt8]) async throws {
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(headers: [.init("content-type", "it's; $x")], body: body)
      $0.path = "/v1/files/it's $(id)"
    }
    let folder = try Folder()
    try Data(try await export([exchange], .curl).bytes).write(to: URL(fileURLWithPath: folder.path + "/replay.sh"))
    let run = try Run("sh", ["replay.sh"], in: folder, environment: try withFakeCurl(folder).merging(["OPENAI_API_KEY": "secret"]) { $1 })
    #expect(run.errors == "")
    #expect(run.code == 0)
    #expect(FileManager.default.contents(atPath: folder.path + "/body").map(Array.init) == body)
    let arguments = String(decoding: FileManager.default.contents(atPath: folder.path + "/arguments") ?? Data(), as: UTF8.self)
    #expect(arguments.split(separator: "\n").map(String.init) == [
      "--silent", "--show-error", "--no-buffer", "--globoff", "--request", "POST", "--header", "content-type: it's; $x", "--header",
      "@/dev/fd/3", "--data-binary", "@-", "http://127.0.0.1:8611/v1/files/it's $(id)",
    ])
    #expect(FileManager.default.contents(atPath: folder.path + "/header") == Data("authorization: Bearer secret\n".utf8))
  }

  @Test("A shell without a key sends none, and of several requests each has it") func keys() async throws {
    let folder = try Folder()
    let exchanges = (1...2).map { number in Sample.exchange(number) { if number == 2 { $0.request = StoredMessage(body: []) } } }
    try Data(try await export(exchanges, .curl).bytes).write(to: URL(fileURLWithPath: folder.path + "/replay.sh"))
    let curl = "#!/bin/sh\ncase \"$*\" in *@/dev/fd/3*) cat /dev/fd/3;; *) echo none;; esac\n"
    let environment = try withFakeCurl(folder)
    try Data(curl.utf8).write(to: URL(fileURLWithPath: folder.path + "/bin/curl"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/bin/curl")
    #expect(try Run("sh", ["replay.sh"], in: folder, environment: environment).text == "none\nnone\n")
    let key = "a'b\"c $HOME `id` END"
    let run = try Run("sh", ["replay.sh"], in: folder, environment: environment.merging(["OPENAI_API_KEY": key]) { $1 })
    #expect(run.text == String(repeating: "authorization: Bearer \(key)\n", count: 2))
  }

  @Test("Python compiles, and its literal is exactly the recorded bytes", arguments: bodies) func python(body: [UInt8]) async throws {
    let exchange = Sample.exchange(1) {
      $0.request = StoredMessage(headers: [.init("content-type", "it's \\ 文")], body: body)
      $0.model = "a\nimport os\r\u{0C}x"
    }
    let folder = try Folder()
    let script = folder.path + "/replay.py"
    try Data(try await export([exchange], .python).bytes).write(to: URL(fileURLWithPath: script))
    let compiled = try Run("python3", ["-m", "py_compile", script], in: folder)
    #expect(compiled.errors == "")
    #expect(compiled.code == 0)
    let check = """
      import sys, urllib.request
      class Answer:
          def __enter__(self): return self
          def __exit__(self, *a): pass
          def read1(self, n): return b""
      def opened(self, request, data=None, timeout=None):
          sys.stdout.buffer.write(request.data)
          assert request.headers["Content-type"] == "it's \\\\ 文" and request.headers["Authorization"] == "Bearer k"
          return Answer()
      urllib.request.OpenerDirector.open = opened
      exec(compile(open(sys.argv[1], encoding="utf-8", newline="").read(), "replay", "exec"))
      """
    let run = try Run("python3", ["-c", check, script], in: folder, environment: ["OPENAI_API_KEY": "k"])
    #expect(run.errors == "")
    #expect(run.out == body)
  }

  @Test("A vendor that sends Python elsewhere does not get the key there") func redirect() async throws {
    let folder = try Folder()
    let script = folder.path + "/replay.py"
    try Data(try await export([Sample.exchange(1)], .python).bytes).write(to: URL(fileURLWithPath: script))
    let check = """
      import http.server, os, sys, threading
      seen = []
      class Vendor(http.server.BaseHTTPRequestHandler):
          def do_POST(self):
              self.rfile.read(int(self.headers["content-length"]))
              self.answer()
          def do_GET(self): self.answer()
          def answer(self):
              seen.append(self.path)
              self.send_response(302)
              self.send_header("location", "/else")
              self.send_header("content-length", "0")
              self.end_headers()
          def log_message(self, *a): pass
      server = http.server.HTTPServer(("127.0.0.1", 0), Vendor)
      threading.Thread(target=server.serve_forever, daemon=True).start()
      os.environ["REPLAY_BASE_URL"] = "http://127.0.0.1:%d/v1" % server.server_port
      try:
          exec(compile(open(sys.argv[1], encoding="utf-8", newline="").read(), "replay", "exec"))
      except SystemExit as end:
          print(end.code, seen)
      """
    let run = try Run("python3", ["-c", check, script], in: folder, environment: ["OPENAI_API_KEY": "k"])
    #expect(run.text == "True ['/v1/chat/completions']\n")
    #expect(run.errors.contains("302"))
  }

  @Test("A K2VV line is the request on one line, and what is no chat request is left out") func k2vv() async throws {
    let models = StoredExchange(id: Sample.id(50, milliseconds: Sample.start + 50_000), startedAt: Sample.start + 50_000)
    let paper = try await export([Sample.exchange(1), Sample.failed, models], .k2vv)
    #expect(paper.lines.count == 2)
    let value = try JSONValue(parsing: paper.lines[1])
    #expect(value["messages"]?[2]?["tool_calls"]?[0]?["id"] == "functions.read_file:0")
    #expect(paper.notes == "left out\n  \(models.id): its request is not in the store (see `bodies` of the store's settings)\n")
    let own = try await export([Sample.failed], .k2vv) { $0.isClients = true }
    #expect(try JSONValue(parsing: own.text)["messages"]?[2]?["tool_calls"]?[0]?["id"] == "call_abc")
  }

  @Test("Filters choose as in a list, the oldest first") func filters() async throws {
    let paper = try await export((0..<5).map { Sample.exchange($0) } + [Sample.failed], .json) {
      ($0.ids, $0.flags.verdict, $0.limit) = ([], "valid", 3)
    }
    #expect(try paper.lines.map { try JSONValue(parsing: $0)["id"]?.string } == (2..<5).map { Sample.exchange($0).id })
  }

  @Test("The address is the option's, the configuration's or Belay's own", arguments: [
    ("https://x.example/v1/", [:], "/v1/chat/completions", "https://x.example/v1"),
    (nil, ["moonshot": "https://api.moonshot.ai/v1"], "/moonshot/v1/chat/completions", "https://api.moonshot.ai/v1"),
    (nil, [:], "/moonshot/v1/chat/completions", "http://127.0.0.1:8611/moonshot/v1"),
  ] as [(String?, [String: String], String, String)])
  func address(option: String?, known: [String: String], path: String, base: String) async throws {
    let paper = try await export([Sample.exchange(1) { $0.path = path }], .curl) { ($0.baseURL, $0.addresses) = (option, known) }
    #expect(paper.lines.contains("default='\(base)'"))
    #expect(paper.text.contains("'/chat/completions'"))
  }

  @Test("What cannot be exported, or asked for, says why", arguments: [
    ("none", "which exchanges? Write ids (or `last`), filters as in `belay list`, or --limit N for the newest"),
    ("both", "write ids or filters, not both"),
    ("path", "--redact $.a[: expected an index from 0, * or a quoted name; slices, filters and negative indices are not supported\n  $.a[\n      ^"),
    ("url", "--base-url 'x.example' is no base URL; write one such as https://api.moonshot.ai/v1"),
    ("key", "--key-variable 'A B' is no name of an environment variable; write one such as MOONSHOT_API_KEY"),
  ])
  func problems(what: String, message: String) async throws {
    let told = try await problem {
      _ = try await export([Sample.exchange(1)], .curl) { command in
        switch what {
        case "none": command.ids = []
        case "both": command.flags.verdict = "valid"
        case "path": command.redactions = ["$.a["]
        case "url": command.baseURL = "x.example"
        default: command.keyVariable = "A B"
        }
      }
    }
    #expect(told.description == message)
  }
}
