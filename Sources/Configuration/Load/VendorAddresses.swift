// SPDX-License-Identifier: Apache-2.0

/// Where the vendors are that the configuration names, for commands that can do without one.
package enum VendorAddresses {
  /// Base URLs by name; none where there is no configuration that can be read.
  package static func known(environment: [String: String]) -> [String: String] {
    guard let configuration = try? BelayConfiguration.read(path: nil, environment: environment, overrides: Overrides()) else { return [:] }
    return Dictionary(configuration.vendors.map { ($0.name, $0.baseURL) }) { first, _ in first }
  }
}
