// SPDX-License-Identifier: Apache-2.0
package import Inspection

/// What a vendor's entry in belay.yaml says of its dialect, until all that is known of vendors has been read.
struct VendorDialect {
  /// The base URL it was said of: by a flag the vendor may have got another since.
  let baseURL: String
  /// What `profile:` names.
  var profile: Located<String>?
  var changes = ProfileChanges()
}

/// A vendor's dialect for some of its models.
package struct ProfileVariant: Equatable, Sendable {
  /// Globs of names of models.
  package let models: [String]
  package let profile: VendorProfile
}

extension Vendor {
  /// The vendor with what is known of it: by the profile that its entry names, else by its base URL; and over all, what the
  /// entry says itself.
  func speaking(_ dialect: VendorDialect?, from catalogue: VendorCatalogue, log: ProblemLog) -> Vendor {
    let dialect = dialect?.baseURL == baseURL ? dialect : nil
    let entry = dialect?.profile.map { $0.parsed(log, catalogue.existing)?.value } ?? catalogue.entry(at: baseURL)
    let changes = dialect?.changes ?? ProfileChanges()
    let base = entry?.profile ?? VendorCatalogue.unknown
    var vendor = self
    vendor.profile = changes.applied(to: base)
    vendor.variants = (entry?.variants ?? []).map {
      ProfileVariant(models: $0.models, profile: changes.applied(to: $0.changes.applied(to: base)))
    }
    return vendor
  }

  /// The dialect for a model.
  package func profile(for model: String) -> VendorProfile {
    variants.first { $0.models.contains { glob($0, matches: model) } }?.profile ?? profile
  }
}
