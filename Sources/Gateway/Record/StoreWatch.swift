// SPDX-License-Identifier: Apache-2.0
package import Logging
package import Store

/// Tells the log what becomes of the recording: that it fails, and why; that it works again, and what was lost. Once each, not
/// once an exchange.
package struct StoreWatch {
  package struct Message: Equatable, Sendable {
    package var level: Logger.Level
    package var text: String
    package var metadata: Logger.Metadata
  }

  private var failure: StoreFailure.Reason?
  private var setAside: String?
  private var told = 0
  private var nextTelling: Int64 = 0

  /// Between two words on records that are lost while the store is well.
  private static let pause: Int64 = 60_000

  package init() {}

  /// - Parameter now: milliseconds.
  package mutating func look(_ status: StoreStatus, now: Int64) -> [Message] {
    var messages: [Message] = []
    if let name = status.setAside, name != setAside {
      setAside = name
      messages.append(Message(level: .error, text: "the store was damaged and a new one begun", metadata: ["damaged": "\(name)"]))
    }
    if let failure = status.failure, failure.reason != self.failure {
      messages.append(
        Message(
          level: .error, text: "exchanges cannot be recorded",
          metadata: ["finding": "store.\(failure.reason.rawValue)", "problem": "\(failure)", "waiting": "\(status.queuedRecords)"]))
    } else if status.failure == nil, failure != nil {
      messages.append(Message(level: .notice, text: "exchanges are recorded again", metadata: lost(status)))
      told = status.droppedTotal
    }
    failure = status.failure?.reason
    if status.droppedTotal > told, now >= nextTelling {
      messages.append(Message(level: .warning, text: "exchanges were served and not recorded", metadata: lost(status)))
      told = status.droppedTotal
      nextTelling = now + Self.pause
    }
    return messages
  }

  /// The last look: nothing that was lost waits for the next word.
  package mutating func finish(_ status: StoreStatus) -> [Message] {
    nextTelling = 0
    return look(status, now: 0)
  }

  private func lost(_ status: StoreStatus) -> Logger.Metadata {
    ["lost": "\(status.droppedTotal - told)", "lost_in_all": "\(status.droppedTotal)"]
  }

  /// Watches until the writer has closed.
  static func run(_ writer: StoreWriter, _ logger: Logger) async {
    var watch = StoreWatch()
    func tell(_ messages: [Message]) {
      for message in messages { logger.log(level: message.level, "\(message.text)", metadata: message.metadata) }
    }
    for await status in writer.changes() { tell(watch.look(status, now: Store.WallClock.milliseconds())) }
    tell(watch.finish(writer.status))
  }
}
