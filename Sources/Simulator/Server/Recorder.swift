// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOHTTP1

/// Writes down what the vendor received and how each answer ended: in memory for tests, and as lines of JSON when a log is asked for.
final class Recorder: Sendable {
  let journal: Journal
  private let log: LogFile?
  private let mask: LogMask

  /// - Parameter key: the vendor's own, which is in no line of the log.
  init(journal: Journal, log: LogFile?, key: String?) {
    (self.journal, self.log) = (journal, log)
    mask = LogMask(key: key)
  }

  func begin(_ head: HTTPRequestHead, _ body: ByteBuffer) -> Received {
    let entry = journal.begin(
      time: .now, method: head.method.rawValue, path: head.uri,
      headers: head.headers.map { (name: $0.name, value: masked($0.value, in: $0.name)) }, body: body)
    log?.append(requestLine(mask.apply(to: entry, head.headers), time: wallClock()))
    return entry
  }

  func end(_ entry: inout Received, _ ending: Received.Ending) {
    entry.ending = ending
    entry.endingTime = .now
    journal.update(entry)
    log?.append(endingLine(entry, time: wallClock()))
  }

  func close() async { await log?.close() }
}

/// Now, in UTC, as RFC 3339 with milliseconds.
func wallClock() -> String {
  Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
}
