// SPDX-License-Identifier: Apache-2.0
import Configuration
import NIOCore
import Synchronization
import Upstream

/// One event loop and what belongs to it: its way to vendors, its connections, its exchange ids, its share of the records.
///
/// Nothing here is shared between loops, so nothing on the data path takes a lock but the queues between loop and engine, and the
/// count of the bodies that are held.
final class Lane {
  let eventLoop: any EventLoop
  /// Sends a request to a vendor: an engine's `start`.
  let start: (UpstreamRequest, any EventLoop, any UpstreamHandler) -> UpstreamCall
  var exchangeContext: Exchange.Context
  let memory: Exchange.Memory
  let turns: LoopTurns
  let limits: ClientLimits
  private let recorder: Recorder
  private var ids: ExchangeIDGenerator
  private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
  private var waiting = WaitingConnections()
  /// The lanes of the other loops.
  var neighbours: [Neighbour] = []
  /// Of heads that wait for ``ConnectionHandler/tellUnbegun(_:)``.
  var unbegunBytes = 0
  private var records: [ExchangeRecord] = []
  private var isFlushScheduled = false
  private var wallClock: WallClock
  private var sweepClock: SweepClock
  private var isStopped = false
  /// Each answer that begins is its connection's last.
  private(set) var isEnding = false
  private var emptied: EventLoopPromise<Void>?

  init(
    eventLoop: any EventLoop, start: @escaping (UpstreamRequest, any EventLoop, any UpstreamHandler) -> UpstreamCall,
    exchangeContext: Exchange.Context, clientLimits: ClientLimits, recorder: Recorder, loops: Int = 1, turns: LoopTurns? = nil
  ) {
    var random = SystemRandomNumberGenerator()
    self.eventLoop = eventLoop
    self.start = start
    self.exchangeContext = exchangeContext
    self.memory = Exchange.Memory(exchangeContext.lasting, loops: loops)
    self.turns = turns ?? LoopTurns(eventLoop)
    self.limits = clientLimits
    self.recorder = recorder
    self.ids = ExchangeIDGenerator(using: &random)
    let now = NIODeadline.now().uptimeNanoseconds
    self.wallClock = WallClock(at: now)
    self.sweepClock = SweepClock(at: now)
    scheduleSweep()
  }

  /// Nanoseconds of uptime.
  var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

  func nextID() -> String {
    ids.next(milliseconds: wallClock.milliseconds(at: now))
  }

  // MARK: Connections

  /// A number for an address, good for this process only.
  func peer(_ address: SocketAddress?) -> UInt64 {
    var hasher = exchangeContext.lasting.hasher
    hasher.combine(address?.ipAddress.map(subscriber))
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  enum Admission {
    case welcome
    /// Nobody on this loop gives a place: it is to be looked for, by `findPlace`.
    case asking
    case unheard
  }

  func add(_ connection: ConnectionHandler) -> Admission {
    connections[ObjectIdentifier(connection)] = connection
    exchangeContext.lasting.accepted.add(1, ordering: .relaxed)
    let open = exchangeContext.lasting.connections.add(1, ordering: .relaxed).newValue
    if open <= limits.connections || makeRoom() { return .welcome }
    // Those that ask or are refused take a descriptor too until they have read why: not all of them are told.
    return open <= limits.connections + limits.connections / 8 + 8 ? .asking : .unheard
  }

  /// Closes a connection whose client is waited for; false where there is none.
  func makeRoom() -> Bool {
    let now = self.now
    while let dispensable = waiting.next(of: connections.keys, at: now, wait: { connections[$0]?.wait }) {
      if connections[dispensable]?.makeRoom() == true { return true }
    }
    return false
  }

  /// Before this time `makeRoom` finds no more than it did; in nanoseconds of uptime.
  var looksAgainAt: UInt64 { waiting.looksAgainAt }

  func remove(_ connection: ConnectionHandler) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    exchangeContext.lasting.connections.subtract(1, ordering: .relaxed)
    if connections.isEmpty { emptied?.succeed() }
  }

  /// Tells clients with each answer that its connection ends with it: whoever comes again comes to somebody else.
  func announceEnd() { isEnding = true }

  /// The same for the connections of now.
  func retireConnections() { for connection in connections.values { connection.retire() } }

  /// Lets exchanges under way end and closes each connection after its last; after `limit`, closes what is left.
  func drain(within limit: Duration) -> EventLoopFuture<Void> {
    isEnding = true
    let promise = emptied ?? eventLoop.makePromise()
    emptied = promise
    dismissIdle()
    if connections.isEmpty { promise.succeed() }
    eventLoop.assumeIsolated().scheduleTask(in: .init(limit)) { [self] in
      for connection in connections.values { connection.close() }
    }
    return promise.futureResult
  }

  private func dismissIdle() {
    let now = self.now
    for connection in connections.values { connection.dismiss(at: now) }
    guard !connections.isEmpty else { return }
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { [weak self] in self?.dismissIdle() }
  }

  func stop() {
    isStopped = true
    neighbours = []
    turns.finish()
    flushRecords()
  }

  private func scheduleSweep() {
    eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(SweepClock.interval))) { [weak self] in
      guard let self, !isStopped else { return }
      sweep()
      scheduleSweep()
    }
  }

  /// Once a second: connections whose phase has lasted too long are ended. No request pays for a timer of its own.
  private func sweep() {
    let now = self.now
    wallClock = WallClock(at: now)
    let judged = sweepClock.sweep(at: now)
    for connection in connections.values { connection.sweep(limits, asOf: judged, at: now) }
  }

  // MARK: Records

  /// Keeps the record; a batch leaves the loop within 50 ms, so an exchange costs no wake-up of its own.
  func record(_ record: ExchangeRecord) {
    records.append(record)
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(50)) { [self] in flushRecords() }
  }

  /// Counts an exchange of which nothing will be told.
  func recordLost() { recorder.lose(1) }

  private func flushRecords() {
    isFlushScheduled = false
    guard !records.isEmpty else { return }
    recorder.take(records)
    records.removeAll(keepingCapacity: true)
  }
}

extension Duration {
  /// Zero for a negative duration, the greatest value for one that does not fit.
  var wholeNanoseconds: UInt64 {
    UInt64(clamping: components.seconds).multipliedReportingOverflow(by: 1_000_000_000).partialValue
      &+ UInt64(clamping: components.attoseconds / 1_000_000_000)
  }
}
