// SPDX-License-Identifier: Apache-2.0
import Configuration

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How many descriptors the process may have (getrlimit(2)), and how many connections follow from that.
package enum Descriptors {
  /// For listeners, the store, the shadow, loops and engines, and for the console.
  private static func reserve(of descriptors: Int) -> Int { 64 + consoleConnections(of: descriptors) }

  /// The console's places.
  package static var consoleConnections: Int { consoleConnections(of: limit) }

  private static func consoleConnections(of descriptors: Int) -> Int { min(256, descriptors / 16) }

  /// Every exchange may need two: the client's and the vendor's.
  package static var connections: Int { connections(of: limit) }

  package static func connections(of descriptors: Int) -> Int { max(16, (descriptors - reserve(of: descriptors)) / 2 - descriptors / 16) }

  /// How many connections to vendors may be open, kept ones with them, where clients may have so many: all other descriptors.
  package static func vendorConnections(besides clients: Int, of descriptors: Int? = nil) -> Int {
    let descriptors = descriptors ?? limit
    return max(16, clients, descriptors - reserve(of: descriptors) - clients)
  }

  /// What is to be said of a number of connections that somebody has set; nil where there are descriptors enough.
  package static func shortage(for clients: Int, of descriptors: Int? = nil) -> String? {
    let descriptors = descriptors ?? limit
    // With those that are refused at once (`Lane.add`).
    let needed = clients > .max / 4 ? .max : 2 * clients + clients / 8 + 8 + reserve(of: descriptors)
    guard needed > descriptors else { return nil }
    return "`limits.connections` is \(clients): with those to vendors they may take \(needed) file descriptors, and this process may have "
      + "\(descriptors). Raise that (LimitNOFILE, ulimit -n), or set no more than \(connections(of: descriptors))"
  }

  /// The soft limit, raised as far as is allowed and useful first: 1,024, which is usual, is for programs that use select(2).
  private static let limit: Int = {
    var limits = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 1024 }
    let wanted = min(limits.rlim_max, 1 << 18)
    if limits.rlim_cur < wanted {
      var raised = limits
      raised.rlim_cur = wanted
      if unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { return Int(wanted) }
    }
    return Int(clamping: limits.rlim_cur)
  }()
}
