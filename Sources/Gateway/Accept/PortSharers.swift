// SPDX-License-Identifier: Apache-2.0
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Who listens at an address, as the kernel tells of all of this machine's processes (proc(5), /proc/net/tcp).
enum PortSharers {
  /// How many sockets listen at this very address; nil where that cannot be told.
  static func count(at address: SocketAddress?) -> Int? {
    guard let (table, name) = place(of: address) else { return nil }
    guard let file = unsafe fopen(table, "re") else { return nil }
    defer { unsafe _ = fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    var count = 0
    while let read = unsafe fgets(&line, Int32(line.count), file) {
      let fields = unsafe String(cString: read).split(separator: " ")
      guard fields.count > 3, fields[0] != "sl" else { continue }
      // Those that listen come first, and of the others there may be tens of thousands.
      guard fields[3] == "0A" else { break }
      if fields[1] == name { count += 1 }
    }
    return count == 0 ? nil : count
  }

  /// The table and its first column: words of four bytes as this machine has them in its registers, and the port.
  private static func place(of address: SocketAddress?) -> (table: String, name: String)? {
    guard let address else { return nil }
    // A `sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)): family, port, of IPv6 the flow, address.
    let bytes = unsafe address.withSockAddr { pointer, count in unsafe [UInt8](UnsafeRawBufferPointer(start: pointer, count: count)) }
    guard bytes.count >= 8 else { return nil }
    let port = hex(UInt16(bytes[2]) << 8 | UInt16(bytes[3]), 4)
    func words(_ places: Range<Int>) -> String {
      stride(from: places.lowerBound, to: places.upperBound, by: 4).map { place in
        hex(unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: place, as: UInt32.self) }, 8)
      }.joined()
    }
    switch address {
    case .v4: return ("/proc/net/tcp", "\(words(4..<8)):\(port)")
    case .v6 where bytes.count >= 24: return ("/proc/net/tcp6", "\(words(8..<24)):\(port)")
    default: return nil
    }
  }

  private static func hex(_ number: some BinaryInteger, _ width: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
