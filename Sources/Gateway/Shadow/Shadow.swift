// SPDX-License-Identifier: Apache-2.0
package import Configuration
import Fidelity
package import Logging
package import Store
import Synchronization

/// Asks a reference what live exchanges asked a vendor, and holds the answers against each other: the shell of ``ShadowCore``.
///
/// ``ShadowSettings`` says what leaves the machine. A client never waits for any of it: records come through an inbox that
/// loses what it cannot hold, after the client was served; reading, sending and listening happen on the shadow's own threads.
package final class Shadow: Sendable {
  enum Event: Sendable {
    case arrivals
    case finished(id: String, ReferenceClient.Outcome)
    case tick(Int64)
    case reload
    case stop
    case deadline
  }

  package struct State {
    var core: ShadowCore
    var configuration: BelayConfiguration
    /// Nil where nobody is asked.
    var vendor: Vendor?
    /// Of `vendor`, or of the baseline. The core follows when it comes to the reload.
    var mark: ReferenceMark
    /// Where the baseline at hand came from.
    var baselinePath: String?
  }

  let inbox: ShadowInbox
  private let state: Mutex<State>
  /// As it was after the last change. Requests are read while `state` is locked, on a thread that stands back: whoever asks how the shadow is
  /// doing waits for none of it.
  private let shown: Mutex<ShadowStatus>
  let events: AsyncStream<Event>
  private let tell: AsyncStream<Event>.Continuation
  let writer: StoreWriter?
  let logger: Logger
  let now: @Sendable () -> Int64

  /// - Parameters:
  ///   - writer: where comparisons go, and what waits; nil: nowhere.
  ///   - now: milliseconds since the Unix epoch.
  package init(
    _ configuration: BelayConfiguration, writer: StoreWriter? = nil, logger: Logger,
    now: @escaping @Sendable () -> Int64 = Store.WallClock.milliseconds
  ) {
    let (events, tell) = AsyncStream.makeStream(of: Event.self)
    (self.events, self.tell, self.writer, self.logger, self.now) = (events, tell, writer, logger, now)
    inbox = ShadowInbox { tell.yield(.arrivals) }
    let mark = ReferenceMark(configuration.shadowReference)
    var state = State(
      core: ShadowCore(
        configuration.shadow ?? ShadowSettings(), reference: configuration.shadowReference.name ?? "", mark: mark,
        isPersistent: writer != nil && configuration.recording?.keepsEverything == true),
      configuration: configuration, vendor: configuration.shadowReference.vendor, mark: mark)
    _ = state.core.hide(configuration.vendorSecrets)
    shown = Mutex(ShadowStatus(state.core, configuration.shadowReference))
    self.state = Mutex(state)
  }

  package var status: ShadowStatus { shown.withLock { $0 } }

  /// Whoever comes meanwhile waits until it is done, but who asks for `status`.
  package func with<T: Sendable>(_ body: (inout State) -> T) -> T {
    state.withLock { state in
      defer { shown.withLock { $0 = ShadowStatus(state.core, state.configuration.shadowReference) } }
      return body(&state)
    }
  }

  package func reload(_ configuration: BelayConfiguration) {
    let hidden = with { state in
      state.configuration = configuration
      state.vendor = configuration.shadowReference.vendor
      state.mark = ReferenceMark(configuration.shadowReference)
      // At once: what is told of before the reload is not to be sent with them either.
      return state.core.hide(configuration.vendorSecrets)
    }
    if !hidden.notes.isEmpty { writer?.offer(notes: hidden.notes) }
    tell.yield(.reload)
  }

  /// Sends nothing more, gives answers under way a moment, keeps the rest, and lets ``run()`` return.
  package func stop() { tell.yield(.stop) }

  /// Works until it is stopped. Most gateways have no shadow, and start no thread for one.
  package func run() async {
    announce()
    guard await isWanted() else { return }
    let thread = ShadowThread()
    await withTaskExecutorPreference(thread) {
      do {
        let client = try ReferenceClient(on: thread)
        await serve(client)
        client.stop()
      } catch {
        logger.error("nothing is shadowed: there is nothing to ask the reference with", metadata: ["problem": "\(error)"])
      }
    }
    await thread.stop()
  }

  private func serve(_ client: ReferenceClient) async {
    let leftOver = await prepare()
    await withDiscardingTaskGroup { tasks in
      await catchUp(client, &tasks)
      perform(change { $0.restored(leftOver, at: now()) }, client, &tasks)
      // The bell may have rung before anybody listened.
      perform(work(of: .arrivals), client, &tasks)
      var nextTick = Int64.max
      var isStopping = false
      for await event in events {
        if case .deadline = event { break }
        if case .tick(nextTick) = event { nextTick = .max }
        if case .stop = event {
          isStopping = true
          wake(.deadline, after: with { $0.core.queue.settings.drain }, &tasks)
        }
        await catchUp(client, &tasks)
        perform(work(of: event), client, &tasks)
        if case .reload = event { await takeBaseline() }
        let (isQuiet, due) = with { ($0.core.queue.underwayCount == 0, $0.core.queue.nextTick) }
        if isStopping, isQuiet { break }
        if let due, due < nextTick {
          nextTick = due
          wake(.tick(due), after: .milliseconds(max(1, due - now())), &tasks)
        }
      }
      perform(change { $0.end() }, client, &tasks)
      tasks.cancelAll()
    }
  }

  // MARK: Steps

  /// What has arrived may have been decided on for a reference whose reload is still among the events.
  private func catchUp(_ client: ReferenceClient, _ tasks: inout DiscardingTaskGroup) async {
    guard with({ $0.core.mark != $0.mark }) else { return }
    perform(reloaded(), client, &tasks)
    await takeBaseline()
  }

  private func work(of event: Event) -> ShadowCore.Work {
    switch event {
    case .arrivals: return arrived()
    case .finished(let id, .answered(let answer)): return change { $0.answered(id, answer, at: now()) }
    case .finished(let id, .failed(let failure)): return change { $0.failed(id, failure, at: now()) }
    case .tick: return change { $0.tick(at: now()) }
    case .reload: return reloaded()
    case .stop:
      // What is in the inbox was served; it may still be sent, or kept.
      defer { with { $0.core.stop() } }
      return arrived()
    case .deadline: return ShadowCore.Work()
    }
  }

  /// Each by itself: a reload waits for one request to be read.
  private func arrived() -> ShadowCore.Work {
    let (records, lost) = inbox.take()
    var work = change { $0.arrived([], lost: lost, at: now()) }
    for record in records { work.append(change { $0.arrived([record], lost: 0, at: now()) }) }
    return work
  }

  private func change(_ body: (inout ShadowCore) -> ShadowCore.Work) -> ShadowCore.Work {
    with { body(&$0.core) }
  }

  private func perform(_ work: ShadowCore.Work, _ client: ReferenceClient, _ tasks: inout DiscardingTaskGroup) {
    // A job is forgotten behind the comparison that it led to, in the order of writing.
    if !work.comparisons.isEmpty { writer?.offer(comparisons: work.comparisons) }
    if !work.notes.isEmpty { writer?.offer(notes: work.notes) }
    if work.isBack { logger.notice("the reference answers again") }
    if let pause = work.pause {
      logger.warning(
        "the reference is left alone", metadata: ["reason": "\(pause.reason)", "seconds": "\((pause.until - now()) / 1000)"])
    }
    for job in work.sends { send(job, client, &tasks) }
  }

  private func send(_ job: ShadowJob, _ client: ReferenceClient, _ tasks: inout DiscardingTaskGroup) {
    let (vendor, configuration, settings) = with { state in
      // A reload is on its way to the core where they differ, and takes the job.
      (state.core.mark == state.mark ? state.vendor : nil, state.configuration, state.core.queue.settings)
    }
    guard let vendor else {
      tell.yield(.finished(id: job.id, .failed(ReferenceFailure(.connection, "there is no reference any more"))))
      return
    }
    tasks.addTask { [tell] in
      tell.yield(.finished(id: job.id, await client.ask(job, of: vendor, configuration, settings)))
    }
  }

  private func wake(_ event: Event, after time: Duration, _ tasks: inout DiscardingTaskGroup) {
    tasks.addTask { [tell] in
      try? await Task.sleep(for: time)
      tell.yield(event)
    }
  }

  func reloaded() -> ShadowCore.Work {
    with { state in
      let configuration = state.configuration
      return state.core.reload(
        configuration.isShadowed ? configuration.shadow : nil, reference: configuration.shadowReference.name, mark: state.mark,
        keepsRequests: configuration.recording?.keepsEverything == true, at: now())
    }
  }
}
