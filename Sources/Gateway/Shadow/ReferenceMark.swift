// SPDX-License-Identifier: Apache-2.0
package import Configuration

/// Which reference it is: its name, and where it is asked. What was decided for one is not good for another, be it that a reload brought it
/// or a restart. Its key is no part of that: with a new one it is asked what waits for it.
package struct ReferenceMark: Equatable, Sendable {
  /// The beginning of a SHA-256.
  package let digest: UInt64

  package init(_ reference: BelayConfiguration.ShadowReference) {
    var parts = [reference.name ?? "", reference.vendor?.baseURL ?? ""]
    if case .baseline(let path) = reference { parts.append(path) }
    let bytes = SHA256.digest(Array(parts.joined(separator: "\0").utf8)) ?? []
    digest = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
