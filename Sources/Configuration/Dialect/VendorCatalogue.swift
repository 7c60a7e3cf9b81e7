// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What is known of all vendors.
package struct VendorCatalogue: Equatable, Sendable {
  /// The first that a base URL matches counts.
  package private(set) var entries: [VendorEntry]

  package init(_ entries: [VendorEntry] = []) { self.entries = entries }

  /// What the binary knows.
  package static var embedded: VendorCatalogue { EmbeddedRules.vendors }

  /// The profile of a vendor of whom nothing is known.
  package static let unknown = VendorProfile(name: "unknown")

  package func entry(named name: String) -> VendorEntry? { entries.first { $0.name == name } }

  /// The entry of the vendor at a base URL.
  package func entry(at baseURL: String) -> VendorEntry? {
    guard let url = try? BaseURL.parse(baseURL) else { return nil }
    return entries.first { $0.isAt(url) }
  }

  /// These entries amended and added to by the user's: an entry amends the one of its name where there is one, and is looked
  /// at before all others where there is none.
  func amended(by newer: [VendorEntry]) -> VendorCatalogue {
    var catalogue = self
    var added: [VendorEntry] = []
    for entry in newer {
      if let index = catalogue.entries.firstIndex(where: { $0.name == entry.name }) {
        catalogue.entries[index] = catalogue.entries[index].amended(by: entry)
      } else if let index = added.firstIndex(where: { $0.name == entry.name }) {
        added[index] = added[index].amended(by: entry)
      } else {
        added.append(entry)
      }
    }
    catalogue.entries = added + catalogue.entries
    return catalogue
  }

  func existing(_ name: String) throws(Complaint) -> VendorEntry {
    if let entry = entry(named: name) { return entry }
    let guess = nearest(to: name, among: entries.map(\.name)).map { ": did you mean `\($0)`?" } ?? ""
    throw Complaint(
      "names no known profile: \(quoted(name))\(guess)",
      "write one that `belay explain vendors` lists, or add it under `rules: vendors:`")
  }
}
