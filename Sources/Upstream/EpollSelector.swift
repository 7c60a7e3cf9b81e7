// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
import CEpoll
import Glibc
import NIOCore

/// Waits for sockets. The only file that knows epoll: a kqueue twin with the same members is what macOS needs.
///
/// libcurl says for each transfer what it waits for, so a reused connection goes "read", "nothing", "read". Interest in
/// its own sockets is therefore kept when libcurl drops it, until the socket shows life without anyone waiting for it:
/// a request on a warm connection costs no `epoll_ctl` at all. This needs to know when such a socket is closed, as the
/// kernel forgets it then.
@safe final class EpollSelector {
  struct Readiness {
    let socket: Int32
    let isReadable: Bool
    let isWritable: Bool
  }

  private struct Interest {
    var wanted: UInt32 = 0
    var registered: UInt32 = 0
    /// One of libcurl's connections, whose closing is reported by `close`.
    var isConnection = false
    /// It carries one request at a time: between two of them nothing has any business to come.
    var isExclusive = false
    /// It is between two requests, and not one whose answer is paused.
    var isResting = false
    /// When the wait began that last told of something to read on it; when it was opened, where none has.
    var heardAt = NIODeadline.uptimeNanoseconds(0)
    /// The last request that took it.
    var use: UInt64 = 0
    /// How often it was ready to write, and nothing else, since something was last seen to be sent.
    var idleWrites = 0
    var sentBytes: UInt64 = 0
  }

  let waker: Waker
  /// All that had come by then was told. Whoever seems to be silent since may have spoken: this process may have been stopped, and one
  /// look tells of so many sockets only.
  private(set) var toldUntil = NIODeadline.uptimeNanoseconds(0)
  private var looks = Looks()
  private var waitBegan = NIODeadline.uptimeNanoseconds(0)
  private let mutedMilliseconds: Int32 = 5
  private let descriptor: Int32
  private var interests: [Interest] = []
  private var localPorts = LocalPorts()
  private var uses: UInt64 = 0
  /// How many sockets the kernel watches.
  private var watched = 0
  /// Sockets that are not asked whether they can be written to, until `unmuteTime`.
  private var muted: [Int32] = []
  private var unmuteTime = NIODeadline.distantFuture
  private static let most = 256
  private var events = unsafe [epoll_event](repeating: epoll_event(), count: EpollSelector.most)

  init() throws(UpstreamError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    waker = try Waker()
    guard descriptor >= 0 else { throw .noDescriptor(errno) }
    // Edge-triggered, so that a wake-up needs no read.
    set(waker.descriptor, EPOLLIN.rawValue | EPOLLET.rawValue, EPOLL_CTL_ADD)
  }

  deinit { _ = Glibc.close(descriptor) }

