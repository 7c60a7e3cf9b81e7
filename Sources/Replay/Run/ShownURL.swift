// SPDX-License-Identifier: Apache-2.0

/// What a message may show of a URL, or of what was meant for one: no user and password, and nothing from the query on, where keys stand.
enum ShownURL {
  /// - Parameter text: a URL, `NAME=URL`, or a beginning of either.
  static func of(_ text: some StringProtocol) -> String {
    let address = String(text.prefix { !"?#".contains($0) })
    guard let at = address.lastIndex(of: "@") else { return address }
    let host = address[address.index(after: at)...]
    if let scheme = address[..<at].firstRange(of: "://") { return String(address[..<scheme.upperBound] + host) }
    let name = address.prefix { $0.isLetter || $0.isNumber || "-_".contains($0) }
    return (address[name.endIndex] == "=" ? name + "=" : "") + host
  }
}
