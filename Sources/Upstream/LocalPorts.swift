// SPDX-License-Identifier: Apache-2.0
import CEpoll
import Glibc

/// Finds a connection's socket by its local port, which is what libcurl tells of the connection that a request is about to take.
/// Connections to different addresses may have the same: then the address tells.
struct LocalPorts {
  /// Not asked for their port yet: they have none before they connect.
  private var unbound: [Int32] = []
  private var sockets: [Int32: [Int32]] = [:]
  private var ports: [Int32: Int32] = [:]

  mutating func add(_ socket: Int32) { unbound.append(socket) }

  mutating func remove(_ socket: Int32) {
    guard let port = ports.removeValue(forKey: socket) else { return unbound.removeAll { $0 == socket } }
    sockets[port]?.removeAll { $0 == socket }
    if sockets[port]?.isEmpty == true { sockets[port] = nil }
  }

  /// - Parameter peer: the address as inet_ntop(3) writes it.
  mutating func socket(at port: Int32, peer: UnsafePointer<CChar>?, peerPort: Int32) -> Int32? {
    let candidates = sockets(at: port)
    if candidates.count == 1 { return candidates[0] }
    return candidates.first { unsafe belay_has_peer($0, peer, peerPort) != 0 }
  }

  private mutating func sockets(at port: Int32) -> [Int32] {
    if !unbound.isEmpty {
      unbound.removeAll { socket in
        guard let port = LocalPorts.port(of: socket) else { return false }
        sockets[port, default: []].append(socket)
        ports[socket] = port
        return true
      }
    }
    return sockets[port] ?? []
  }

  private static func port(of socket: Int32) -> Int32? {
    let port = belay_local_port(socket)
    return port > 0 ? port : nil
  }
}
