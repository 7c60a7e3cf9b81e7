// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import Synchronization

/// The console's connections on their way from event loops to the task that serves them, and their places.
final class ConsoleConnections: Sendable {
  typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

  struct Refused: Error {}

  private struct State {
    var places = ConsolePlaces(Descriptors.consoleConnections)
    var channels: [Int: any Channel] = [:]
    var isOpen = true
  }

  /// Ends once `close` was called and all that were handed over before are served.
  let accepted: AsyncStream<Connection>
  private let handing: AsyncStream<Connection>.Continuation
  private let state = Mutex(State())

  init() { (accepted, handing) = AsyncStream.makeStream() }

  private static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

  /// - Throws: `Refused` where there is no place.
  func enter(_ channel: any Channel) throws -> Int {
    let entry = state.withLock { state -> (number: Int, instead: (any Channel)?)? in
      guard let entry = state.places.enter(at: Self.now) else { return nil }
      state.channels[entry.number] = channel
      return (entry.number, entry.instead.flatMap { state.channels.removeValue(forKey: $0) })
    }
    guard let entry else { throw Refused() }
    entry.instead?.close(promise: nil)
    channel.closeFuture.whenComplete { [self] _ in
      state.withLock { state in
        state.places.leave(entry.number)
        state.channels[entry.number] = nil
      }
    }
    return entry.number
  }

  /// What is wrapped must be served, or its unfinished writer ends the process. Hence under one lock with `close`: whoever comes
  /// later is not wrapped.
  ///
  /// - Throws: `Refused` after `close`.
  func handOver(_ wrap: () throws -> Connection) throws {
    try state.withLock { state in
      guard state.isOpen else { throw Refused() }
      handing.yield(try wrap())
    }
  }

  func close() {
    state.withLock { $0.isOpen = false }
    handing.finish()
  }

  /// Closes all there are, whatever they are at.
  func cut() {
    let left = state.withLock { state in
      defer { state.channels = [:] }
      return state.channels.values
    }
    for channel in left { channel.close(promise: nil) }
  }

  /// Closes whoever takes too long, until its task is cancelled.
  func watch() async {
    while !Task.isCancelled {
      let late = state.withLock { state in state.places.takeLate(at: Self.now).compactMap { state.channels.removeValue(forKey: $0) } }
      for channel in late { channel.close(promise: nil) }
      try? await Task.sleep(for: .milliseconds(500))
    }
  }

  // MARK: What becomes of one

  func begin(_ number: Int) { state.withLock { $0.places.begin(number, at: Self.now) } }
  func ask(_ number: Int) { state.withLock { $0.places.ask(number) } }
  func send(_ number: Int) { state.withLock { $0.places.send(number, at: Self.now) } }
  func take(_ number: Int, isLast: Bool) { state.withLock { $0.places.take(number, isLast: isLast, at: Self.now) } }
}

/// Sees where requests end, and when the pieces of an answer are taken.
final class ConsolePlaceHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let connections: ConsoleConnections
  private let number: Int

  init(_ connections: ConsoleConnections, _ number: Int) { (self.connections, self.number) = (connections, number) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .end = Self.unwrapInboundIn(data) { connections.ask(number) }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part = Self.unwrapOutboundIn(data)
    let isLast = if case .end = part { true } else { false }
    connections.send(number)
    let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.whenComplete { [connections, number] _ in connections.take(number, isLast: isLast) }
    context.write(data, promise: taken)
  }
}
