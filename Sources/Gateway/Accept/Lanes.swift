// SPDX-License-Identifier: Apache-2.0
import Configuration
import NIOCore
import NIOPosix
import Synchronization
import Upstream

/// All lanes, one an event loop.
struct Lanes: Sendable {
  private let lanes: [NIOLoopBound<Lane>]
  private let engines: [UpstreamEngine]
  private let lasting: Exchange.Lasting

  init(on group: MultiThreadedEventLoopGroup, _ configuration: BelayConfiguration, recorder: Recorder) async throws {
    let context = Exchange.Context(configuration)
    lasting = context.lasting
    let limits = ClientLimits(configuration.limits, connections: Descriptors.connections)
    var lanes: [NIOLoopBound<Lane>] = []
    var engines: [UpstreamEngine] = []
    let loops = Array(group.makeIterator())
    var options = UpstreamOptions()
    // Any loop may have all the clients, and each of them one of these; what is left is for those that are idle.
    let idle = Descriptors.vendorConnections(besides: limits.connections) - limits.connections
    options.idleConnections = max(1, idle / loops.count)
    options.offersHTTP2 = configuration.offersHTTP2
    for loop in loops {
      let engine = try UpstreamEngine(options)
      engines.append(engine)
      let lane = try await loop.submit {
        let lane = Lane(
          eventLoop: loop, start: engine.start, exchangeContext: context, clientLimits: limits, recorder: recorder,
          loops: loops.count)
        return NIOLoopBound(lane, eventLoop: loop)
      }.get()
      lanes.append(lane)
    }
    for (index, lane) in lanes.enumerated() {
      let others = lanes[(index + 1)...] + lanes[..<index]
      try await lane.eventLoop.submit { lane.value.neighbours = others.map { Neighbour(lane: $0) } }.get()
    }
    self.lanes = lanes
    self.engines = engines
  }

  var rotation: Rotation { lasting.rotation }

  /// The lane of an event loop of the group, on that loop.
  func lane(of loop: any EventLoop) -> Lane? {
    lanes.first { $0.eventLoop === loop }?.value
  }

  /// New exchanges follow `configuration`.
  func reload(_ configuration: BelayConfiguration) async {
    let context = Exchange.Context(configuration, lasting: lasting)
    await onEachLane { lane in
      lane.exchangeContext = context
      return lane.eventLoop.makeSucceededVoidFuture()
    }
  }

  /// Connections that are open now end, each with its next answer or once it is idle.
  func retireConnections() async {
    await onEachLane { lane in
      lane.retireConnections()
      return lane.eventLoop.makeSucceededVoidFuture()
    }
  }

  /// Connections so far.
  var accepted: Int { lasting.accepted.load(ordering: .relaxed) }

  /// Each answer is its connection's last from now on.
  func announceEnd() async {
    await onEachLane { lane in
      lane.announceEnd()
      return lane.eventLoop.makeSucceededVoidFuture()
    }
  }

  /// Lets exchanges under way end; after `limit`, cuts what is left.
  func drain(within limit: Duration) async {
    await onEachLane { lane in lane.drain(within: limit) }
  }

  /// Flushes the records and stops the engines.
  func stop() async {
    await onEachLane { lane in
      lane.stop()
      return lane.eventLoop.makeSucceededVoidFuture()
    }
    for engine in engines { engine.shutdown() }
  }

  private func onEachLane(_ body: @escaping @Sendable (Lane) -> EventLoopFuture<Void>) async {
    await withDiscardingTaskGroup { tasks in
      for bound in lanes {
        tasks.addTask { try? await bound.eventLoop.flatSubmit { body(bound.value) }.get() }
      }
    }
  }
}
