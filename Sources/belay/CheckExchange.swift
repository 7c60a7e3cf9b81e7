// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import Fidelity
import Foundation
import Gateway

/// `belay check exchange`.
struct CheckExchange: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exchange",
    abstract: "Check a request and its response, as the proxy would have.",
    discussion: """
      Says what would have been changed in the request, what is wrong with both, both verdicts on every call with the \
      offending bytes, and what repairs would have made of the answer.
      Exit code 0: an agent can use the answer. 1: it cannot, as it came. 2: a file cannot be used.
      """)

  @Option(help: ArgumentHelp("The body of a chat-completions request, or - for standard input.", valueName: "file"))
  var request: String

  @Option(help: ArgumentHelp("The body of its response: JSON, or the event stream.", valueName: "file"))
  var response: String?

  @Option(help: ArgumentHelp("Whose dialect: a name or a base URL that `belay explain vendors` lists.", valueName: "vendor"))
  var vendor: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard let entry = try profile() else { throw ExitCode(2) }
    guard let request = read(request) else { throw ExitCode(2) }
    var answer: [UInt8]?
    if let response {
      guard let bytes = read(response) else { throw ExitCode(2) }
      answer = bytes
    }
    let configuration = BelayConfiguration(vendors: [entry])
    let check = ExchangeCheck(request: request, response: answer, configuration, vendor: entry)
    print(json ? String(decoding: check.json.escapedJSON, as: UTF8.self) : check.lines.joined(separator: "\n"))
    throw ExitCode(check.outcome.rawValue)
  }

  private func profile() throws -> Vendor? {
    guard let vendor else { return Vendor(name: "vendor", baseURL: "http://localhost") }
    let catalogue = VendorCatalogue.embedded
    guard let entry = catalogue.entry(named: vendor) ?? catalogue.entry(at: vendor) else {
      complain("no vendor is known as '\(vendor)': `belay explain vendors` lists them")
      return nil
    }
    return Vendor(name: entry.name, baseURL: entry.baseURLs.first ?? "http://localhost", profile: entry.profile)
  }

  private func read(_ path: String) -> [UInt8]? {
    let data = path == "-" ? try? FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: path)
    if data == nil { complain("cannot read \(path)") }
    return data.map(Array.init)
  }

  private func complain(_ message: String) { FileHandle.standardError.write(Data((message + "\n").utf8)) }
}
