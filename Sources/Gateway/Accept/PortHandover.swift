// SPDX-License-Identifier: Apache-2.0
import NIOCore

#if os(Linux)
import Glibc
#endif

/// Hands a shared port (`reuse_port`) over to another instance before its listener closes: what stands in a listener's queue when it
/// closes is reset by the kernel, so nothing new may come into it first.
///
/// A program on the group of sockets that listen at the port says which of them gets a new connection (socket(7),
/// SO_ATTACH_REUSEPORT_CBPF): the one at a fixed place, in the order of their binding. When a socket closes, the last takes its place.
/// So the successor of whoever listened before it stands at place 1, and one that was there before the one that stops at place 0; a
/// place where nobody stands counts for nothing, and the kernel spreads connections as it does without a program.
struct PortHandover {
  /// Longer than a handshake: what the kernel gave to this listener has been accepted.
  static let settling = TimeAmount.milliseconds(250)

  private let listener: any Channel
  /// How many connections were accepted so far.
  private let accepted: @Sendable () -> Int

  init(_ listener: any Channel, accepted: @escaping @Sendable () -> Int) {
    (self.listener, self.accepted) = (listener, accepted)
  }

  /// Returns when no new connection comes here, or when there is nobody else to take them.
  func handOver() async {
    var fewest = (place: UInt32(1), arrivals: Int.max)
    for place in [UInt32(1), 0] {
      guard await steer(to: place) else { return }
      let arrivals = await arrivals()
      if arrivals == 0 { return }
      if arrivals < fewest.arrivals { fewest = (place, arrivals) }
    }
    // Far clients' handshakes: there was another, and some still came here.
    if fewest.place != 0, await steer(to: fewest.place) { _ = await arrivals() }
  }

  private func arrivals() async -> Int {
    await settle()
    let before = accepted()
    await settle()
    return accepted() - before
  }

  /// On the event loop: a stop may be a cancelled task, whose own sleep is none.
  private func settle() async {
    try? await listener.eventLoop.scheduleTask(in: Self.settling) {}.futureResult.get()
  }

  /// False where the system cannot.
  private func steer(to place: UInt32) async -> Bool {
    #if os(Linux)
    // struct sock_filter: BPF_RET | BPF_K.
    let instruction = UnsafeMutablePointer<Instruction>.allocate(capacity: 1)
    unsafe instruction.initialize(to: Instruction(code: 6, value: place))
    defer { unsafe instruction.deallocate() }
    return await set(.attach, to: Program(count: 1, instructions: UInt(bitPattern: instruction)))
    #else
    return false
    #endif
  }

  #if os(Linux)
  /// Connections are spread over all instances again, whatever one that was here before had arranged.
  static func spread(_ listener: any Channel) async {
    _ = await PortHandover(listener) { 0 }.set(.detach, to: CInt(0))
  }

  private struct Instruction {
    var code: UInt16
    var ifTrue: UInt8 = 0
    var ifFalse: UInt8 = 0
    var value: UInt32
  }

  /// struct sock_fprog.
  private struct Program {
    var count: UInt16
    /// Their address.
    var instructions: UInt
  }

  private func set(_ option: NIOBSDSocket.Option, to value: some Sendable) async -> Bool {
    guard let provider = listener as? any SocketOptionProvider else { return false }
    do {
      try await provider.unsafeSetSocketOption(level: .socket, name: option, value: value).get()
      return true
    } catch {
      return false
    }
  }
  #else
  static func spread(_ listener: any Channel) async {}
  #endif
}

#if os(Linux)
extension NIOBSDSocket.Option {
  /// Of asm-generic/socket.h.
  fileprivate static let attach = NIOBSDSocket.Option(rawValue: SO_ATTACH_REUSEPORT_CBPF)
  fileprivate static let detach = NIOBSDSocket.Option(rawValue: SO_DETACH_REUSEPORT_BPF)
}
#endif
