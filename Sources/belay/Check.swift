// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Fidelity
import Foundation
public import JSONSchema

/// `belay check`: looks at files without any vendor.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Look at files without any vendor: a tool's schema, or a whole exchange.",
    subcommands: [CheckSchema.self, CheckExchange.self])
}

/// `belay check schema`.
struct CheckSchema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Check a JSON Schema, and an instance against it.",
    discussion: "Exit code 0: valid. 1: the instance is invalid. 2: a file cannot be used.")

  @Argument(help: "The schema's file, or - for standard input.")
  var file: String

  @Option(help: "A file with an instance to validate.")
  var instance: String?

  @Option(help: "Whose verdict: specification, k2vv (Python jsonschema as K2VV calls it) or kvv (as Kimi-Vendor-Verifier does).")
  var profile: Profile = .k2vv

  @Option(help: "The draft of a schema that names none: 4, 6, 7, 2019 or 2020 (specification profile; Python takes 2020).")
  var draft: Draft = .draft2020

  @Flag(help: "Assert `format` (specification profile).")
  var formats = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let options = SchemaOptions(profile: profile, defaultDraft: draft, assertsFormats: formats)
    guard let schema = read(file), let instance = try readInstance() else { throw ExitCode(2) }
    let check = SchemaCheck(schema: schema, instance: instance.first, options: options)
    print(json ? String(decoding: check.json.escapedJSON, as: UTF8.self) : check.lines.map(\.plain).joined(separator: "\n"))
    throw ExitCode(check.outcome.rawValue)
  }

  /// No bytes, the instance's bytes, or nil when its file cannot be read.
  private func readInstance() throws -> [[UInt8]]? {
    guard let instance else { return [] }
    return read(instance).map { [$0] }
  }

  private func read(_ path: String) -> [UInt8]? {
    let data = path == "-" ? try? FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: path)
    if data == nil { FileHandle.standardError.write(Data("cannot read \(path)\n".utf8)) }
    return data.map(Array.init)
  }
}

extension Profile: ExpressibleByArgument {}
extension Draft: ExpressibleByArgument {}
