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
  /// Whether its being brought up to date was told to be done; nil before any of it was told.
  private var isUpgraded: Bool?
  private var told = 0
  private var nextTelling: Int64 = 0

  /// Between two words on records that are lost while the store is well.
  private static let pause: Int64 = 60_000

  package init() {}

  /// - Parameters:
  ///   - recorderLost: exchanges that never came to the store, as the recorder's queue was full.
  ///   - now: milliseconds.
  package mutating func look(_ status: StoreStatus, recorderLost: Int = 0, now: Int64) -> [Message] {
    var messages: [Message] = []
    let total = status.droppedTotal + recorderLost
    if let name = status.setAside, name != setAside {
      setAside = name
      messages.append(Message(level: .error, text: "the store was damaged and a new one begun", metadata: ["damaged": "\(name)"]))
    }
    if let upgrade = status.upgrade, upgrade.isDone != isUpgraded {
      isUpgraded = upgrade.isDone
      let exchanges: Logger.Metadata = ["exchanges": "\(upgrade.exchanges)"]
      messages.append(
        upgrade.isDone
          ? Message(
            level: .notice, text: "the store is up to date", metadata: exchanges.merging(["retried": "\(upgrade.retried)"]) { $1 })
          : Message(level: .notice, text: "the store is brought up to date, beside what is recorded", metadata: exchanges))
    }
    if let failure = status.failure, failure.reason != self.failure {
      messages.append(
        Message(
          level: .error, text: "exchanges cannot be recorded",
          metadata: ["finding": "store.\(failure.reason.rawValue)", "problem": "\(failure)", "waiting": "\(status.queuedRecords)"]))
    } else if status.failure == nil, failure != nil {
      messages.append(Message(level: .notice, text: "exchanges are recorded again", metadata: lost(of: total)))
      told = total
    }
    failure = status.failure?.reason
    if total > told, now >= nextTelling {
      messages.append(Message(level: .warning, text: "exchanges were served and not recorded", metadata: lost(of: total)))
      told = total
      nextTelling = now + Self.pause
    }
    return messages
  }

  /// The last look: nothing that was lost waits for the next word.
  package mutating func finish(_ status: StoreStatus, recorderLost: Int = 0) -> [Message] {
    nextTelling = 0
    return look(status, recorderLost: recorderLost, now: 0)
  }

  private func lost(of total: Int) -> Logger.Metadata {
    ["lost": "\(total - told)", "lost_in_all": "\(total)"]
  }

  /// Watches until the writer has closed.
  static func run(_ writer: StoreWriter, _ recorder: Recorder, _ logger: Logger) async {
    var watch = StoreWatch()
    func tell(_ messages: [Message]) {
      for message in messages { logger.log(level: message.level, "\(message.text)", metadata: message.metadata) }
    }
    for await status in writer.changes() {
      tell(watch.look(status, recorderLost: recorder.dropped, now: Store.WallClock.milliseconds()))
    }
    tell(watch.finish(writer.status, recorderLost: recorder.dropped))
  }
}
