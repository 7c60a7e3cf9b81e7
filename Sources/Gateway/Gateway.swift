// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Inspection
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
package import Store
import Synchronization
import Upstream

/// The proxy as a service: binds its listeners, serves until it is asked to stop, drains, and is gone.
///
/// A stop goes in this order: readiness turns false and answers say that their connection ends, after `limits.drainDelay` a shared port
/// is handed over and nothing new is accepted, exchanges under way end (within
/// `limits.drain`), the engines stop, records are flushed, the shadow keeps what it has not asked, the store is closed, the console ends.
package final class Gateway: Service {
  private let configuration: BelayConfiguration
  private let logger: Logger
  private let recorder: Recorder
  private let shadow: Shadow
  private let store: ConsoleStore?
  private let writer: StoreWriter?
  private let tls: TLSAcceptor?
  private let lanes = Mutex<Lanes?>(nil)
  private let fidelity = Mutex<FidelityService?>(nil)
  /// What was read last, at the addresses of the start.
  private let current: Mutex<BelayConfiguration>
  private let started: @Sendable (Bound) -> Void

  /// Where it listens.
  package struct Bound: Sendable {
    package var host: String
    package var port: Int
    package var console: Address?
    package var isSecure = false
    package var isConsoleSecure = false

    /// The base URL for agents.
    package var url: String { "\(isSecure ? "https" : "http")://\(Address(host: host, port: port))/v1" }
    package var consoleURL: String? { console.map { "\(isConsoleSecure ? "https" : "http")://\($0)" } }
  }

  /// - Parameters:
  ///   - writeLines: receives the exchange log: whole lines, UTF-8.
  ///   - store: where exchanges are kept, for the console to ask.
  ///   - writer: who keeps them; closed when the gateway has stopped.
  ///   - started: is told the addresses once both listeners are bound (a port of 0 was given one by the system).
  package init(
    _ configuration: BelayConfiguration, logger: Logger, writeLines: @escaping @Sendable ([UInt8]) -> Void,
    store: ConsoleStore? = nil, writer: StoreWriter? = nil,
    started: @escaping @Sendable (Bound) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.logger = logger
    self.started = started
    self.store = store
    self.writer = writer
    current = Mutex(configuration)
    tls = configuration.tls.map { TLSAcceptor($0, handshakeTime: configuration.limits.headerTimeout, logger: logger) }
    shadow = Shadow(configuration, writer: writer, logger: logger)
    self.recorder = Recorder(
      format: Logger.Level(configuration.log.level) <= .info ? configuration.log.format : nil, store: writer,
      shadow: shadow.inbox, secrets: configuration.vendorSecrets, write: writeLines)
  }

  package var tally: Tally { recorder.tally }

  /// New exchanges follow another configuration; those under way end by the old one. What is read at the start only stays as it was,
  /// and is told.
  ///
  /// - Throws: `ReloadProblem`, and changes nothing, where the addresses of the start would be open to others by it.
  package func reload(_ configuration: BelayConfiguration) async throws {
    for setting in self.configuration.settingsOfTheStart(in: configuration) {
      logger.warning("a setting stays as it was: that takes a restart", metadata: ["setting": "\(setting)"])
    }
    let (last, configuration) = try current.withLock { current in
      let last = current
      // What guards an address goes by the one that is in force.
      var new = configuration
      (new.listen, new.console) = (self.configuration.listen, self.configuration.console)
      try new.checkDoors(since: current)
      current = new
      return (last, new)
    }
    tellOfBodies(last, configuration)
    let asksOtherwise = reloadTLS(configuration.tls)
    // Before anything is handed to them by the new rules.
    writer?.hide(configuration.vendorSecrets)
    recorder.hide(configuration.vendorSecrets)
    shadow.reload(configuration)
    let lanes = lanes.withLock { $0 }
    await lanes?.reload(configuration)
    // Whoever is connected has shown what was asked of him before.
    if asksOtherwise { await lanes?.retireConnections() }
    fidelity.withLock { $0 }?.watcher.reload(configuration)
  }

  /// The one thing of the store that a reload changes, towards less than at the start and back.
  private func tellOfBodies(_ last: BelayConfiguration, _ next: BelayConfiguration) {
    func keeps(_ configuration: BelayConfiguration) -> Bool { configuration.recording.map { $0.bodies != .none } ?? false }
    guard keeps(self.configuration), keeps(last) != keeps(next) else { return }
    logger.notice(keeps(next) ? "bodies are kept again, as at the start" : "bodies of new exchanges are not kept any more")
  }

  /// - Returns: whether agents must show something else than before.
  private func reloadTLS(_ settings: TLSSettings?) -> Bool {
    if (tls != nil) != (settings != nil) || tls?.coversConsole != settings?.coversConsole {
      logger.warning("whether a listener speaks TLS stays as it was: that takes a restart")
    }
    guard let tls, let settings else { return false }
    let last = tls.current
    tls.reload(settings)
    if settings.serialNumber != last.serialNumber || settings.validUntil != last.validUntil {
      logger.notice(
        "new connections get another certificate",
        metadata: ["serial": "\(settings.serialNumber)", "valid_until_unix": "\(settings.validUntil)"])
    }
    guard settings.clientAuthorities != last.clientAuthorities else { return false }
    logger.notice("agents are asked for other certificates: connections of before end with their next answer")
    return true
  }

  package func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.loops ?? Self.defaultLoops)
    do {
      try await serve(on: group)
    } catch {
      try? await end(group)
      throw error
    }
    try await end(group)
  }

  /// A connection that was accepted as its listener closed has yet to go from that loop to its own, back, and there again, where it is
  /// closed: NIO complains of a loop that has ended by then.
  private func end(_ group: MultiThreadedEventLoopGroup) async throws {
    for _ in 0..<3 {
      for loop in group.makeIterator() { try? await loop.submit {}.get() }
    }
    try await group.shutdownGracefully()
  }

  private func serve(on group: MultiThreadedEventLoopGroup) async throws {
    if let connections = configuration.limits.connections, let problem = Descriptors.shortage(for: connections) {
      logger.warning("configuration", metadata: ["problem": "\(problem)"])
    }
    let lanes = try await Lanes(on: group, configuration, recorder: recorder)
    self.lanes.withLock { $0 = lanes }
    let fidelity = FidelityService(configuration, store: store, rotation: lanes.rotation, logger: logger) { [shadow] in
      shadow.status.failingReferences
    }
    self.fidelity.withLock { $0 = fidelity }
    let status = GatewayStatus(
      recorder: recorder, store: store, shadow: shadow, fidelity: fidelity, tls: tls,
      vendors: configuration.vendors.map(\.name))
    // Not a child: when this task is cancelled, what has been recorded must still be written.
    let recording = Task { await recorder.run() }
    let shadowing = Task { await shadow.run() }
    let judging = Task { await fidelity.run(on: group.any()) }
    // Not a child either: what the writer could not write at its end is worth a word. Ends with the writer.
    let watching = writer.map { [logger, recorder] writer in Task { await StoreWatch.run(writer, recorder, logger) } }
    let result: Result<ConsoleServer?, any Error>
    do {
      result = .success(try await listen(on: group, lanes, status))
    } catch {
      result = .failure(error)
    }
    // A reload that comes now has no loops left to speak to.
    self.lanes.withLock { $0 = nil }
    await lanes.stop()
    recorder.finish()
    await recording.value
    shadow.stop()
    await shadowing.value
    judging.cancel()
    await judging.value
    await writer?.close()
    await watching?.value
    // Without a store nobody watches what had no line.
    if writer == nil, recorder.dropped > 0 {
      logger.warning("exchanges were served and not recorded", metadata: ["lost_in_all": "\(recorder.dropped)"])
    }
    // Last: it tells that exchanges are being drained, and whatever happens to it costs no record.
    try await result.get()?.stop()
    logger.info("stopped")
  }

  /// Returns when it is asked to stop and no exchange is left.
  ///
  /// - Returns: the console, which is still there.
  private func listen(
    on group: MultiThreadedEventLoopGroup, _ lanes: Lanes, _ status: GatewayStatus
  ) async throws -> ConsoleServer? {
    var console: ConsoleServer?
    if let address = configuration.console {
      console = try await ConsoleServer.start(
        address, on: group, reusesPort: configuration.reusesPort, tls: tls,
        Console(status: status, host: address.host, token: self.current.withLock { $0.consoleToken }))
    }
    let listener: any Channel
    do {
      // Last of all that can fail: on a shared port clients come from now on, and an instance that failed would lose theirs.
      listener = try await Listener.bind(
        configuration.listen, on: group, limits: configuration.limits, reusesPort: configuration.reusesPort, tls: tls, lanes)
    } catch {
      await console?.stop()
      throw error
    }
    if configuration.reusesPort { await PortHandover.spread(listener) }
    let bound = Bound(
      host: configuration.listen.host, port: listener.localAddress?.port ?? configuration.listen.port,
      console: configuration.console.map { Address(host: $0.host, port: console?.port ?? $0.port) },
      isSecure: tls != nil, isConsoleSecure: tls?.coversConsole ?? false)
    status.isReady = true
    started(bound)
    logger.info("listening", metadata: ["url": "\(bound.url)"])

    try? await gracefulShutdown()

    status.isReady = false
    logger.info("draining")
    await lanes.announceEnd()
    // Whoever spreads requests learns from readiness first that no more are to come here.
    if configuration.limits.drainDelay > .zero { try? await Task.sleep(for: configuration.limits.drainDelay) }
    if configuration.reusesPort { await PortHandover(listener) { lanes.accepted }.handOver() }
    await ListenQueue(listener, on: group).accept()
    try? await listener.close()
    await lanes.drain(within: configuration.limits.drain)
    return console
  }

  /// One loop and one engine make a pair of threads.
  private static var defaultLoops: Int { max(1, System.coreCount / 2) }
}
