// SPDX-License-Identifier: Apache-2.0

/// Whose address it is, as far as that tells one client from another: of IPv6 the half that one subscriber has (RFC 6177), and an
/// IPv4 address that is mapped into IPv6 (RFC 4291 section 2.5.5.2) as itself.
///
/// - Parameter address: as inet_ntop(3) writes it.
package func subscriber(_ address: String) -> String {
  if address.contains(".") { return String(address[(address.lastIndex(of: ":").map(address.index(after:)) ?? address.startIndex)...]) }
  let halves = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false).map { $0.split(separator: ":") }
  guard let left = halves.first else { return address }
  let right = halves.count > 1 ? halves[1] : []
  let zeros = [Substring](repeating: "0", count: max(0, 8 - left.count - right.count))
  return (left + zeros + right).prefix(4).joined(separator: ":")
}
