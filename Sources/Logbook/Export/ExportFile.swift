// SPDX-License-Identifier: Apache-2.0
import Store

enum ExportFile {
  /// The exchange's own line; nil in formats that are of one piece.
  static func line(of part: ExportPart, _ format: ExportCommand.Format) -> [UInt8]? {
    switch format {
    case .json: WholeJSON.line(of: part.exchange)
    case .k2vv: k2vvLine(part)
    case .curl, .python, .bundle: nil
    }
  }

  static func bytes(of parts: [ExportPart], _ command: ExportCommand) -> [UInt8] {
    switch command.format {
    case .curl: CurlScript.bytes(parts, keyVariable: command.keyVariable)
    case .python: PythonScript.bytes(parts, keyVariable: command.keyVariable)
    case .bundle: Bundle.archive(of: parts, command)
    case .json, .k2vv: parts.compactMap { line(of: $0, command.format) }.flatMap(\.self)
    }
  }

  /// A request body on a line of its own, as `belay replay` and K2VV's `tool_calls_eval.py` read it. A line break in JSON is
  /// white space, so that a space says the same; every other byte stays.
  private static func k2vvLine(_ part: ExportPart) -> [UInt8] {
    (part.request?.body ?? []).map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 } + [0x0A]
  }
}
