// SPDX-License-Identifier: Apache-2.0

/// Vendors that are asked in the clear through a proxy of the environment, which then reads keys and conversations. libcurl has it
/// from `http_proxy`, in small letters only, else `all_proxy` or `ALL_PROXY`; not for what `no_proxy` names (libcurl-env(3)), nor, here,
/// for this machine.
struct ProxyChecks {
  let environment: [String: String]
  let book: VendorBook
  let log: ProblemLog

  func run() {
    guard let variable = ["http_proxy", "all_proxy", "ALL_PROXY"].first(where: { !(environment[$0] ?? "").isEmpty }) else { return }
    for vendor in book.vendors {
      guard let url = try? BaseURL.parse(vendor.value.baseURL), !url.isSecure, !url.host.isLoopback, !isExcepted(url.host) else { continue }
      log.warn(
        "`\(vendor.value.name)` is asked in the clear through the proxy that `\(variable)` names, which can read keys and conversations",
        "write https:// in its base URL, or add its host to no_proxy", at: vendor.place)
    }
  }

  private func isExcepted(_ host: Host) -> Bool {
    let list = ["no_proxy", "NO_PROXY"].compactMap { environment[$0] }.first ?? ""
    return list.lowercased().split(whereSeparator: { ", ".contains($0) }).contains { entry in
      // Networks are not computed: rather no warning than one in vain.
      if entry.contains("/") { return host.isIPAddress }
      let name = entry.drop { $0 == "." || $0 == "[" }.prefix { $0 != "]" }
      return name == "*" || host.name == name || host.name.hasSuffix(".\(name)")
    }
  }
}
