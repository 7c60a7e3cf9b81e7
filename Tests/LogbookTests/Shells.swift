// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Other programs that tests run.
struct Run {
  var out: [UInt8] = []
  var errors = ""
  var code: Int32 = 0

  var text: String { String(decoding: out, as: UTF8.self) }

  /// A program by its name on the path, with what it reads from standard input in a file, so that no pipe fills up.
  init(_ program: String, _ arguments: [String], in folder: Folder, environment: [String: String] = [:]) throws {
    let process = Process()
    let isPath = program.hasPrefix("/")
    process.executableURL = URL(fileURLWithPath: isPath ? program : "/usr/bin/env")
    process.arguments = isPath ? arguments : [program] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path]
      .merging(environment) { $1 }
    let names = ["out", "err"].map { folder.path + "/\($0)-\(UUID().uuidString)" }
    for name in names { try Data().write(to: URL(fileURLWithPath: name)) }
    process.standardOutput = FileHandle(forWritingAtPath: names[0])
    process.standardError = FileHandle(forWritingAtPath: names[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    out = Array(FileManager.default.contents(atPath: names[0]) ?? Data())
    errors = String(decoding: FileManager.default.contents(atPath: names[1]) ?? Data(), as: UTF8.self)
    code = process.terminationStatus
  }

  /// `belay`, which lies beside the test bundle, wherever the build put both.
  static func belay() throws -> URL {
    let bundle = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    let places = CommandLine.arguments.map { URL(fileURLWithPath: $0) } + [bundle]
    let found = places.map { $0.deletingLastPathComponent().appendingPathComponent("belay") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    return try #require(found, "belay is built with the tests")
  }
}
