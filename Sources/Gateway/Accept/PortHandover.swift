// SPDX-License-Identifier: Apache-2.0
import NIOCore

#if os(Linux)
import Glibc
#endif

/// Hands a shared port (`reuse_port`) over to the other instances before its listener closes: what stands in a listener's queue when it
/// closes is reset by the kernel, so nothing new may come into it first.
///
/// A program on the group of sockets that listen at the port says which of them gets a new connection (socket(7),
/// SO_ATTACH_REUSEPORT_CBPF), by its place in the order of their binding; a place where nobody stands counts for nothing, and the kernel
/// spreads connections as it does without a program. When a socket closes, the last takes its place, and the program stays. So whoever is
/// not the last sends all to the last, whose place is then nobody's; the last spreads them over the places before its own.
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
    for step in 0..<4 {
      // Others may stop too, and each time the places are others. Where it cannot be told: the one that an upgrade has.
      let others = UInt32(clamping: (PortSharers.count(at: listener.localAddress) ?? 2) - 1)
      guard others > 0, await steer(step % 2 == 0 ? .last(others) : .any(of: others)) else { return }
      if await arrivals() == 0 { return }
    }
    // Far clients' handshakes: there is another, and some still came here.
    let others = UInt32(clamping: (PortSharers.count(at: listener.localAddress) ?? 2) - 1)
    if others > 0, await steer(.last(others)) { _ = await arrivals() }
  }

  private enum Steering {
    /// To this place.
    case last(UInt32)
    /// To the places from 0, so many.
    case any(of: UInt32)
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
  private func steer(_ steering: Steering) async -> Bool {
    #if os(Linux)
    let program: [Instruction] =
      switch steering {
      case .last(let place): [.give(place)]
      case .any(let count): [.takeRandom, .reduce(modulo: count), .giveTaken]
      }
    let instructions = UnsafeMutableBufferPointer<Instruction>.allocate(capacity: program.count)
    defer { unsafe instructions.deallocate() }
    unsafe _ = instructions.initialize(from: program)
    return await set(.attach, to: Program(count: UInt16(program.count), instructions: UInt(bitPattern: instructions.baseAddress)))
    #else
    return false
    #endif
  }

  #if os(Linux)
  /// Connections are spread over all instances again, whatever one that was here before had arranged.
  static func spread(_ listener: any Channel) async {
    _ = await PortHandover(listener) { 0 }.set(.detach, to: CInt(0))
  }

  /// struct sock_filter (linux/filter.h).
  private struct Instruction {
    var code: UInt16
    var ifTrue: UInt8 = 0
    var ifFalse: UInt8 = 0
    var value: UInt32 = 0

    /// BPF_RET | BPF_K
    static func give(_ place: UInt32) -> Instruction { Instruction(code: 0x06, value: place) }
    /// BPF_LD | BPF_W | BPF_ABS of SKF_AD_OFF + SKF_AD_RANDOM
    static let takeRandom = Instruction(code: 0x20, value: 0xFFFF_F000 + 56)
    /// BPF_ALU | BPF_MOD | BPF_K
    static func reduce(modulo count: UInt32) -> Instruction { Instruction(code: 0x94, value: count) }
    /// BPF_RET | BPF_A
    static let giveTaken = Instruction(code: 0x16)
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
