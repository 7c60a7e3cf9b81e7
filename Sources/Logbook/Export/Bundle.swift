// SPDX-License-Identifier: Apache-2.0
import JSON
import Store

/// A bug report for a vendor as a `.tar.gz`: what was sent, what came back, what is wrong with it, and how to see it again.
///
/// An archive and not one JSON file: the stream is then a file of its own, byte for byte, that can be read, compared and
/// replayed with the tools that everybody has, and `replay.sh` runs as it is.
enum Bundle {
  static func name(of exchanges: [StoredExchange]) -> String {
    let last = exchanges.last?.id ?? ""
    return exchanges.count == 1 ? "belay-\(last).tar.gz" : "belay-\(exchanges.count)-exchanges-\(last).tar.gz"
  }

  static func archive(of parts: [ExportPart], _ command: ExportCommand) -> [UInt8] {
    var archive = TarArchive()
    for part in parts {
      let files = files(of: part, command)
      let readme = BundleReadme.text(part, files: files.map { ($0.name, $0.meaning) }, command)
      let all = [File(name: "README.md", content: Array(readme.utf8), meaning: "")] + files
      for file in all {
        archive.add(
          "belay-\(part.exchange.id)/\(file.name)", file.content, seconds: part.exchange.startedAt / 1000,
          isProgram: file.name.hasSuffix(".sh"))
      }
    }
    return Gzip.bytes(of: archive.finish())
  }

  struct File {
    var name: String
    var content: [UInt8]
    var meaning: String
  }

  private static func files(of part: ExportPart, _ command: ExportCommand) -> [File] {
    let exchange = part.exchange
    var files: [File] = []
    func add(_ name: String, _ message: StoredMessage?, _ meaning: String) {
      guard let message else { return }
      let cut = message.omittedBytes > 0 ? "; the last \(Quantity.bytes(message.omittedBytes)) are missing" : ""
      files.append(File(name: "\(name).\(ending(message))", content: message.body, meaning: meaning + cut))
      let headers = JSONWriter.bytes(of: WholeJSON.message(StoredMessage(headers: message.headers))["headers"] ?? [])
      if !message.headers.isEmpty { files.append(File(name: "\(name).headers.json", content: headers + [0x0A], meaning: "its headers")) }
    }
    for (number, attempt) in exchange.attempts.enumerated() {
      let folder = exchange.attempts.count == 1 ? "" : "attempt-\(number + 1)/"
      let which = exchange.attempts.count == 1 ? "" : ", attempt \(number + 1) (\(attempt.vendor))"
      add(folder + "request", exchange.sentRequest(attempt: number), "the request body as the vendor got it\(which)")
      add(folder + "response", attempt.response, "the vendor's answer, byte for byte\(which)")
    }
    if exchange.attempts.isEmpty || !exchange.edits.isEmpty {
      add("client-request", exchange.request, "the request as Belay got it, before its edits")
    }
    add("client-response", exchange.response, "what the client got, where that is not the vendor's answer")
    var facts = JSONObject([("belay", JSONValue(command.version))])
    facts.members += WholeJSON.value(of: exchange, hasBodies: false).object?.members ?? []
    let kept = "what Belay recorded: times, attempts, calls with violations, findings, edits, repairs; and its release"
    files.append(File(name: "exchange.json", content: JSONWriter.bytes(of: .object(facts)) + [0x0A], meaning: kept))
    if let request = part.request, request.omittedBytes == 0 {
      let script = CurlScript.bytes([part], keyVariable: command.keyVariable)
      let meaning = "sends the request again; needs curl, and a key in \(command.keyVariable)"
      files.append(File(name: "replay.sh", content: script, meaning: meaning))
    }
    return files
  }

  private static func ending(_ message: StoredMessage) -> String {
    let type = message.headers.first { $0.name.lowercased() == "content-type" }?.value.lowercased() ?? ""
    if type.hasPrefix("text/event-stream") { return "sse" }
    if (try? JSONValue(parsing: message.body)) != nil { return "json" }
    return message.body.starts(with: "data:".utf8) ? "sse" : "txt"
  }
}
