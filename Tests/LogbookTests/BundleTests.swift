// SPDX-License-Identifier: Apache-2.0
import Fidelity
import Foundation
import JSON
import Logbook
import Store
import Testing

@Suite("Bundles and keys") struct BundleTests {
  /// Exports a bundle and unpacks it with tar, which is somebody else's reading of both formats.
  private func unpacked(
    _ exchanges: [StoredExchange], comparisons: [StoredComparison] = [], redactions: [String] = [], environment: [String: String] = [:]
  ) async throws -> (Folder, [String]) {
    let folder = try Folder()
    try await withStore(exchanges) { path, writer in
      writer.offer(comparisons: comparisons)
      await writer.flush()
      var command = ExportCommand(format: .bundle)
      (command.ids, command.redactions, command.version) = (exchanges.map(\.id), redactions, "9.8.7")
      command.environment = environment
      try await command.run(storePath: path, on: Paper().screen(), now: Sample.start) { name, bytes throws(LogbookProblem) in
        #expect(name.hasSuffix(".tar.gz"))
        try OwnFile.save(folder.path + "/bundle.tar.gz", bytes)
      }
    }
    let run = try Run("tar", ["-xzvf", "bundle.tar.gz"], in: folder)
    #expect(run.code == 0)
    #expect(run.errors == "")
    return (folder, run.text.split(separator: "\n").map(String.init).sorted())
  }

