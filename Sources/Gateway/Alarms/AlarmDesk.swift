// SPDX-License-Identifier: Apache-2.0
package import Configuration
package import Fidelity
import Foundation
import JSON
package import Logging
import Synchronization

/// Tells of alarms: in the log at once, and to each webhook as soon as it takes them. Holds who was told what, and keeps it in a
/// file, so that a restart tells nothing twice and loses nothing that was on its way.
package final class AlarmDesk: Sendable {
  private struct State {
    var book = AlarmBook()
    var webhooks: [Webhook] = []
    /// By the webhook's key.
    var outboxes: [String: Outbox] = [:]
    /// Keys of webhooks that are being sent to.
    var busy: Set<String> = []
  }

  private let state: Mutex<State>
  /// What the file holds; held while it is written, as several webhooks end at their own times.
  private let saved: Mutex<[UInt8]>
  private let file: String?
  private let logger: Logger

  /// - Parameters:
  ///   - file: where the state is kept; nil: nowhere.
  ///   - now: milliseconds since the epoch.
  package init(_ webhooks: [Webhook], file: String?, logger: Logger, now: Int64) {
    var state = State()
    state.webhooks = webhooks
    self.file = file
    self.logger = logger
    var saved: [UInt8] = []
    if let file, let data = Self.contents(of: file) {
      saved = [UInt8](data)
      if let json = try? JSONValue(parsing: saved) {
        state.book = AlarmBook(json: json["told"] ?? nil)
        for (key, value) in json["outboxes"]?.object?.members ?? [] { state.outboxes[key.string] = Outbox(json: value, at: now) }
      } else {
        logger.warning("alarms cannot be read and may be told again", metadata: ["file": "\(file)"])
      }
    }
    self.state = Mutex(state)
    self.saved = Mutex(saved)
  }

  /// Nil where there is no file; a pipe would be waited for.
  private static func contents(of path: String) -> Data? {
    let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    return kind == .typeRegular ? FileManager.default.contents(atPath: path) : nil
  }

  /// Other receivers, from now on.
  package func reload(_ webhooks: [Webhook]) { state.withLock { $0.webhooks = webhooks } }

  package var hasReceivers: Bool { state.withLock { !$0.webhooks.isEmpty } }

  /// Takes note of how things are, and of who is to be told what has changed.
  ///
  /// - Parameter alarms: all that are known, those that are over too.
  package func take(_ alarms: [Alarm], at now: Int64) {
    let notices = state.withLock { state in
      let notices = state.book.update(alarms, at: now)
      for webhook in state.webhooks {
        for notice in notices { state.outboxes[webhook.key, default: Outbox()].offer(notice, at: now) }
      }
      return notices
    }
    for notice in notices { log(notice) }
    if !notices.isEmpty { save() }
  }

  /// Sends what is due, and returns when each webhook has been tried.
  package func send(at now: Int64, _ send: @escaping Send) async {
    await withDiscardingTaskGroup { self.send(at: now, in: &$0, send) }
  }

  package typealias Send = @Sendable (Webhook, WebhookMessage) async -> Outbox.Outcome

  /// Sends what is due, each webhook by a task of its own: one that takes its time holds nobody else up. It gets nothing more until
  /// it has answered.
  package func send(at now: Int64, in tasks: inout DiscardingTaskGroup, _ send: @escaping Send) {
    let due = state.withLock { state in
      state.webhooks.filter { state.outboxes[$0.key]?.due(at: now) != nil && state.busy.insert($0.key).inserted }
    }
    for webhook in due {
      tasks.addTask { [self] in
        await deliver(to: webhook, at: now, send)
        _ = state.withLock { $0.busy.remove(webhook.key) }
        save()
      }
    }
  }

  private func deliver(to webhook: Webhook, at now: Int64, _ send: Send) async {
    while let notice = state.withLock({ $0.outboxes[webhook.key]?.due(at: now) }), !Task.isCancelled {
      let outcome = await send(webhook, WebhookMessage(notice, to: webhook, at: now))
      if Task.isCancelled, outcome != .delivered { return }
      state.withLock { $0.outboxes[webhook.key]?.finish(notice, outcome, at: now) }
      if outcome == .refused {
        logger.error("webhook refuses alarms", metadata: ["webhook": "\(webhook.host)", "id": "\(notice.id)"])
      }
    }
  }

  /// Those that were told and are not over.
  package var told: [Alarm] { state.withLock { $0.book.told.values.sorted { $0.raisedAt < $1.raisedAt } } }

  package struct Figures: Sendable, Equatable {
    package var host: String
    package var waiting: Int
    package var delivered: Int
    package var lost: Int
  }

  /// Of each webhook, since the start.
  package var figures: [Figures] {
    state.withLock { state in
      state.webhooks.map { webhook in
        let outbox = state.outboxes[webhook.key] ?? Outbox()
        return Figures(host: webhook.host, waiting: outbox.parcels.count, delivered: outbox.delivered, lost: outbox.lost)
      }
    }
  }

  private func log(_ notice: AlarmNotice) {
    let alarm = notice.alarm
    let metadata: Logger.Metadata = [
      "kind": "\(alarm.subject.kind.rawValue)", "vendor": "\(alarm.subject.vendor)", "model": "\(alarm.subject.model)",
      "what": "\(alarm)", "alarm_id": "\(notice.id)",
    ]
    switch notice.state {
    case .raised: logger.warning("alarm raised", metadata: metadata)
    case .resolved: logger.notice("alarm resolved", metadata: metadata)
    }
  }

  private func save() {
    guard let file else { return }
    saved.withLock { saved in
      let bytes = state.withLock { state in
        let known = Set(state.webhooks.map(\.key))
        let outboxes = state.outboxes.filter { known.contains($0.key) && !$0.value.parcels.isEmpty }.sorted { $0.key < $1.key }
        let json: JSONValue = [
          "told": state.book.json, "outboxes": .object(JSONObject(outboxes.map { (JSONString($0.key), $0.value.json) })),
        ]
        return JSONWriter.bytes(of: json)
      }
      if bytes == saved { return }
      saved = bytes
      do {
        try Self.write(bytes, to: file)
      } catch {
        logger.error("alarms cannot be kept and may be told again", metadata: ["file": "\(file)", "error": "\(error)"])
      }
    }
  }

  /// Written beside the file and moved over it, so that a kill leaves the one or the other whole. For its owner only, as the store is.
  private static func write(_ bytes: [UInt8], to file: String) throws {
    let draft = file + ".new"
    // Empty until it has its mode.
    guard FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]) else {
      throw CocoaError(.fileWriteUnknown)
    }
    try Data(bytes).write(to: URL(filePath: draft))
    guard unsafe rename(draft, file) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}

extension Webhook {
  /// What its outbox is called in the file: nothing that its URL could be read from.
  fileprivate var key: String {
    (hmacSHA256(key: Array("belay webhook".utf8), Array(url.revealed.utf8)) ?? []).prefix(8).map { byte in
      String(UInt16(byte) + 0x100, radix: 16).dropFirst()
    }.joined()
  }
}
