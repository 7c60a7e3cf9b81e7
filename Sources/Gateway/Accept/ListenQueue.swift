// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore

/// The connections that the kernel has made for a listener, and that are not accepted yet: it resets them when the listener closes, with
/// the requests that they may have brought.
struct ListenQueue {
  /// Where more come all the time, or no descriptor is left, it does not become empty.
  private static let looks = 250

  private let listener: any Channel

  init(_ listener: any Channel) { self.listener = listener }

  /// Returns once it is empty, or after a quarter of a second.
  func acceptAll() async {
    for _ in 0..<Self.looks {
      guard let count = await count, count > 0 else { return }
      // Behind a timer the loop has looked at its sockets. A stop may be a cancelled task, whose own sleep is none.
      try? await listener.eventLoop.scheduleTask(in: .milliseconds(1)) {}.futureResult.get()
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
