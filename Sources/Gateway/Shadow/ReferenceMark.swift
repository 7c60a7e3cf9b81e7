// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// Which reference it is: its name, where it is asked and with which key. What was decided for one is not good for another. A hash, as
/// each exchange carries one; good for this process only.
package struct ReferenceMark: Equatable, Sendable {
  private let hash: Int

  package init(_ reference: BelayConfiguration.ShadowReference) {
    var hasher = Hasher()
    hasher.combine(reference.name)
    if case .baseline(let path) = reference { hasher.combine(path) }
    if let vendor = reference.vendor {
      hasher.combine(vendor.baseURL)
      hasher.combine(vendor.apiKey?.revealed)
      for header in vendor.headers {
        hasher.combine(header.name)
        hasher.combine(header.value.revealed)
      }
    }
    hash = hasher.finalize()
  }
}