  /// Opens a connection's socket, or returns -1 with `errno` set.
  func open(family: Int32, type: Int32, protocol: Int32) -> Int32 {
    let socket = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), `protocol`)
    if socket >= 0 {
      reserve(socket)
      interests[Int(socket)] = Interest(isConnection: true, heardAt: .now())
      localPorts.add(socket)
    }
    return socket
  }

  func close(_ socket: Int32) -> Int32 {
    if Int(socket) < interests.count {
      if interests[Int(socket)].registered != 0 { watched -= 1 }
      interests[Int(socket)] = Interest()
    }
    localPorts.remove(socket)
    return Glibc.close(socket)
  }

  func watch(_ socket: Int32, reads: Bool, writes: Bool) {
    reserve(socket)
    let wanted = (reads ? EPOLLIN.rawValue : 0) | (writes ? EPOLLOUT.rawValue : 0)
    let interest = interests[Int(socket)]
    interests[Int(socket)].wanted = wanted
    interests[Int(socket)].idleWrites = 0
    if wanted == interest.registered { return }
    if wanted == 0 {
      if interest.isConnection, interest.registered == EPOLLIN.rawValue { return }
      guard interest.isExclusive else { return unregister(socket) }
      set(socket, EPOLLIN.rawValue, EPOLL_CTL_MOD)
      interests[Int(socket)].registered = EPOLLIN.rawValue
    } else {
      set(socket, wanted, interest.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD)
      interests[Int(socket)].registered = wanted
    }
  }

  /// Returns how many sockets are ready. `milliseconds` -1 waits without end.
  func wait(milliseconds: Int32) -> Int {
    let milliseconds = muted.isEmpty || (0...mutedMilliseconds ~= milliseconds) ? milliseconds : mutedMilliseconds
    let begin = NIODeadline.now()
    waitBegan = begin
    let count = unsafe events.withUnsafeMutableBufferPointer { events in
      unsafe epoll_wait(descriptor, events.baseAddress, Int32(events.count), milliseconds)
    }
    if let time = looks.add(begin, told: Int(count), of: watched, atMost: Self.most) { toldUntil = time }
    if !muted.isEmpty, .now() >= unmuteTime {
      for socket in muted { unmute(socket) }
      muted.removeAll(keepingCapacity: true)
    }
    return Int(max(count, 0))
  }

  /// The readiness at `index` of the last wait; nil for a wake-up, and for what nobody waits for any more.
  func readiness(_ index: Int) -> Readiness? {
    let (state, socket) = unsafe (events[index].events, events[index].data.fd)
    guard socket != waker.descriptor else { return nil }
    guard interests[Int(socket)].wanted != 0 else {
      // A resting connection was closed by the vendor, or was written to unasked.
      if interests[Int(socket)].isExclusive, interests[Int(socket)].isResting {
        shutIfSoiled(socket)
      } else if interests[Int(socket)].registered != 0 {
        unregister(socket)
      }
      return nil
    }
    // An error is found by the read or the write that meets it, which also learns its number.
    let failed = EPOLLERR.rawValue | EPOLLHUP.rawValue
    let isReadable = state & (EPOLLIN.rawValue | failed) != 0
    var isWritable = state & (EPOLLOUT.rawValue | failed) != 0
    if !isReadable {
      noteWritable(socket)
    } else {
      interests[Int(socket)].heardAt = waitBegan
      if unmute(socket) { isWritable = true }
    }
    return Readiness(socket: socket, isReadable: isReadable, isWritable: isWritable)
  }

  /// libcurl 7.88 asks for a socket to be writable while the vendor's HTTP/2 window is closed, which it always is: the
  /// thread would spin for as long as the vendor takes. A socket that was writable many times and sent nothing is
  /// asked every few milliseconds only; what opens the window arrives as something to read.
  private func noteWritable(_ socket: Int32) {
    interests[Int(socket)].idleWrites += 1
    guard interests[Int(socket)].idleWrites >= 16 else { return }
    let sent = belay_bytes_sent(socket)
    if sent != interests[Int(socket)].sentBytes {
      (interests[Int(socket)].sentBytes, interests[Int(socket)].idleWrites) = (sent, 0)
    } else if sent > 0, interests[Int(socket)].registered == EPOLLIN.rawValue | EPOLLOUT.rawValue {
      interests[Int(socket)].registered = EPOLLIN.rawValue
      set(socket, EPOLLIN.rawValue, EPOLL_CTL_MOD)
      if muted.isEmpty { unmuteTime = .now() + .milliseconds(Int64(mutedMilliseconds)) }
      muted.append(socket)
    }
  }

  /// True when it was muted.
  @discardableResult
  private func unmute(_ socket: Int32) -> Bool {
    let interest = interests[Int(socket)]
    guard interest.registered == EPOLLIN.rawValue, interest.wanted & EPOLLOUT.rawValue != 0 else { return false }
    interests[Int(socket)].registered = interest.wanted
    set(socket, interest.wanted, EPOLL_CTL_MOD)
    return true
  }

  // MARK: What a vendor sends unasked

  /// The socket of a connection that libcurl tells of by its ends; nil for none of ours.
  func connection(at port: Int32, peer: UnsafePointer<CChar>?, peerPort: Int32) -> Int32? {
    unsafe localPorts.socket(at: port, peer: peer, peerPort: peerPort)
  }

  /// A new connection is about to take its first request.
  func adopt(_ socket: Int32, isExclusive: Bool) { interests[Int(socket)].isExclusive = isExclusive }

  /// A connection is about to take one more request: false when it cannot, and was shut.
  ///
  /// Until libcurl 8.0 only a closed connection is not used again, and bytes behind a complete answer would answer the next
  /// request, which may be somebody else's. On a connection that is shut the request cannot be sent, and libcurl sends it on
  /// another. What comes between this look and the sending, a few microseconds, or behind it nobody can tell from an answer.
  func readyForReuse(_ socket: Int32, hasUnreadBytes: Bool) -> Bool {
    guard interests[Int(socket)].isExclusive, shutIfSoiled(socket, isKnown: hasUnreadBytes) else { return true }
    // Its likes would cost one of libcurl's five retries each.
    for other in interests.indices where interests[other].isResting && interests[other].isExclusive { shutIfSoiled(Int32(other)) }
    return false
  }

  /// A request takes the connection, from now on and until `rest` with the number that is returned.
  func use(_ socket: Int32) -> UInt64 {
    uses += 1
    (interests[Int(socket)].use, interests[Int(socket)].isResting) = (uses, false)
    return uses
  }

  /// A connection's answer is complete, and libcurl keeps it for another request; which, within one turn, may have taken it already.
  /// Shut at once where it is soiled: a request that meets such connections one after the other is given up by libcurl.
  func rest(_ socket: Int32, after use: UInt64, isSoiled: Bool) {
    guard Int(socket) < interests.count, interests[Int(socket)].isExclusive, interests[Int(socket)].use == use else { return }
    interests[Int(socket)].isResting = true
    if isSoiled, shutIfSoiled(socket, isKnown: true) { return }
    // What came while the answer was paused woke nobody.
    guard interests[Int(socket)].wanted == 0, interests[Int(socket)].registered == 0 else { return }
    set(socket, EPOLLIN.rawValue, EPOLL_CTL_ADD)
    interests[Int(socket)].registered = EPOLLIN.rawValue
  }

  /// Shut, it is closed to libcurl's eyes, which takes bytes that can be read for a sign of life.
  @discardableResult
  private func shutIfSoiled(_ socket: Int32, isKnown: Bool = false) -> Bool {
    guard isKnown || belay_is_readable(socket) != 0 else { return false }
    belay_shut(socket)
    if interests[Int(socket)].registered != 0 { unregister(socket) }
    return true
  }

  /// Of a connection that several requests share nothing has come since one of them waits in vain: what else waits there is as silent,
  /// and what is sent there would be lost as well.
  func shutIfSilent(_ socket: Int32, since time: NIODeadline) {
    guard interests[Int(socket)].isConnection, !interests[Int(socket)].isExclusive, interests[Int(socket)].heardAt <= time else { return }
    belay_shut(socket)
  }

  private func unregister(_ socket: Int32) {
    set(socket, 0, EPOLL_CTL_DEL)
    interests[Int(socket)].registered = 0
  }

  private func set(_ socket: Int32, _ interest: UInt32, _ operation: Int32) {
    if operation == EPOLL_CTL_ADD { watched += 1 } else if operation == EPOLL_CTL_DEL { watched -= 1 }
    var event = unsafe epoll_event(events: interest, data: epoll_data_t(fd: socket))
    unsafe _ = epoll_ctl(descriptor, operation, socket, &event)
  }

  private func reserve(_ socket: Int32) {
    while interests.count <= Int(socket) { interests.append(Interest()) }
  }
}

/// Ends a `wait` from another thread.
final class Waker: Sendable {
  fileprivate let descriptor: Int32

  fileprivate init() throws(UpstreamError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard descriptor >= 0 else { throw .noDescriptor(errno) }
  }

  deinit { close(descriptor) }

  func wake() {
    // It fails only when the counter is full, and then the selector is awake.
    _ = eventfd_write(descriptor, 1)
  }
}
#endif