  private func contents(_ folder: Folder, _ name: String) throws -> String {
    String(decoding: try #require(FileManager.default.contents(atPath: folder.path + "/" + name)), as: UTF8.self)
  }

  @Test("A bundle has the request, the answer, what is wrong and how to see it again") func files() async throws {
    let (folder, names) = try await unpacked([Sample.failed])
    let base = "belay-\(Sample.failed.id)"
    #expect(names == ["README.md", "client-request.headers.json", "client-request.json", "exchange.json", "replay.sh", "request.headers.json", "request.json", "response.headers.json", "response.sse"].map { "\(base)/\($0)" })
    let readme = try contents(folder, base + "/README.md")
    #expect(readme.hasPrefix("# arguments.schema.type with kimi-k2-0905-preview at moonshot, 2026-09-21 14:13:27.000 UTC\n"))
    #expect(readme.contains("^^^^^"))
    for name in names where !name.hasSuffix("README.md") { #expect(readme.contains("`\(name.dropFirst(base.count + 1))`")) }
    #expect(try contents(folder, base + "/response.sse").hasPrefix("data: {\"choices\""))
    let facts = try JSONValue(parsing: contents(folder, base + "/exchange.json"))
    #expect(facts["belay"] == "9.8.7")
    #expect(facts["findings"]?[0]?["code"] == "arguments.schema.type")
  }

  @Test("What a vendor or a client named is text in the README, no Markdown") func markdown() async throws {
    let name = "<img src=x>[click](http://a.example)`\u{1B}"
    let exchange = Sample.exchange(1) {
      $0.model = name
      $0.findings = [
        StoredFinding(
          code: "call.unknown_tool", severity: .error, choice: 0, call: 0, path: "", message: "the request declares no tool '\(name)'", attempt: 0)
      ]
    }
    let (folder, _) = try await unpacked([exchange])
    let shown = #"\<img src=x\>\[click\](http://a.example)\`␛"#
    let lines = try contents(folder, "belay-\(exchange.id)/README.md").split(separator: "\n")
    #expect(lines.first?.contains(" with \(shown) at moonshot") == true)
    #expect(lines.contains { $0.hasPrefix("- **call.unknown_tool**: the request declares no tool '\(shown)'.") })
  }

  @Test("Attempts have folders, and what the client got where it is another answer") func attempts() async throws {
    let (_, names) = try await unpacked([Sample.exchange(1) { exchange in
      exchange.attempts.append(exchange.attempts[0])
      exchange.attempts[1].response = Sample.json("{\"n\":2}")
      exchange.attempts[0].response = StoredMessage(body: Array("<html>".utf8))
      exchange.response = Sample.json("{\"n\":3}")
    }])
    let base = "belay-\(Sample.exchange(1).id)/"
    #expect(Set(names).isSuperset(of: ["attempt-1/request.json", "attempt-1/response.txt", "attempt-2/response.json", "client-response.json"].map { base + $0 }))
  }

  @Test("Any bytes survive packing") func packing() async throws {
    var random = SystemRandomNumberGenerator()
    let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    let bodies: [[UInt8]] = [[], [0], noise, Array(repeating: 0x61, count: 100_000), Array((0..<9000).flatMap { Array("data: {\"n\":\($0 % 700)}\n\n".utf8) })]
    for (number, body) in bodies.enumerated() {
      let exchange = Sample.exchange(number) { $0.attempts[0].response = StoredMessage(headers: [.init("content-type", "text/event-stream")], body: body) }
      let (folder, _) = try await unpacked([exchange])
      let kept = FileManager.default.contents(atPath: folder.path + "/belay-\(exchange.id)/response.sse").map(Array.init)
      #expect(kept == body)
    }
  }

  @Test("What --redact names is nowhere in the bundle") func redaction() async throws {
    let (folder, names) = try await unpacked([Sample.failed], redactions: ["$.messages[*].content", "$.choices[*].delta.content"])
    for name in names {
      let text = try contents(folder, name)
      for word in ["no such file", "Be terse", "Reading a.txt", "文件"] { #expect(!text.contains(word), "\(name)") }
    }
  }

  /// The client's own key in a header, in its own text and in the vendor's answer; a key of somebody else in a prompt; a key of
  /// this machine's environment; a session's cookie; the client's address.
  @Test("Planted keys are in no output", arguments: ["list", "show", "full", "json", "raw", "tail", "curl", "python", "k2vv", "export"])
  func keys(what: String) async throws {
    try await withStore([Self.planted]) { path, _ in
      let paper = Paper()
      let screen = paper.screen()
      switch what {
      case "list": try await ListCommand().run(storePath: path, on: screen, now: 0)
      case "tail":
        let tail = Task { try await TailCommand().run(storePath: path, on: screen, now: 0) }
        try await until("a line") { paper.lines.count > 1 }
        tail.cancel()
      case "show", "full", "json", "raw":
        for part in ShowCommand.RawPart.allCases {
          var command = ShowCommand(id: "last")
          command.form = what == "json" ? .json : what == "raw" ? .raw(part) : .text(isFull: what == "full")
          try await command.run(storePath: path, on: screen)
        }
      default:
        var command = ExportCommand(format: ExportCommand.Format(rawValue: what) ?? .json)
        command.ids = ["last"]
        try await command.run(storePath: path, on: screen, now: 0) { _, _ in }
      }
      #expect(!paper.bytes.isEmpty)
      for secret in [Sample.key, "c00kie-c00kie"] { #expect(!paper.text.contains(secret)) }
    }
  }

  @Test("Planted keys of any kind are in no bundle") func bundleKeys() async throws {
    let (folder, names) = try await unpacked([Self.planted], environment: ["MOONSHOT_API_KEY": "environment-0123"])
    for name in names {
      let text = try contents(folder, name)
      for secret in [Sample.key, "c00kie-c00kie", "ghp_aaaabbbbccccdddd0123456789", "environment-0123", "10.1.2.3"] {
        #expect(!text.contains(secret), "\(name)")
      }
    }
  }

  @Test("A key that the proxy made for another client is in no bundle") func clientKeys() async throws {
    let key = "belay_" + String(repeating: "aB3", count: 14) + "x"
    let exchange = Sample.exchange(1) {
      $0.request = Sample.json(#"{"messages":[{"role":"user","content":"mine is \#(key), of belay_requests_total"}]}"#)
      $0.request?.headers.append(.init("x-note", key))
    }
    let (folder, names) = try await unpacked([exchange])
    for name in names { #expect(!(try contents(folder, name)).contains(key), "\(name)") }
    #expect(try contents(folder, "belay-\(exchange.id)/request.json").contains("mine is [redacted], of belay_requests_total"))
  }

  @Test("A compressed answer is in no bundle, and its README says why; nor is a key in UTF-16") func unsearchable() async throws {
    let packed = StoredMessage(headers: [.init("content-encoding", "gzip")], body: [0x1F, 0x8B, 0x08, 0, 0xFF])
    let wide = StoredMessage(body: "take ghp_aaaabbbbccccdddd0009".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    let exchanges = [packed, wide].enumerated().map { number, answer in Sample.exchange(number) { $0.attempts[0].response = answer } }
    let (folder, _) = try await unpacked(exchanges)
    for (exchange, answer) in zip(exchanges, [packed, wide]) {
      let readme = try contents(folder, "belay-\(exchange.id)/README.md")
      let reason = answer == packed ? ": it is compressed (gzip), and cannot be searched for keys" : ""
      #expect(readme.contains("\(answer.body.count) B, not kept\(reason)\n"), "\(readme)")
      #expect(try contents(folder, "belay-\(exchange.id)/response.txt") == "")
    }
  }

  /// As they stand in a body, and what of them is a key.
  private static let written = [
    (#"token:\nghp_aaaabbbbccccdddd0001"#, "ghp_aaaabbbbccccdddd0001"), (#"\tsk-aaaabbbbccccdddd0002"#, "sk-aaaabbbbccccdddd0002"),
    (#"\\r\\nhf_aaaabbbbccccdddd0003"#, "hf_aaaabbbbccccdddd0003"), (#"key\u003dsk-aaaabbbbccccdddd0004"#, "sk-aaaabbbbccccdddd0004"),
    ("key%3Dfw_aaaabbbbccccdddd0005", "fw_aaaabbbbccccdddd0005"), (#"\nBearer aaaabbbbccccdddd0006"#, "aaaabbbbccccdddd0006"),
    (#"\u001b[32mnvapi-aaaabbbbccccdddd0007"#, "nvapi-aaaabbbbccccdddd0007"), ("KEY_AKIAAAAABBBBCCCC0008", "AKIAAAAABBBBCCCC0008"),
    (#"ab\/cd+ef=0123456789\\"#, #"cd+ef=0123456789"#), (#"ab%2Fcd%2Bef%3D0123456789%5C"#, "cd%2Bef%3D0123456789"),
  ]

  @Test("A key is found behind an escape and in one, and a word that looks like a key is left") func escapedKeys() async throws {
    let words = ["disk-image-name-of-2024", "daily_highs_and_lows_of_2024"]
    let said = (Self.written.map(\.0) + words).joined(separator: " ")
    let exchange = Sample.exchange(1) { $0.request = Sample.json(#"{"messages":[{"role":"user","content":"\#(said)"}]}"#) }
    let (folder, names) = try await unpacked([exchange], environment: ["A_SECRET": #"ab/cd+ef=0123456789\"#])
    for name in names {
      let text = try contents(folder, name)
      for (_, key) in Self.written { #expect(!text.contains(key), "\(name)") }
    }
    let request = try contents(folder, "belay-\(exchange.id)/request.json")
    for word in words { #expect(request.contains(word)) }
    #expect((try? JSONValue(parsing: request)) != nil)
  }

  /// A private key's lines as PEM has them; the last is short.
  private static let pem = ["MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg/w+9yBzXk2Qv", "u1nL5mPq7rTsVwXyZa0123456789bcdefghijkl/mnopqrstuvwxyz+ABCDEFGHI", "n0pQ=="]

  /// What stands between the lines.
  private static let breaks = [#"\n"#, #"\r\n"#, #"\\n"#, #"\u000a"#, "%0A", #"\n     2\t"#, " "]

  @Test("A private key is in no bundle, however its lines end", arguments: breaks)
  func privateKeys(between: String) async throws {
    let lines = ["-----BEGIN EC PRIVATE KEY-----"] + Self.pem + ["-----END EC PRIVATE KEY-----", "of 2024, AKnownWordOfManyLettersHere"]
    let said = lines.joined(separator: between)
    let exchange = Sample.exchange(1) {
      $0.request = Sample.json(#"{"messages":[{"role":"tool","content":"\#(said) and again \#(Self.pem[1].replacing("/", with: "\\/"))"}]}"#)
    }
    let (folder, names) = try await unpacked([exchange])
    for name in names {
      let text = try contents(folder, name).replacing("\\/", with: "/")
      for line in Self.pem.prefix(2) { #expect(!text.contains(line) && !text.contains(line.dropFirst(4)), "\(name)") }
    }
    let request = try contents(folder, "belay-\(exchange.id)/request.json")
    for kept in ["-----BEGIN EC PRIVATE KEY-----", "AKnownWordOfManyLettersHere"] { #expect(request.contains(kept)) }
    #expect((try? JSONValue(parsing: request)) != nil)
  }

  @Test("A certificate is no private key") func certificates() async throws {
    let said = (["-----BEGIN CERTIFICATE-----"] + Self.pem + ["-----END CERTIFICATE-----"]).joined(separator: #"\n"#)
    let exchange = Sample.exchange(1) { $0.request = Sample.json(#"{"messages":[{"role":"user","content":"\#(said)"}]}"#) }
    let (folder, _) = try await unpacked([exchange])
    #expect(try contents(folder, "belay-\(exchange.id)/request.json").contains(said))
  }

  @Test("A key that a stream delivers in pieces is in no bundle, nor does the answer that is put together have it", arguments: ["content", "reasoning_content"])
  func piecesOfKeys(member: String) async throws {
    let key = "ghp_aaaabbbbccccdddd0009"
    let text = Array("take \(key), or environment-0123")
    let stream = stride(from: 0, to: text.count, by: 3).map { start in
      #"data: {"choices":[{"index":0,"delta":{"\#(member)":"\#(String(text[start..<min(start + 3, text.count)]))"}}]}"# + "\n\n"
    }
    let exchange = Sample.exchange(1) {
      $0.attempts[0].response = StoredMessage(headers: [.init("content-type", "text/event-stream")], body: Array(stream.joined().utf8))
    }
    let (folder, names) = try await unpacked([exchange], environment: ["MY_TOKEN": "environment-0123"])
    for name in names {
      let said = try contents(folder, name).split { $0.isNewline }.map { line in
        (try? JSONValue(parsing: Array(line.dropFirst(6).utf8)))?["choices"]?[0]?["delta"]?[JSONString(member)]?.string ?? String(line)
      }.joined()
      for secret in [key, "environment-0123"] { #expect(!said.contains(secret), "\(name)") }
      if name.hasSuffix(".sse") { #expect(said == "take [redacted], or [redacted]") }
      if name.hasSuffix("README.md") { #expect(said.contains("take [redacted], or [redacted]")) }
    }
  }

  @Test("A key over the parts of a message is in no bundle, whoever said it") func partsOfKeys() async throws {
    let parts = ["take ghp_aaaabb", "bbccccdddd", "0009, or environment-", "0123"].map { #"{"type":"text","text":"\#($0)"}"# }.joined(separator: ",")
    let exchange = Sample.exchange(1) {
      $0.request = Sample.json(#"{"messages":[{"role":"tool","content":[\#(parts)]}]}"#)
      $0.attempts[0].response = Sample.json(#"{"choices":[{"message":{"content":[\#(parts)]}}]}"#)
    }
    let (folder, names) = try await unpacked([exchange], environment: ["MY_TOKEN": "environment-0123"])
    let kept = #"[{"type":"text","text":"take [redacted]"},{"type":"text","text":""},{"type":"text","text":", or [redacted]"},{"type":"text","text":""}]"#
    for name in ["request.json", "response.json"] where names.contains(where: { $0.hasSuffix("/\(name)") }) {
      #expect(try contents(folder, "belay-\(exchange.id)/\(name)").contains(kept), "\(name)")
    }
  }

  @Test("What a reference was compared with is redacted as the exchange is", arguments: [[], ["$..arguments"]])
  func comparedArguments(redactions: [String]) async throws {
    func side(_ path: String) -> Side {
      let arguments = #"{"path":"\#(path)","token":"ghp_aaaabbbbccccdddd0123456789"}"#
      return Side(judged: .toolCalls, calls: [ToolCall(name: "read_file", arguments: arguments)])
    }
    let comparison = StoredComparison(
      time: Sample.failed.startedAt, exchange: Sample.failed.id, vendor: "moonshot", model: "kimi-k2", reference: "official",
      answer: side("one-path"), other: side("another-path"))
    let (folder, names) = try await unpacked([Sample.failed], comparisons: [comparison], redactions: redactions)
    for name in names {
      let text = try contents(folder, name)
      #expect(!text.contains("ghp_"), "\(name)")
      if !redactions.isEmpty { #expect(!text.contains("one-path") && !text.contains("another-path"), "\(name)") }
    }
    let facts = try JSONValue(parsing: contents(folder, "belay-\(Sample.failed.id)/exchange.json"))
    #expect(facts["comparisons"]?[0]?["payloads_agree"] == false)
    #expect(facts["comparisons"]?[0]?["differences"]?.array?.isEmpty == !redactions.isEmpty)
  }

  private static var planted: StoredExchange {
    var exchange = Sample.failed
    exchange.request?.headers.append(.init("Cookie", "session=c00kie-c00kie"))
    let said = "ghp_aaaabbbbccccdddd0123456789 and environment-0123"
    exchange.calls[0].arguments = #"{"path":"\#(said)","limit":"ten"}"#
    exchange.attempts[0].response?.body += Array("data: {\"choices\":[{\"delta\":{\"content\":\"\(said)\"}}]}\n\n".utf8)
    exchange.findings[0].message += " near \(Sample.key)"
    return exchange
  }
}
