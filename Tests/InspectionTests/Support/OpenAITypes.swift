// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the OpenAI Python SDK's types say of requests, where the Python environment of the tests is.
enum OpenAITypes {
  static let python: String? = {
    if let path = ProcessInfo.processInfo.environment["BELAY_PYTHON"] { return path }
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/venv/bin/python")
      .standardized.path()
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  /// "ok" or why not, for each request.
  static func verdicts(on requests: [[UInt8]]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-types-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (source, target) = (folder.appending(path: "in"), folder.appending(path: "out"))
    // White space between tokens may be line ends; within strings they are escaped.
    let lines = requests.map { $0.map { $0 == 10 || $0 == 13 ? 32 : $0 } }
    try Data(lines.joined(separator: [10])).write(to: source)
    try Data().write(to: target)
    let process = Process()
    process.executableURL = URL(filePath: python ?? "")
    process.arguments = [
      URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../oracle/openai_requests.py").standardized.path()
    ]
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: target)
    try process.run()
    process.waitUntilExit()
    return String(decoding: try Data(contentsOf: target), as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
