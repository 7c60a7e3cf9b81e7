// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore

/// Connections on their way from a listener to their event loops: those that the kernel has made and that are not accepted yet, which it
/// resets when the listener closes, and those that wait for a loop that is busy, which NIO closes then. They may have brought requests.
struct ListenQueue {
  /// Where more come all the time, or no descriptor is left, it does not become empty.
  private static let looks = 250
  private static let rounds = 5
  /// To be accepted, a connection goes from the listener's loop to its own and back; what its handlers are made of may take a step more.
  private static let trips = 2

  private let listener: any Channel
  private let group: any EventLoopGroup

  init(_ listener: any Channel, on group: any EventLoopGroup) {
    self.listener = listener
    self.group = group
  }

  /// Accepts all of them, and nothing more from then on: nothing may come in while the listener closes. Returns after some milliseconds, or as
  /// soon as each loop has had time for it; where more come all the time, after a second.
  func accept() async {
    for _ in 0..<Self.rounds {
      await acceptQueued()
      // Behind a loop that is busy more may have come into the queue.
      await deliver()
      try? await listener.setOption(ChannelOptions.autoRead, value: false).get()
      await deliver()
      guard let count = await count, count > 0 else { return }
      try? await listener.setOption(ChannelOptions.autoRead, value: true).get()
    }
  }

  private func acceptQueued() async {
    for _ in 0..<Self.looks {
      guard let count = await count, count > 0 else { return }
      // Behind a timer the loop has looked at its sockets. A stop may be a cancelled task, whose own sleep is none.
      try? await listener.eventLoop.scheduleTask(in: .milliseconds(1)) {}.futureResult.get()
    }
  }

  /// Returns behind all that was accepted.
  private func deliver() async {
    for _ in 0..<Self.trips {
      for loop in group.makeIterator() { try? await loop.submit {}.get() }
      try? await listener.eventLoop.submit {}.get()
    }
  }

  /// Nil where the system does not tell. Of a listener, that is what `tcpi_unacked` says (tcp_get_info in Linux's net/ipv4/tcp.c).
  private var count: Int? {
    get async {
      #if os(Linux)
      guard let provider = listener as? any SocketOptionProvider else { return nil }
      let info: tcp_info? = try? await provider.unsafeGetSocketOption(level: .tcp, name: .tcp_info).get()
      return info.map { Int($0.tcpi_unacked) }
      #else
      return nil
      #endif
    }
  }
}
