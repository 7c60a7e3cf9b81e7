// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Fidelity
package import Logging
import NIOCore
import Store

/// Lets the watcher look again and again, and sends what its alarms have to say. Beside the data path: a look every two seconds,
/// on a thread of its own, as calls of any length are compared there.
package struct FidelityService: Sendable {
  package let watcher: FidelityWatcher
  let desk: AlarmDesk
  let rotation: Rotation
  private let store: ConsoleStore?
  private let logger: Logger
  let now: @Sendable () -> Int64

  private static let interval = Duration.seconds(2)

  package init(
    _ configuration: BelayConfiguration, store: ConsoleStore?, rotation: Rotation = Rotation(), logger: Logger,
    pauses: @escaping @Sendable () -> [String: String] = { [:] }, now: @escaping @Sendable () -> Int64 = Store.WallClock.milliseconds
  ) {
    (self.logger, self.now, self.rotation) = (logger, now, rotation)
    self.store = store
    desk = AlarmDesk(
      configuration.alarms.webhooks, file: configuration.recording.map { $0.path + ".alarms.json" }, logger: logger, now: now())
    watcher = FidelityWatcher(configuration, rotation: rotation, desk: desk, pauses: pauses) { place, limit in
      // Nothing is kept: nothing is compared.
      guard let store else { return [] }
      return try await store.opened().comparisons(writtenAfter: place, limit: limit)
    }
  }

  /// Works until its task is cancelled.
  func run(on eventLoop: any EventLoop) async {
    await OwnThread.run("belay-fidelity") { await work(on: eventLoop) }
  }

  private func work(on eventLoop: any EventLoop) async {
    var sender: WebhookSender?
    await withDiscardingTaskGroup { deliveries in
      await look(sending: &sender, on: eventLoop, in: &deliveries)
      deliveries.cancelAll()
    }
    sender?.shutdown()
  }

  private func look(sending sender: inout WebhookSender?, on eventLoop: any EventLoop, in deliveries: inout DiscardingTaskGroup) async {
    var failures = 0
    var file: StoreFile.Identity?
    while !Task.isCancelled {
      do {
        let before = rotation.out
        if let current = try await store?.opened().identity {
          if let file, file != current { watcher.forget() }
          file = current
        }
        try await watcher.look(at: now())
        failures = 0
        log(before, rotation.out)
      } catch is CancellationError {
        break
      } catch {
        store?.forget()
        failures += 1
        // The writer makes the file with the first exchange, or brings an older one up to date as it starts: no news.
        if failures == 2, (error as? StoreFailure)?.reason != .unreachable {
          logger.warning("comparisons cannot be read", metadata: ["error": "\(error)"])
        }
      }
      if desk.hasReceivers, sender == nil { sender = try? WebhookSender(on: eventLoop) }
      if let sender { desk.send(at: now(), in: &deliveries) { webhook, message in await sender.send(message, to: webhook) } }
      try? await Task.sleep(for: Self.interval)
    }
  }

  private func log(_ before: [Watch.Key], _ after: [Watch.Key]) {
    for key in after where !before.contains(key) {
      logger.warning("vendor leaves the rotation", metadata: ["vendor": "\(key.vendor)", "model": "\(key.model)"])
    }
    for key in before where !after.contains(key) {
      logger.notice("vendor is in the rotation again", metadata: ["vendor": "\(key.vendor)", "model": "\(key.model)"])
    }
  }
}
