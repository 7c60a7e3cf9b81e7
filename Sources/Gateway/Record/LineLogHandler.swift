// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Foundation
import JSON
package import Logging

/// swift-log entries in the shape of the exchange lines, so that one reader understands both.
package struct LineLogHandler: LogHandler {
  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  private let format: Log.Format
  private let write: @Sendable (String) -> Void

  package init(level: Logger.Level, format: Log.Format, write: @escaping @Sendable (String) -> Void) {
    self.logLevel = level
    self.format = format
    self.write = write
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let time = LogTime.now()
    let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
    let line: String
    switch format {
    case .text:
      line = "\(time) \(event.level) \(event.message)" + fields.map { " \($0)=\(LogText.safe("\($1)"))" }.joined()
    case .json:
      let members: [JSONObject.Member] =
        [("time", JSONValue(time)), ("level", JSONValue("\(event.level)")), ("message", JSONValue("\(event.message)"))]
        + fields.map { (JSONString($0), JSONValue("\($1)")) }
      line = LogText.visible(JSONValue.object(JSONObject(members)).description)
    }
    write(line + "\n")
  }
}

/// RFC 3339, UTC, milliseconds.
enum LogTime {
  static func now() -> String {
    Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
  }
}

extension Logger.Level {
  package init(_ level: Log.Level) {
    switch level {
    case .trace: self = .trace
    case .debug: self = .debug
    case .info: self = .info
    case .notice: self = .notice
    case .warning: self = .warning
    case .error: self = .error
    case .critical: self = .critical
    }
  }
}
